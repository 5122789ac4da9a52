//! The commands of `docs/tour.md`, run over the fixtures and compared with what the page prints for them.
//! `SIGSCOPE_BLESS=1` writes what they print now.

use std::fs;

use crate::program::command;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tour.md");

/// What a command prints on standard output, and its status when it is not 0.
fn printed(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    assert_eq!(words.first(), Some(&"sigscope"), "{words:?}");
    let (mut command, _home) = command();
    let output = command.args(&words[1..]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let lines = stdout.lines().map(str::trim_end);
    let status = output.status.code().unwrap();
    let status = (status != 0).then(|| format!("[status {status}]"));
    let all: Vec<&str> = lines.chain(status.as_deref()).collect();
    format!("{}\n", all.join("\n"))
}

/// The page with every command's output in place; the number of commands.
fn done(page: &str) -> (String, usize) {
    let (mut out, mut count) = (String::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" {
            continue;
        }
        let mut words = String::new();
        let mut more = true;
        while more {
            let line = lines.next().unwrap();
            out.push_str(line);
            out.push('\n');
            words.push_str(line.trim_start_matches("$ ").trim_end_matches('\\'));
            more = line.ends_with('\\');
        }
        out.push_str(&printed(&words));
        out.push_str("```\n");
        count += 1;
        assert!(lines.any(|line| line == "```"), "a block that does not end");
    }
    (out, count)
}

#[test]
fn every_command_of_the_tour_prints_what_stands_there() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (found, count) = done(&page);
    assert!(count >= 8, "{count} commands");
    if std::env::var_os("SIGSCOPE_BLESS").is_some() {
        fs::write(PAGE, &found).unwrap();
    }
    let wrong = page.lines().zip(found.lines()).position(|(there, here)| there != here);
    let at = |text: &str, line: usize| text.lines().nth(line).unwrap_or_default().to_owned();
    if let Some(line) = wrong {
        assert!(
            std::env::var_os("SIGSCOPE_BLESS").is_some(),
            "line {}:\n there: {}\n here:  {}",
            line + 1,
            at(&page, line),
            at(&found, line)
        );
    }
    let blessed = fs::read_to_string(PAGE).unwrap();
    assert_eq!(blessed, found);
}

/// The exercises come out as they are taught: the page itself says so.
#[test]
fn the_exercises_end_as_they_are_taught() {
    let page = fs::read_to_string(PAGE).unwrap();
    let part = |number: usize| {
        let after = page.split_once(&format!("\n## {number}. ")).unwrap().1;
        let next = [format!("\n## {}. ", number + 1), "\n## All".to_owned()];
        let end = next.iter().find_map(|next| after.find(next)).unwrap();
        after[..end].to_owned()
    };
    for (number, texts) in [
        (1, vec!["1 result: 1 pass"]),
        (2, vec!["DENY SIG-NONE", "SIG-KEY", "[status 1]"]),
        (3, vec!["DENY ATT-TYPE", "[status 1]", "PASS"]),
        (4, vec!["ID-SUBJECT", "[status 1]", "PASS"]),
    ] {
        let part = part(number);
        for text in texts {
            assert!(part.to_uppercase().contains(&text.to_uppercase()), "exercise {number}: no {text}");
        }
    }
}

//! What an incident responder does, from the first look to evidence that others can verify; its frames are compared.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::session::Session;

/// Columns of the first row and of the path of screens that hold no time and no passing notice.
const STABLE: usize = 30;

fn frames() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots/run")
}

/// The frame without what is another in every run: how long it took, notices that go away, instants.
fn normal(screen: &str) -> String {
    let rows: Vec<&str> = screen.lines().collect();
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let passing = number == 0 || number + 2 == rows.len();
        let kept: String = if passing { row.chars().take(STABLE).collect() } else { (*row).to_owned() };
        out.push_str(without_instants(&kept).trim_end());
        out.push('\n');
    }
    out
}

/// Every RFC 3339 instant as another of the same length.
fn without_instants(row: &str) -> String {
    const FORM: &str = "0000-00-00T00:00:00Z";
    let mut chars: Vec<char> = row.chars().collect();
    let like = |found: &[char]| {
        found
            .iter()
            .zip(FORM.chars())
            .all(|(c, form)| if form == '0' { c.is_ascii_digit() } else { *c == form })
    };
    for start in 0..chars.len().saturating_sub(FORM.len() - 1) {
        if like(&chars[start..start + FORM.len()]) {
            chars.splice(start..start + FORM.len(), FORM.chars());
        }
    }
    chars.into_iter().collect()
}

/// Waits for a text, then for the kept frame; with `SIGSCOPE_BLESS` set, keeps the new one.
fn frame(session: &mut Session, name: &str, text: &str) -> String {
    let seen = session.shows(text);
    let path = frames().join(format!("{name}.txt"));
    if std::env::var_os("SIGSCOPE_BLESS").is_some() {
        let screen = session.quiet();
        std::fs::create_dir_all(frames()).unwrap();
        std::fs::write(&path, normal(&screen)).unwrap();
        return seen;
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    session.until(&format!("the frame {}:\n{kept}\nbut", path.display()), |screen| normal(screen) == kept);
    seen
}

/// Pods of a row of denied pods: the number behind the owner.
fn pods(row: &str) -> Option<u32> {
    let (_, rest) = row.split_once("✗ DENY")?;
    let mut words = rest.split_whitespace();
    let owner = words.next()?;
    owner.contains('/').then(|| words.next()?.parse().ok())?
}

/// Kind and name of the first denied workload, as the list shows them.
fn first_denied(screen: &str) -> String {
    let row = screen.lines().find(|row| pods(row).is_some()).unwrap_or_default();
    let rest = row.split_once("✗ DENY").map_or("", |(_, rest)| rest);
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

#[test]
fn a_denial_is_found_understood_tried_acknowledged_exported_and_replayed() {
    let mut session = Session::start(&["demo", "--as-of", "2026-11-24T12:00:00Z"], 120, 36, &[]);
    session.until("the demo, settled", |screen| screen.contains("idle") && screen.contains("✗ DENY"));
    // The denied workload with the most pods comes first.
    session.keys("ggj").until("the first row", |screen| {
        let owner = first_denied(screen);
        let path = screen.lines().rev().nth(1).unwrap_or_default();
        !owner.is_empty() && path.contains(&owner)
    });
    let screen = frame(&mut session, "1-workloads", "Workloads by cause");
    let denied: Vec<(u32, &str)> = screen.lines().filter_map(|row| Some((pods(row)?, row))).collect();
    let most = denied.iter().map(|(pods, _)| *pods).max().unwrap();
    assert_eq!(denied[0].0, most, "the most pods come first:\n{screen}");
    // Why, the remedy as a draft, what it changes, the draft on disk.
    session.keys("w");
    frame(&mut session, "2-why", "as a draft");
    session.keys("a");
    frame(&mut session, "3-flips", "admitted by the draft");
    session.keys("\x13").shows("saved require-logged-signature.yaml.draft");
    frame(&mut session, "4-saved", "(draft) ");
    // The finding is acknowledged with a note, which why repeats.
    session.keys("6").shows("[6 Audit]");
    session.keys("/gateway\r").shows("1 of ");
    session.keys("A").shows("note: ");
    session.keys("known, fixed by the next release\r");
    frame(&mut session, "5-acknowledged", "1 acknowledged");
    session.keys("w").shows("said:  acknowledged");
    session.keys("\x1b").until("the list", |screen| screen.contains("1 acknowledged"));
    // The evidence leaves, and gives the same verdicts again without the program that made it.
    session.keys("X").shows("sigscope-evidence: ");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    let ledger = session.home.path().join(".local/state/sigscope/acknowledgements.json");
    assert!(std::fs::read_to_string(ledger).unwrap().contains("known, fixed by the next release"));
    let dir = session.home.path().join("sigscope-evidence");
    let verdicts = std::fs::read_to_string(dir.join("verdicts.json")).unwrap();
    assert!(verdicts.contains("known, fixed by the next release"), "what was said goes along");
    let output = Command::new(env!("CARGO_BIN_EXE_sigscope"))
        .arg("replay")
        .arg(&dir)
        .args(["--format", "json"])
        .env_clear()
        .env("HOME", session.home.path())
        .output()
        .unwrap();
    let replayed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{replayed:#}");
    let recorded: serde_json::Value = serde_json::from_str(&verdicts).unwrap();
    let count = recorded["results"].as_array().unwrap().len();
    assert!(count > 10);
    assert_eq!(replayed["same"], count);
    assert_eq!(replayed["other_words"], 0, "{replayed:#}");
    // A changed verdict is found.
    let changed = verdicts.replacen("\"verdict\": \"deny\"", "\"verdict\": \"pass\"", 1);
    std::fs::write(dir.join("verdicts.json"), changed).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sigscope")).arg("replay").arg(&dir).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
}

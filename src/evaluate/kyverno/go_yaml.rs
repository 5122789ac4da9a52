//! Texts as Kyverno's YAML printer writes them in the answer of a denied request (`go.yaml.in/yaml/v3`: `stringv` of
//! `encode.go`, `yaml_emitter_analyze_scalar` of `emitterc.go`): plain where that reads back as the same text, else quoted.

/// Words that YAML 1.1 or 1.2 read as something else than a text.
const WORDS: [&str; 31] = [
    "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "y", "Y", "yes",
    "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "<<", ".nan", ".inf",
    "-.inf",
];

/// A text as the value of a mapping; lines of a block stand this many blanks in.
pub(super) fn scalar(text: &str, indent: usize) -> String {
    let printable =
        |c: char| c == '\n' || (!c.is_control() && c != '\u{feff}' && c != '\u{2028}' && c != '\u{2029}');
    let special = !text.chars().all(printable);
    if text.contains('\n') && !special && !text.starts_with([' ', '\n']) && !text.contains(" \n") {
        return block(text, indent);
    }
    if special || text.contains('\n') || WORDS.contains(&text) || is_number(text) {
        return double(text);
    }
    if is_plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// A literal block; without a line break at its end it says so.
fn block(text: &str, indent: usize) -> String {
    let chomp = if text.ends_with("\n\n") {
        "|+"
    } else if text.ends_with('\n') {
        "|"
    } else {
        "|-"
    };
    let blanks = " ".repeat(indent);
    let lines = text.trim_end_matches('\n').split('\n');
    let lines: Vec<String> =
        lines.map(|line| if line.is_empty() { String::new() } else { format!("{blanks}{line}") }).collect();
    format!("{chomp}\n{}", lines.join("\n"))
}

fn double(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if u32::from(c) < 0x100 && c.is_control() => {
                quoted.push_str(&format!("\\x{:02X}", u32::from(c)));
            }
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Something that would be read as a number or a time.
fn is_number(text: &str) -> bool {
    let digits = text.replace('_', "");
    let bare = digits.strip_prefix(['-', '+']).unwrap_or(&digits);
    let starts = bare.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let radix = |prefix: &str, of: u32| {
        bare.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(of)))
    };
    // A date begins so, and minutes of YAML 1.1 have colons.
    let date =
        text.len() >= 8 && text.chars().take(4).all(|c| c.is_ascii_digit()) && text.get(4..5) == Some("-");
    let sixty = bare.contains(':') && bare.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'));
    (starts && bare.parse::<f64>().is_ok())
        || radix("0x", 16)
        || radix("0o", 8)
        || radix("0b", 2)
        || date
        || sixty
}

/// May the text stand without quotes in a block?
fn is_plain(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let blank = |index: usize| chars.get(index).is_none_or(|c| *c == ' ');
    let Some(first) = chars.first() else { return false };
    let indicator = "#,[]{}&*!|>'\"%@`".contains(*first) || ("?:-".contains(*first) && blank(1));
    let document = text.starts_with("---") || text.starts_with("...");
    let inside = |(index, c): (usize, &char)| match c {
        ':' => blank(index + 1),
        '#' => index > 0 && chars.get(index - 1) == Some(&' '),
        _ => false,
    };
    !indicator
        && !document
        && *first != ' '
        && chars.last() != Some(&' ')
        && !chars.iter().enumerate().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_they_would_be_read_as_something_else() {
        let cases = [
            ("message fail", "message fail"),
            ("failed to verify image a:b: .attestors[0]", "'failed to verify image a:b: .attestors[0]'"),
            ("unverified image docker.io/a:b", "unverified image docker.io/a:b"),
            ("ends with:", "'ends with:'"),
            ("it's: so", "'it''s: so'"),
            ("a #b", "'a #b'"),
            ("a#b", "a#b"),
            ("- a", "'- a'"),
            ("-a", "-a"),
            ("*a", "'*a'"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("true", "\"true\""),
            ("12", "\"12\""),
            ("1.5e3", "\"1.5e3\""),
            ("2024-01-02", "\"2024-01-02\""),
            ("a\tb", "\"a\\tb\""),
            ("a\u{1b}b", "\"a\\x1Bb\""),
        ];
        for (text, wanted) in cases {
            assert_eq!(scalar(text, 4), wanted, "{text:?}");
        }
        assert_eq!(scalar("a: b\n c", 4), "|-\n    a: b\n     c");
        assert_eq!(scalar("a\n\nb\n", 4), "|\n    a\n\n    b");
        assert_eq!(scalar("a \nb", 4), "\"a \\nb\"");
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_text() {
        let texts =
            ["a: b", "x\ny: 'z'", "no", "0x1F", "{a}", "?x", "? x", "a\\b: \"c\"", "=", "@a", "a\n\n  b"];
        for text in texts {
            let document = format!("k: {}\n", scalar(text, 4));
            let nodes = crate::format::yaml::parse("t".into(), &document).unwrap();
            let found = nodes.first().and_then(|node| node.get("k")).and_then(|node| node.text());
            assert_eq!(found, Some(text), "{document}");
        }
    }
}

//! JSON pointers as Kyverno reads and prints them (`pkg/utils/jsonpointer`).

/// Segments of a pointer with `~0`, `~1`, `\\` and `\"`; empty segments are left out.
#[must_use]
pub fn parse(input: &str) -> Vec<String> {
    input.split('/').filter(|segment| !segment.is_empty()).map(unescaped).collect()
}

/// One pass, so that what one escape gives is not read as another.
fn unescaped(segment: &str) -> String {
    let mut out = String::new();
    let mut rest = segment;
    while let Some(c) = rest.chars().next() {
        let escape = [("~1", '/'), ("~0", '~'), ("\\\\", '\\'), ("\\\"", '"')]
            .into_iter()
            .find(|(from, _)| rest.starts_with(from));
        let (taken, given) = escape.map_or((c.len_utf8(), c), |(from, to)| (from.len(), to));
        out.push(given);
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// Segments of a path in which quotes and backslashes protect slashes; empty segments are left out.
#[must_use]
pub fn parse_path(input: &str) -> Vec<String> {
    let mut segments = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in input.chars() {
        let Some(last) = segments.last_mut() else { break };
        match c {
            _ if escaped => {
                last.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '/' if !quoted => segments.push(String::new()),
            _ => last.push(c),
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

/// The pointer as a JMESPath expression: numbers become indexes, what is no identifier is quoted.
#[must_use]
pub fn to_jmespath(segments: &[String]) -> String {
    let mut out = String::new();
    for segment in segments {
        if segment.chars().all(|c| c.is_ascii_digit()) && segment.parse::<u64>().is_ok() {
            out.push_str(&format!("[{segment}]"));
            continue;
        }
        if !out.is_empty() {
            out.push('.');
        }
        // Kyverno's own addition to the grammar: `)` may stand in a word.
        let identifier = segment.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ')');
        if identifier {
            out.push_str(segment);
        } else {
            out.push_str(&quoted(segment));
        }
    }
    out
}

fn quoted(segment: &str) -> String {
    let mut out = String::from("\"");
    for c in segment.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The pointer as text, with the escapes of both forms.
#[must_use]
pub fn to_text(segments: &[String]) -> String {
    let escape = |segment: &String| {
        segment.replace('~', "~0").replace('/', "~1").replace('\\', "\\\\").replace('"', "\\\"")
    };
    segments.iter().map(escape).collect::<Vec<_>>().join("/")
}

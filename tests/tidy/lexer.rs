//! As much of Rust's lexical structure as the rules need.

/// The text without comments and with the contents of strings and characters replaced by `x`; every line stays in
/// its place.
pub(crate) fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        at = token(&chars, at, &mut out);
    }
    out
}

/// Copies or blanks one token, and says where the next one begins.
fn token(chars: &[char], at: usize, out: &mut String) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if next(1) == '/' => blank(chars, at, line_end(chars, at), ' ', out),
        '/' if next(1) == '*' => blank(chars, at, comment_end(chars, at), ' ', out),
        '"' => blank_inside(chars, at, string_end(chars, at + 1), out),
        'r' if !word_before && (next(1) == '"' || next(1) == '#') => match raw_end(chars, at + 1) {
            Some(end) => blank_inside(chars, at, end, out),
            None => copy(chars, at, out),
        },
        '\'' if next(1) == '\\' || next(2) == '\'' => {
            let end = (at + 2..chars.len())
                .find(|i| chars[*i] == '\'' && (chars[i - 1] != '\\' || chars[i - 2] == '\\'));
            blank_inside(chars, at, end.map_or(chars.len(), |end| end + 1), out)
        }
        _ => copy(chars, at, out),
    }
}

fn copy(chars: &[char], at: usize, out: &mut String) -> usize {
    out.push(chars[at]);
    at + 1
}

fn blank(chars: &[char], from: usize, to: usize, with: char, out: &mut String) -> usize {
    out.extend(chars[from..to].iter().map(|c| if *c == '\n' { '\n' } else { with }));
    to
}

fn blank_inside(chars: &[char], from: usize, to: usize, out: &mut String) -> usize {
    out.push('"');
    if to > from + 1 {
        blank(chars, from + 1, to - 1, 'x', out);
        out.push('"');
    }
    to
}

fn line_end(chars: &[char], from: usize) -> usize {
    (from..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len())
}

fn comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_end(chars: &[char], from: usize) -> Option<usize> {
    let hashes = chars[from..].iter().take_while(|c| **c == '#').count();
    if chars.get(from + hashes) != Some(&'"') {
        return None;
    }
    let closes = |i: &usize| {
        chars[*i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    (from + hashes + 1..chars.len()).find(closes).map(|i| i + 1 + hashes)
}

/// Code without `#[cfg(test)]` items; every line stays in its place.
pub(crate) fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(start) = out.find("#[cfg(test)]") {
        let body = out[start..].find(['{', ';']).map_or(out.len(), |offset| start + offset);
        let end =
            if out[body..].starts_with('{') { block_end(&out, body) } else { (body + 1).min(out.len()) };
        let kept: String = out[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(start..end, &kept);
    }
    out
}

/// One past the brace that closes the one at `open`.
pub(crate) fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (offset, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    code.len()
}

/// The line of a byte, from 1.
pub(crate) fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Bytes at which a word stands by itself.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !code[..*at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

#[test]
fn drops_comments_strings_and_tests() {
    let text = "a // crate::x\n/* crate::y /* z */ */ b \"crate::\\\" //\" r#\"crate::\"#; 'c' '\\'' &'a T\n#[cfg(test)]\nmod tests {\n { crate::z }\n}\nc";
    let seen = without_tests(&code(text));
    assert!(!seen.contains("crate"), "{seen}");
    assert_eq!(seen.lines().count(), text.lines().count());
    assert!(seen.contains("&'a T") && seen.ends_with('c'), "{seen}");
}

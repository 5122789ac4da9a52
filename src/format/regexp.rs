//! Regular expressions as Go's RE2 reads them, as far as the library at hand provably agrees with it.

use regex::bytes::RegexBuilder;

/// Whether an expression matches somewhere in a text; `None`: it is not known that Go would say the same. Nothing is
/// anchored.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> Option<bool> {
    // In Go `\d`, `\w`, `\s` and `\b` are about ASCII alone; beyond ASCII, one character is more than one byte here.
    if !pattern.is_ascii() || !text.is_ascii() || !is_common(pattern) {
        return None;
    }
    let regex = RegexBuilder::new(pattern).unicode(false).build().ok()?;
    Some(regex.is_match(text.as_bytes()))
}

/// True without what only one of both libraries knows, or what each reads otherwise.
fn is_common(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    let mut class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                // Escaped punctuation is itself for both, but for `\<` and `\>`.
                let known = |next: char| {
                    "dDwWsSbBAzaftnrv".contains(next) || (next.is_ascii_punctuation() && !"<>".contains(next))
                };
                if !chars.next().is_some_and(known) || chars.peek() == Some(&'{') {
                    return false;
                }
            }
            '[' if class => return false,
            '[' => {
                class = true;
                if chars.peek() == Some(&'^') {
                    chars.next();
                }
                // A bracket that opens a class is read in more than one way.
                if matches!(chars.peek(), Some(']' | '[')) {
                    return false;
                }
            }
            ']' => class = false,
            '&' | '-' | '~' if class && chars.peek() == Some(&char) => return false,
            '(' if !class && chars.peek() == Some(&'?') => {
                chars.next();
                // Flags of one letter that both know, or a group that is not kept.
                let flags: String = chars.by_ref().take_while(|next| !matches!(next, ':' | ')')).collect();
                if !flags.chars().all(|flag| "is".contains(flag)) {
                    return false;
                }
            }
            _ => {}
        }
    }
    !class
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn matches_somewhere_and_about_ascii_alone() {
        assert_eq!(matches("github", "https://github.com/a"), Some(true));
        assert_eq!(matches(r"^https://[a-z.]+/v\d+$", "https://x.y/v12"), Some(true));
        assert_eq!(matches(r"^https://[a-z.]+/v\d+$", "https://x.y/v12x"), Some(false));
        assert_eq!(matches("(?i)^A(?:b|c)$", "aC"), Some(true));
        assert_eq!(matches(r"\d", "\u{0663}"), None);
    }

    #[test]
    fn does_not_guess_where_the_libraries_differ() {
        for pattern in
            [r"\<a", "[[a]]", "[a&&b]", "(?x)a b", r"\u{61}", r"\pL", "(?R)a$", "[]a]", "(", r"\b{start}a"]
        {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }
}

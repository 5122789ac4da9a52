//! Kyverno's wildcards (`ext/wildcard/match.go`): `*` is any run of characters, `?` exactly one; nothing is escaped.

/// True when the whole text matches. An empty pattern matches only the empty text.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // After a mismatch the last star takes one character more; upstream's recursion is exponential here.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

/// True when the text holds `*` or `?`.
#[must_use]
pub fn contains_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The first matching pair of pattern and text: texts in the outer loop, patterns in the inner one.
#[must_use]
pub fn match_patterns<'a>(patterns: &'a [String], texts: &'a [String]) -> Option<(&'a str, &'a str)> {
    texts.iter().find_map(|text| {
        let pattern = patterns.iter().find(|pattern| matches(pattern, text))?;
        Some((pattern.as_str(), text.as_str()))
    })
}

/// The texts with and the texts without a wildcard, in order.
#[must_use]
pub fn separate_wildcards(texts: &[String]) -> (Vec<&str>, Vec<&str>) {
    texts.iter().map(String::as_str).partition(|text| contains_wildcard(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, without regard to cost.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => {
                naive(rest, text) || text.split_first().is_some_and(|(_, less)| naive(pattern, less))
            }
            (Some((p, pattern)), Some((t, text))) => (*p == '?' || p == t) && naive(pattern, text),
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn is_what_the_definition_says(pattern in "[ab*?é]{0,7}", text in "[ab*é]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }
    }

    #[test]
    fn is_not_exponential() {
        assert!(!matches(&format!("{}c", "a*".repeat(500)), &format!("{}b", "a".repeat(5_000))));
    }
}

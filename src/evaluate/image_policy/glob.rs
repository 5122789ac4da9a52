//! Globs of gobwas/glob without separators: `*` and `**` are any run, `?` one character, `[abc]`, `[a-z]`, `[!a]`, `{a,b}`,
//! `\` escapes.

/// A glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Letter(char),
    Any,
    One,
    /// Ranges, and whether the letter must be outside of them.
    Class(Vec<(char, char)>, bool),
    Either(Vec<Vec<Part>>),
}

/// Longest glob, in characters, and deepest nesting of braces.
const MOST: usize = 2_048;
const DEEPEST: usize = 8;

impl Glob {
    /// Longest text that is compared, in characters.
    pub(super) const LONGEST: u64 = 2 * MOST as u64;

    /// Reads a glob; `None` when it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let letters: Vec<char> = text.chars().collect();
        if letters.len() > MOST {
            return None;
        }
        let (parts, end) = sequence(&letters, 0, 0)?;
        (end == letters.len()).then_some(Self { parts })
    }

    /// Does it match the whole text? `None`: the text is too long for a name of an image.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        let letters: Vec<char> = text.chars().take(MOST * 2 + 1).collect();
        if letters.len() > MOST * 2 {
            return None;
        }
        let mut ends = vec![0];
        ends = run(&self.parts, &letters, ends);
        Some(ends.contains(&letters.len()))
    }
}

fn sequence(letters: &[char], mut at: usize, depth: usize) -> Option<(Vec<Part>, usize)> {
    let mut parts = Vec::new();
    while let Some(letter) = letters.get(at) {
        at += 1;
        match letter {
            '*' => {
                if parts.last() != Some(&Part::Any) {
                    parts.push(Part::Any);
                }
            }
            '?' => parts.push(Part::One),
            '\\' => {
                parts.push(Part::Letter(*letters.get(at)?));
                at += 1;
            }
            '[' => {
                let (part, end) = class(letters, at)?;
                parts.push(part);
                at = end;
            }
            '{' => {
                if depth >= DEEPEST {
                    return None;
                }
                let mut choices = Vec::new();
                loop {
                    let (choice, end) = sequence(letters, at, depth + 1)?;
                    choices.push(choice);
                    at = end + 1;
                    match letters.get(end)? {
                        ',' => {}
                        '}' => break,
                        _ => return None,
                    }
                }
                parts.push(Part::Either(choices));
            }
            ',' | '}' if depth > 0 => return Some((parts, at - 1)),
            other => parts.push(Part::Letter(*other)),
        }
    }
    (depth == 0).then_some((parts, at))
}

/// `[a-z]` is a range and nothing else; any other class is a list of letters, a `-` among them too.
fn class(letters: &[char], mut at: usize) -> Option<(Part, usize)> {
    let outside = letters.get(at) == Some(&'!');
    at += usize::from(outside);
    if letters.get(at + 1) == Some(&'-') {
        let (low, high) = (*letters.get(at)?, *letters.get(at + 2)?);
        return (letters.get(at + 3) == Some(&']') && low <= high)
            .then_some((Part::Class(vec![(low, high)], outside), at + 4));
    }
    let mut list = Vec::new();
    loop {
        let mut letter = *letters.get(at)?;
        at += 1;
        if letter == ']' {
            return (!list.is_empty()).then_some((Part::Class(list, outside), at));
        }
        if letter == '\\' {
            letter = *letters.get(at)?;
            at += 1;
        }
        list.push((letter, letter));
    }
}

/// All places to which the parts lead from these places; sorted, each once.
fn run(parts: &[Part], letters: &[char], mut ends: Vec<usize>) -> Vec<usize> {
    for part in parts {
        let step = |test: &dyn Fn(char) -> bool| -> Vec<usize> {
            ends.iter().filter(|at| letters.get(**at).is_some_and(|c| test(*c))).map(|at| at + 1).collect()
        };
        ends = match part {
            Part::Letter(wanted) => step(&|letter| letter == *wanted),
            Part::One => step(&|_| true),
            Part::Class(ranges, outside) => {
                step(&|letter| ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter)) != *outside)
            }
            Part::Any => ends.first().map(|first| (*first..=letters.len()).collect()).unwrap_or_default(),
            Part::Either(choices) => {
                let mut all: Vec<usize> =
                    choices.iter().flat_map(|choice| run(choice, letters, ends.clone())).collect();
                all.sort_unstable();
                all.dedup();
                all
            }
        };
        if ends.is_empty() {
            return ends;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn matches_as_gobwas_does() {
        let yes = [
            ("*", ""),
            ("ghcr.io/*", "ghcr.io/a/b:c"),
            ("a?c", "abc"),
            ("[!a]b", "cb"),
            ("{a,b*}c", "bxc"),
            (r"\*", "*"),
            ("[ab-d]x", "-x"),
            ("[^a]b", "^b"),
        ];
        for (glob, text) in yes {
            assert_eq!(Glob::parse(glob).unwrap().matches(text), Some(true), "{glob} {text}");
        }
        for (glob, text) in
            [("a?c", "ac"), ("[a-c]", "d"), ("ghcr.io/*", "x.ghcr.io/a"), ("{a,b}", "ab"), ("[ab-d]", "c")]
        {
            assert_eq!(Glob::parse(glob).unwrap().matches(text), Some(false), "{glob} {text}");
        }
        for glob in ["{a", "[a", "[]", "[a-cx]", "[c-a]"] {
            assert!(Glob::parse(glob).is_none(), "{glob}");
        }
        assert_eq!(Glob::parse("*").unwrap().matches(&"a".repeat(10_000)), None);
    }
}

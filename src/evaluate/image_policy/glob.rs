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
    /// Reads a glob; `None` when it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let letters: Vec<char> = text.chars().collect();
        if letters.len() > MOST {
            return None;
        }
        let (parts, end) = sequence(&letters, 0, 0)?;
        (end == letters.len()).then_some(Self { parts })
    }

    /// Does it match the whole text?
    pub(super) fn matches(&self, text: &str) -> bool {
        let letters: Vec<char> = text.chars().take(MOST * 2).collect();
        let mut ends = vec![0];
        ends = run(&self.parts, &letters, ends);
        ends.contains(&letters.len())
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

fn class(letters: &[char], mut at: usize) -> Option<(Part, usize)> {
    let outside = letters.get(at) == Some(&'!');
    at += usize::from(outside);
    let mut ranges = Vec::new();
    loop {
        let mut letter = *letters.get(at)?;
        at += 1;
        if letter == ']' {
            return (!ranges.is_empty()).then_some((Part::Class(ranges, outside), at));
        }
        if letter == '\\' {
            letter = *letters.get(at)?;
            at += 1;
        }
        if letters.get(at) == Some(&'-') && letters.get(at + 1).is_some_and(|next| *next != ']') {
            ranges.push((letter, *letters.get(at + 1)?));
            at += 2;
        } else {
            ranges.push((letter, letter));
        }
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
        ];
        for (glob, text) in yes {
            assert!(Glob::parse(glob).unwrap().matches(text), "{glob} {text}");
        }
        for (glob, text) in [("a?c", "ac"), ("[a-c]", "d"), ("ghcr.io/*", "x.ghcr.io/a"), ("{a,b}", "ab")] {
            assert!(!Glob::parse(glob).unwrap().matches(text), "{glob} {text}");
        }
        assert!(Glob::parse("{a").is_none() && Glob::parse("[a").is_none());
    }
}

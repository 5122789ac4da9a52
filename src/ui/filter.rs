//! The filter of a list: terms typed in one line. A term that is unfinished, unknown, or that would leave nothing is
//! ignored and said so: the list never goes blank while somebody types.

use super::text::{Line, Shown};
use super::theme::Role;
use super::widget::Field;

/// Names before the colon of a term, with what they look at.
pub const KEYS: &[(&str, &str)] = &[
    ("image", "the image as written"),
    ("repo", "the repository"),
    ("code", "the code"),
    ("policy", "the policy"),
    ("rule", "the rule"),
    ("verdict", "the verdict"),
    ("digest", "the digest"),
    ("ns", "the namespace of a resource that uses it"),
    ("by", "a resource that uses it"),
];

/// What a filter asks of a row.
pub trait Filtered {
    /// True when the value under a key contains a text in lower case; without key: when any value does.
    fn has(&self, key: Option<&str>, text: &str) -> bool;
}

/// Why a term does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// Nothing after the colon or the `!` yet.
    Unfinished,
    /// Nothing is left with it.
    NoMatch,
}

impl Ignored {
    fn words(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::NoMatch => "matches nothing",
        }
    }
}

/// A term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As typed.
    pub typed: String,
    /// True with `!`.
    pub not: bool,
    /// The key before the colon.
    pub key: Option<String>,
    /// What is looked for, in lower case.
    pub text: String,
    /// Why it does not count.
    pub ignored: Option<Ignored>,
}

/// A filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The line that is typed.
    pub field: Field,
    /// True while it is being typed.
    pub typing: bool,
    /// What was there before it was typed, for Esc.
    before: String,
    /// Terms, as of the last `apply`.
    terms: Vec<Term>,
}

impl Filter {
    /// Begins to type; what was typed last is there.
    pub fn begin(&mut self) {
        self.before = self.field.text();
        self.typing = true;
    }

    /// Takes what is typed.
    pub fn accept(&mut self) {
        self.typing = false;
    }

    /// Goes back to what was there before.
    pub fn cancel(&mut self) {
        let before = std::mem::take(&mut self.before);
        self.field.set(&before);
        self.typing = false;
    }

    /// Takes the filter away. Returns true when there was one.
    pub fn clear(&mut self) -> bool {
        let had = !self.field.is_empty();
        *self = Self::default();
        had
    }

    /// Replaces the filter.
    pub fn set(&mut self, text: &str) {
        self.field.set(text);
    }

    /// True when any term counts.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.terms.iter().any(|term| term.ignored.is_none())
    }

    /// Indices of the rows that stay. A term that would leave none is ignored.
    pub fn apply<R: Filtered>(&mut self, rows: &[R]) -> Vec<usize> {
        self.terms = parse(&self.field.text());
        let mut left: Vec<usize> = (0..rows.len()).collect();
        for term in self.terms.iter_mut().filter(|term| term.ignored.is_none()) {
            let kept: Vec<usize> = left
                .iter()
                .copied()
                .filter(|index| rows.get(*index).is_some_and(|row| term.keeps(row)))
                .collect();
            if kept.is_empty() && !left.is_empty() {
                term.ignored = Some(Ignored::NoMatch);
            } else {
                left = kept;
            }
        }
        left
    }

    /// The line with what is typed, and why a term does not count.
    #[must_use]
    pub fn line(&self) -> Line {
        let mut line = self.field.line("/", self.typing);
        for term in &self.terms {
            if let Some(ignored) = term.ignored {
                line.push(Role::Muted, "  ");
                line.push(Role::Error, Shown::new(&term.typed));
                line.push(Role::Muted, format!(" {}: ignored", ignored.words()));
            }
        }
        line
    }
}

impl Term {
    fn keeps(&self, row: &impl Filtered) -> bool {
        row.has(self.key.as_deref(), &self.text) != self.not
    }
}

fn parse(text: &str) -> Vec<Term> {
    text.split_whitespace().map(term).collect()
}

fn term(typed: &str) -> Term {
    let (not, rest) = match typed.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    // Only a known key makes a colon special: `app:v1` is a bare word.
    let named = rest
        .split_once(':')
        .filter(|(key, _)| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase()));
    let known = |key: &str| KEYS.iter().any(|(name, _)| *name == key);
    let (key, value, ignored) = match named {
        Some((key, "")) if known(key) => (Some(key.to_owned()), "", Some(Ignored::Unfinished)),
        Some((key, value)) if known(key) => (Some(key.to_owned()), value, None),
        _ if rest.is_empty() => (None, rest, Some(Ignored::Unfinished)),
        _ => (None, rest, None),
    };
    Term { typed: typed.to_owned(), not, key, text: value.to_lowercase(), ignored }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Row(&'static str, &'static str);

    impl Filtered for Row {
        fn has(&self, key: Option<&str>, text: &str) -> bool {
            match key {
                Some("image") => self.0.contains(text),
                Some("code") => self.1.to_lowercase().contains(text),
                Some(_) => false,
                None => self.0.contains(text) || self.1.to_lowercase().contains(text),
            }
        }
    }

    const ROWS: &[Row] = &[Row("app:v1", "SIG-NONE"), Row("app:v2", "PASS"), Row("web:v1", "SIG-KEY")];

    fn kept(text: &str) -> Vec<usize> {
        let mut filter = Filter { field: Field::with(text), ..Filter::default() };
        filter.apply(ROWS)
    }

    #[test]
    fn terms_narrow() {
        assert_eq!(kept("app"), [0, 1]);
        assert_eq!(kept("app !code:pass"), [0]);
        assert_eq!(kept("code:SIG-"), [0, 2]);
        assert_eq!(kept("app:v2"), [1]);
        assert_eq!(kept("!app"), [2]);
    }

    #[test]
    fn no_beginning_of_a_filter_leaves_nothing() {
        for whole in ["code:SIG-NONE image:app !web", "nothing like this", "!", "code:", "ns:x !a !w"] {
            for (at, _) in whole.char_indices() {
                assert!(!kept(&whole[..at]).is_empty(), "{}", &whole[..at]);
            }
        }
        let mut filter = Filter { field: Field::with("app zebra code:"), ..Filter::default() };
        assert_eq!(filter.apply(ROWS), [0, 1]);
        let line = filter.line().text();
        assert!(
            line.contains("zebra matches nothing: ignored") && line.contains("code: unfinished"),
            "{line}"
        );
    }
}

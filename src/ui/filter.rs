//! The filter of a list: terms typed in one line. A term that is unfinished, unknown, or that would leave nothing is
//! ignored and said so: the list never goes blank while somebody types.

use super::text::{Line, Shown};
use super::theme::Role;
use super::widget::Field;
use crate::model::Moment;

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
    ("signer", "who signed it, as far as it was verified"),
];

/// Names before `>`, `<`, `>=`, `<=` or `=` and a number.
pub const NUMBERS: &[(&str, &str)] = &[
    ("pods", "the number of pods"),
    ("uses", "the number of places that use it"),
    ("age", "for how long it stands as it does: 30s, 5m, 2h, 3d"),
];

/// What a filter asks of a row.
pub trait Filtered {
    /// True when the value under a key contains a text in lower case; without key: when any value does.
    fn has(&self, key: Option<&str>, text: &str) -> bool;

    /// The number under a key of [`NUMBERS`], ages in seconds at `now`; `None`: the row has no such number.
    fn number(&self, key: &str, now: Moment) -> Option<i64> {
        let _ = (key, now);
        None
    }
}

/// Why a term does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// Nothing after the colon or the `!` yet.
    Unfinished,
    /// Nothing is left with it.
    NoMatch,
    /// What stands behind `>` or `<` is no number.
    NoNumber,
}

impl Ignored {
    fn words(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::NoMatch => "matches nothing",
            Self::NoNumber => "is no number",
        }
    }
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// More.
    Above,
    /// Less.
    Below,
    /// As much or more.
    AtLeast,
    /// As much or less.
    AtMost,
    /// As much.
    Equal,
}

/// The longest first: `>=` begins with `>`.
const ORDERS: [(&str, Order); 5] = [
    (">=", Order::AtLeast),
    ("<=", Order::AtMost),
    (">", Order::Above),
    ("<", Order::Below),
    ("=", Order::Equal),
];

impl Order {
    fn holds(self, number: i64, bound: i64) -> bool {
        match self {
            Self::Above => number > bound,
            Self::Below => number < bound,
            Self::AtLeast => number >= bound,
            Self::AtMost => number <= bound,
            Self::Equal => number == bound,
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
    /// What a number is compared with.
    pub bound: Option<(Order, i64)>,
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

    /// Takes over what of the same text counts, as it was found elsewhere.
    pub fn adopt(&mut self, other: Self) {
        self.terms = other.terms;
    }

    /// Indices of the rows that stay. A term that would leave none is ignored.
    pub fn apply<R: Filtered>(&mut self, rows: &[R], now: Moment) -> Vec<usize> {
        self.terms = parse(&self.field.text());
        let mut left: Vec<usize> = (0..rows.len()).collect();
        for term in self.terms.iter_mut().filter(|term| term.ignored.is_none()) {
            let kept: Vec<usize> = left
                .iter()
                .copied()
                .filter(|index| rows.get(*index).is_some_and(|row| term.keeps(row, now)))
                .collect();
            if kept.is_empty() && !left.is_empty() {
                term.ignored = Some(Ignored::NoMatch);
            } else {
                left = kept;
            }
        }
        left
    }

    /// What rows are filtered by: what is typed, and the time where a term looks at an age.
    #[must_use]
    pub fn state(&self, now: Moment) -> String {
        let text = self.field.text();
        let aged = |term: &Term| term.bound.is_some() && term.key.as_deref() == Some("age");
        if text.contains("age") && parse(&text).iter().any(aged) {
            format!("{text}\n{}", now.0)
        } else {
            text
        }
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
    fn keeps(&self, row: &impl Filtered, now: Moment) -> bool {
        let held = match (self.bound, self.key.as_deref()) {
            // A row without such a number is on neither side: `!pods>3` does not find it.
            (Some((order, bound)), Some(key)) => match row.number(key, now) {
                Some(number) => order.holds(number, bound),
                None => return false,
            },
            _ => row.has(self.key.as_deref(), &self.text),
        };
        held != self.not
    }
}

fn parse(text: &str) -> Vec<Term> {
    words(text).iter().map(|typed| term(typed)).collect()
}

/// Words between spaces; spaces between quotes belong to the word. A quote that is not closed ends with the line.
fn words(text: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            all.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        } else {
            word.push(c);
        }
    }
    all.extend(Some(word).filter(|word| !word.is_empty()));
    all
}

/// A term of a number: `pods>3`, `age<2h`.
fn compared(rest: &str) -> Option<(&'static str, Order, &str)> {
    let (key, behind) = NUMBERS.iter().find_map(|(key, _)| Some((*key, rest.strip_prefix(key)?)))?;
    ORDERS.iter().find_map(|(sign, order)| Some((key, *order, behind.strip_prefix(sign)?)))
}

/// A number; of an age, seconds: `90`, `30s`, `5m`, `2h`, `3d`, `1w`.
fn number(key: &str, text: &str) -> Option<i64> {
    if key != "age" {
        return text.parse().ok();
    }
    let unit = text.chars().last().filter(char::is_ascii_alphabetic);
    let digits = unit.map_or(text, |unit| text.strip_suffix(unit).unwrap_or(text));
    let seconds = match unit {
        None | Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        Some('w') => 604_800,
        Some(_) => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(seconds)
}

fn term(typed: &str) -> Term {
    let (not, rest) = match typed.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    if let Some((key, order, value)) = compared(rest) {
        let bound = number(key, value);
        let ignored = match (value, bound) {
            ("", _) => Some(Ignored::Unfinished),
            (_, None) => Some(Ignored::NoNumber),
            (_, Some(_)) => None,
        };
        let bound = bound.map(|bound| (order, bound));
        let key = Some(key.to_owned());
        return Term { typed: typed.to_owned(), not, key, text: String::new(), bound, ignored };
    }
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
    let text = value.replace('"', "").to_lowercase();
    let ignored = ignored.or_else(|| text.is_empty().then_some(Ignored::Unfinished));
    Term { typed: typed.to_owned(), not, key, text, bound: None, ignored }
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

        fn number(&self, key: &str, now: Moment) -> Option<i64> {
            match key {
                "pods" => Some(if self.0.contains("app") { 4 } else { 2 }),
                "age" if self.0 != "web:v1" => Some(now.0 - 4_000),
                _ => None,
            }
        }
    }

    const ROWS: &[Row] = &[Row("app:v1", "SIG-NONE"), Row("app:v2", "PASS"), Row("web:v1", "SIG-KEY")];

    fn kept(text: &str) -> Vec<usize> {
        let mut filter = Filter { field: Field::with(text), ..Filter::default() };
        filter.apply(ROWS, Moment(10_000))
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
    fn numbers_and_ages_are_compared_and_quotes_hold_words_together() {
        assert_eq!(kept("pods>3"), [0, 1]);
        assert_eq!(kept("!pods>3"), [2]);
        assert_eq!((kept("pods<=2"), kept("pods=4"), kept("pods>=2")), (vec![2], vec![0, 1], vec![0, 1, 2]));
        // 6 000 seconds; a row without an age is on neither side.
        assert_eq!((kept("age<2h"), kept("age>1h"), kept("!age>2h")), (vec![0, 1], vec![0, 1], vec![0, 1]));
        // What is no number, and what nothing matches, is ignored.
        assert_eq!(
            (kept("pods>many"), kept("age<2x"), kept("pods>9")),
            (vec![0, 1, 2], vec![0, 1, 2], vec![0, 1, 2])
        );
        assert_eq!(
            (kept("\"app:v1\""), kept("code:\"sig-key\""), kept("!\"app\"")),
            (vec![0], vec![2], vec![2])
        );
        assert_eq!(words("a \"b c\" !image:\"d e"), ["a", "\"b c\"", "!image:\"d e"]);
    }

    #[test]
    fn no_beginning_of_a_filter_leaves_nothing() {
        for whole in [
            "code:SIG-NONE image:app !web",
            "nothing like this",
            "!",
            "code:",
            "ns:x !a !w",
            "pods>3 age<=2h \"a b\"",
        ] {
            for (at, _) in whole.char_indices() {
                assert!(!kept(&whole[..at]).is_empty(), "{}", &whole[..at]);
            }
        }
        let mut filter = Filter { field: Field::with("app zebra code:"), ..Filter::default() };
        assert_eq!(filter.apply(ROWS, Moment(10_000)), [0, 1]);
        let line = filter.line().text();
        assert!(
            line.contains("zebra matches nothing: ignored") && line.contains("code: unfinished"),
            "{line}"
        );
    }
}

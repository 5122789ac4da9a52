//! Ranges of versions as blang/semver reads them: `>1.0.0 <2.0.0 || >=3.0.0`, `1.2.x`.

use std::cmp::Ordering;

use super::semver::Version;

/// One comparison: the orders of version and bound for which it holds.
struct Bound {
    version: Version,
    orders: &'static [Ordering],
}

/// Alternatives, each of bounds that must all hold.
pub struct Range(Vec<Vec<Bound>>);

const LESS: &[Ordering] = &[Ordering::Less];
const AT_MOST: &[Ordering] = &[Ordering::Less, Ordering::Equal];
const SAME: &[Ordering] = &[Ordering::Equal];
const OTHER: &[Ordering] = &[Ordering::Less, Ordering::Greater];
const AT_LEAST: &[Ordering] = &[Ordering::Equal, Ordering::Greater];
const MORE: &[Ordering] = &[Ordering::Greater];

impl Range {
    /// Reads a range.
    ///
    /// # Errors
    /// What is wrong, in upstream's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut all = Vec::new();
        for part in text.split("||") {
            let mut alternatives = vec![Vec::new()];
            let words = words(part);
            if words.is_empty() {
                return Err(format!("empty range {text:?}"));
            }
            for word in words {
                alternatives = with(&alternatives, &word)?;
            }
            all.append(&mut alternatives);
        }
        Ok(Self(all))
    }

    /// Does it hold for a version?
    #[must_use]
    pub fn holds(&self, version: &Version) -> bool {
        self.0
            .iter()
            .any(|bounds| bounds.iter().all(|bound| bound.orders.contains(&version.cmp(&bound.version))))
    }
}

/// The parts between blanks; an operator belongs to the version behind it.
fn words(part: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in part.split(' ').filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if last.ends_with(['>', '<', '=', '!']) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Adds one comparison to every alternative; `!=1.2.x` makes two of each.
fn with(alternatives: &[Vec<Bound>], word: &str) -> Result<Vec<Vec<Bound>>, String> {
    let end = word.find(|c: char| !matches!(c, '>' | '<' | '=' | '!')).unwrap_or(word.len());
    let (operator, version) = word.split_at_checked(end).unwrap_or((word, ""));
    let (low, high) = bounds(version)?;
    let branches: Vec<Vec<(&str, &'static [Ordering])>> = match (operator, &high) {
        ("" | "=" | "==", None) => vec![vec![(low.as_str(), SAME)]],
        ("!" | "!=", None) => vec![vec![(low.as_str(), OTHER)]],
        (">", None) => vec![vec![(low.as_str(), MORE)]],
        (">=", _) => vec![vec![(low.as_str(), AT_LEAST)]],
        ("<", _) => vec![vec![(low.as_str(), LESS)]],
        ("<=", None) => vec![vec![(low.as_str(), AT_MOST)]],
        ("" | "=" | "==", Some(high)) => vec![vec![(low.as_str(), AT_LEAST), (high, LESS)]],
        ("!" | "!=", Some(high)) => vec![vec![(low.as_str(), LESS)], vec![(high, AT_LEAST)]],
        (">", Some(high)) => vec![vec![(high, AT_LEAST)]],
        ("<=", Some(high)) => vec![vec![(high, LESS)]],
        _ => return Err(format!("could not parse Range {word:?}: unknown operator {operator:?}")),
    };
    let mut out = Vec::new();
    for branch in branches {
        for known in alternatives {
            let mut bounds: Vec<Bound> = known
                .iter()
                .map(|bound| Bound { version: bound.version.clone(), orders: bound.orders })
                .collect();
            for (text, orders) in &branch {
                let version = Version::parse(text).ok_or_else(|| {
                    format!("could not parse version {text:?} in {word:?}: Invalid version")
                })?;
                bounds.push(Bound { version, orders });
            }
            out.push(bounds);
        }
    }
    Ok(out)
}

/// The version, and for `1.2.x` the first one behind it.
fn bounds(version: &str) -> Result<(String, Option<String>), String> {
    let wrong = || format!("could not parse Range {version:?}: Invalid version");
    let parts: Vec<&str> = version.split('.').collect();
    let Some(wild) = parts.iter().position(|part| matches!(*part, "x" | "X" | "*")) else {
        return Ok((version.to_owned(), None));
    };
    let number = |index: usize| parts.get(index).and_then(|part| part.parse::<u64>().ok());
    match (wild, parts.len()) {
        (1, 2 | 3) => {
            let major = number(0).ok_or_else(wrong)?;
            Ok((format!("{major}.0.0"), Some(format!("{}.0.0", major.saturating_add(1)))))
        }
        (2, 3) => {
            let (major, minor) = (number(0).ok_or_else(wrong)?, number(1).ok_or_else(wrong)?);
            Ok((format!("{major}.{minor}.0"), Some(format!("{major}.{}.0", minor.saturating_add(1)))))
        }
        _ => Err(wrong()),
    }
}

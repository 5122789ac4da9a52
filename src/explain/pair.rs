//! The two sides of a comparison: what was wanted, what was there, and where they begin to differ.

use std::ops::Range;

use super::plain::plain;
use super::sentence::{hash_words, missing_words, part_words, range_words};
use crate::model::identity::KeyIdentity;
use crate::model::{Missing, Outcome, Reason, Trace};

/// Longest side that is kept, in characters.
const SIDE: usize = 2_000;
/// Characters of the shared beginning that stay in sight before a difference.
const CONTEXT: usize = 12;

/// What was wanted and what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What the policy or the caller wants; escaped and bounded.
    pub want: String,
    /// What is there; escaped and bounded.
    pub have: String,
    /// Number of characters that both sides share at the beginning, when both are texts of one kind.
    pub first_difference: Option<usize>,
    /// What to know for reading it.
    pub notes: Vec<String>,
}

/// A pair cut to a width: both sides lose the same beginning, so that they stay aligned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// The wanted side.
    pub want: String,
    /// The side that is there.
    pub have: String,
    /// Characters of `have` to underline.
    pub mark: Option<Range<usize>>,
}

impl Pair {
    /// Cuts both sides to `width` characters. A long shared beginning is replaced by `ellipsis` on both sides alike,
    /// and a long end on each.
    #[must_use]
    pub fn fit(&self, width: usize, ellipsis: &str) -> Fitted {
        let width = width.max(24);
        let (want, have): (Vec<char>, Vec<char>) = (self.want.chars().collect(), self.have.chars().collect());
        let longest = want.len().max(have.len());
        let dots = ellipsis.chars().count();
        let skip = match self.first_difference {
            Some(at) if longest > width => {
                at.saturating_sub(CONTEXT).min(longest.saturating_sub(width - dots))
            }
            _ => 0,
        };
        let cut = |side: &[char]| -> String {
            let (lead, room) = if skip > 0 { (ellipsis, width - dots) } else { ("", width) };
            let rest = side.get(skip..).unwrap_or_default();
            let (shown, tail) =
                if rest.len() > room { (room.saturating_sub(dots), ellipsis) } else { (room, "") };
            let middle: String = rest.iter().take(shown).collect();
            format!("{lead}{middle}{tail}")
        };
        let (want_text, have_text) = (cut(&want), cut(&have));
        let lead = if skip > 0 { dots } else { 0 };
        let mark = self.difference().and_then(|range| {
            let start = range.start.checked_sub(skip)? + lead;
            let end = (range.end.saturating_sub(skip) + lead).min(have_text.chars().count());
            (start < end).then_some(start..end)
        });
        Fitted { want: want_text, have: have_text, mark }
    }

    /// The characters of `have` that differ: from the first difference up to the shared end; at least one, where the
    /// difference is something that `have` lacks.
    #[must_use]
    pub fn difference(&self) -> Option<Range<usize>> {
        let start = self.first_difference?;
        let want: Vec<char> = self.want.chars().skip(start).collect();
        let have: Vec<char> = self.have.chars().skip(start).collect();
        let shared = want.iter().rev().zip(have.iter().rev()).take_while(|(a, b)| a == b).count();
        let shared = shared.min(want.len()).min(have.len());
        Some(start..start + have.len().saturating_sub(shared).max(1))
    }
}

/// The two sides of the clause that decided, if it compared any.
#[must_use]
pub fn pair(trace: &Trace) -> Option<Pair> {
    pair_of(&trace.deciding_clause()?.outcome)
}

/// The two sides of an outcome: there for every failure, and for what is undecided because two things differ.
#[must_use]
pub fn pair_of(outcome: &Outcome) -> Option<Pair> {
    match outcome {
        Outcome::Failed(reason) => Some(reason_pair(reason)),
        Outcome::Undecided(Missing::DigestMismatch { wanted, found }) => {
            Some(compared(wanted.as_str(), found.as_str(), "the content was damaged or replaced on the way"))
        }
        Outcome::Undecided(Missing::Truncated { wanted, found, .. }) => {
            Some(words(&format!("{wanted} bytes"), &format!("{found} bytes"), ""))
        }
        Outcome::Undecided(Missing::TooLarge { size, limit, .. }) => {
            Some(words(&format!("at most {limit} bytes"), &format!("{size} bytes"), ""))
        }
        Outcome::Undecided(missing) => Some(words(
            "evidence to decide on",
            &missing_words(missing),
            "nothing is known about the image itself",
        )),
        Outcome::Held | Outcome::NotReached | Outcome::NotExercised(_) => None,
    }
}

/// Two sides that are not texts of one kind: no first difference.
pub(super) fn words(want: &str, have: &str, note: &str) -> Pair {
    let notes = if note.is_empty() { Vec::new() } else { vec![note.to_owned()] };
    Pair { want: plain(want, SIDE), have: plain(have, SIDE), first_difference: None, notes }
}

/// Two texts of one kind, compared character by character.
pub(super) fn compared(want: &str, have: &str, note: &str) -> Pair {
    let mut pair = words(want, have, note);
    if have.is_empty() {
        "(nothing)".clone_into(&mut pair.have);
    } else if pair.want != pair.have {
        pair.first_difference =
            Some(pair.want.chars().zip(pair.have.chars()).take_while(|(a, b)| a == b).count());
    }
    pair
}

fn full_key(key: &KeyIdentity) -> String {
    format!("{} SHA256:{}", key.kind, key.fingerprint)
}

fn reason_pair(reason: &Reason) -> Pair {
    match reason {
        Reason::OtherKind { wanted, present } => {
            words(wanted, &present.join(", "), "what is there was not verified: this check does not read it")
        }
        Reason::Malformed { what, problem } => words(&format!("a {what} that can be read"), problem, ""),
        Reason::Threshold { required, found } => {
            words(&format!("{required} verified entries"), &format!("{found} verified"), "")
        }
        Reason::NoDigest { image } => {
            words("IMAGE@sha256:…", image, "a tag can be moved to other content later")
        }
        Reason::Unverified { image } => {
            words("a verification that succeeded", &format!("none for {image}"), "")
        }
        Reason::NoMatch { wanted, found, .. } => pattern_pair(wanted, found),
        Reason::PolicyInvalid { problem } => {
            words("a policy that its engine accepts", problem, "the engine applies none of this policy")
        }
        Reason::Expression { expression, found } => words(expression, found, "wanted is that it is true"),
        Reason::ExpressionError { problem } => words("an expression with a value", problem, ""),
        Reason::AttestorInvalid { problem } => {
            words("an attestor that can be used", problem, "nothing was verified with it")
        }
        Reason::Notary(failure) => {
            let (wanted, found) = failure.sides();
            words(&wanted, &found, "")
        }
        Reason::KeyMalformed { .. }
        | Reason::KeyType { .. }
        | Reason::KeyMismatch { .. }
        | Reason::WrongHash { .. }
        | Reason::OtherDigest { .. }
        | Reason::Annotation { .. } => signature_pair(reason),
        Reason::LogAbsent { .. }
        | Reason::LogUnknown { .. }
        | Reason::LogPromise { .. }
        | Reason::LogTime { .. }
        | Reason::LogBinding { .. } => log_pair(reason),
        Reason::NoSignature
        | Reason::NoAttestation
        | Reason::Condition { .. }
        | Reason::Unresolved { .. }
        | Reason::Denied { .. }
        | Reason::SignerKind { .. }
        | Reason::CertificateChain { .. }
        | Reason::CertificateTime { .. }
        | Reason::CertificateUsage { .. }
        | Reason::SctAbsent
        | Reason::SctInvalid { .. }
        | Reason::IdentitySubject { .. }
        | Reason::IdentityIssuer { .. }
        | Reason::IdentityExtension { .. }
        | Reason::LogProof { .. }
        | Reason::LogCheckpoint { .. }
        | Reason::TimeAbsent { .. }
        | Reason::TimeInvalid { .. }
        | Reason::PredicateType { .. }
        | Reason::StatementSubject { .. } => super::keyless::pair(reason),
    }
}

fn signature_pair(reason: &Reason) -> Pair {
    match reason {
        Reason::KeyMalformed { problem } => words("a public key in PEM", problem, ""),
        Reason::KeyType { key, signature } => {
            words(&format!("a signature by the {key}"), signature, "no key of that type can have made it")
        }
        Reason::KeyMismatch { key, claimed: Some(claimed) } => compared(
            &full_key(key),
            &full_key(claimed),
            "the key that signed is named by the log entry that travels with the signature",
        ),
        Reason::KeyMismatch { key, claimed: None } => words(
            &full_key(key),
            "a signature that this key did not make over this payload",
            "nothing names the key that did sign; a changed payload looks the same",
        ),
        Reason::WrongHash { tried, valid_under } => compared(
            hash_words(*tried),
            valid_under,
            "the signature is genuine: the key is right, only the hash is not the one that is tried",
        ),
        Reason::OtherDigest { wanted, found } => compared(
            wanted.as_str(),
            found,
            "the signature may well be genuine: it was made for the other digest",
        ),
        Reason::Annotation { key, wanted, found } => {
            let side = |value: &str| format!("{key}={value}");
            match found {
                Some(found) => compared(&side(wanted), &side(found), ""),
                None => words(&side(wanted), &format!("no annotation {key}"), ""),
            }
        }
        other => words(other.code().as_str(), "", ""),
    }
}

fn log_pair(reason: &Reason) -> Pair {
    match reason {
        Reason::LogAbsent { url } => words(
            "a log entry that travels with the signature",
            "none",
            &if url.is_empty() { String::new() } else { format!("the engine would ask {}", plain(url, 200)) },
        ),
        Reason::LogUnknown { found, trusted } => match trusted.as_slice() {
            [] => words("a trusted log", found, "no log at all is trusted here"),
            [only] => compared(only, found, "logs are named by the SHA-256 of their key"),
            many => words(&many.join(" or "), found, "logs are named by the SHA-256 of their key"),
        },
        Reason::LogPromise { log } => words(
            &format!("a promise (SET) by log {log}"),
            "one that this log's key did not make over this entry",
            "",
        ),
        Reason::LogTime { at, from, until } => words(&range_words(*from, *until), &at.to_string(), ""),
        Reason::LogBinding { part, wanted, found } => {
            compared(wanted, found, &format!("compared: the {} in the log entry's body", part_words(*part)))
        }
        other => words(other.code().as_str(), "", ""),
    }
}

/// A pattern with wildcards has a first difference only where its literal beginning already differs.
fn pattern_pair(wanted: &[String], found: &str) -> Pair {
    let shared = |pattern: &String| pattern.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let Some(nearest) = wanted.iter().max_by_key(|pattern| shared(pattern)) else {
        return words("(no pattern)", found, "");
    };
    let literal = nearest.chars().take_while(|c| !matches!(c, '*' | '?')).count();
    let note = match wanted.len() {
        1 => String::new(),
        many => format!("the nearest of {many} patterns is shown"),
    };
    let mut pair = compared(nearest, found, &note);
    if shared(nearest) >= literal && literal < nearest.chars().count() {
        pair.first_difference = None;
    }
    pair
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_shared_beginning_is_cut_on_both_sides_alike() {
        let shared = "https://example.test/".repeat(4);
        let pair = compared(&format!("{shared}tags/v1"), &format!("{shared}heads/hot"), "");
        assert_eq!(pair.first_difference, Some(84));
        let fitted = pair.fit(40, "…");
        assert!(fitted.want.starts_with('…') && fitted.have.starts_with('…'), "{fitted:?}");
        let mark = fitted.mark.clone().unwrap();
        assert_eq!(
            fitted.have.chars().take(mark.start).collect::<String>(),
            fitted.want.chars().take(mark.start).collect::<String>()
        );
        assert_eq!(fitted.have.chars().skip(mark.start).take(mark.len()).collect::<String>(), "heads/hot");
        assert!(fitted.want.chars().count() <= 40 && fitted.have.chars().count() <= 40);
    }

    #[test]
    fn wildcards_have_no_false_difference() {
        let pair = pattern_pair(&["127.0.0.1:*/myorg/*".into()], "127.0.0.1:5000/other/x");
        assert_eq!(pair.first_difference, None);
        let pair = pattern_pair(&["registry.example/*".into()], "registry.test/x");
        assert_eq!(pair.first_difference, Some(9));
    }
}

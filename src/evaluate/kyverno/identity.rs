//! Who a certificate names against who a keyless attestor asks for (`matchCertificateData` of upstream, spec A.7).

use super::policy::{KeylessAttestor, Placed};
use crate::format::regexp;
use crate::format::x509::label;
use crate::lang::wildcard;
use crate::model::identity::Claims;
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, Outcome, Why};

/// Names of extensions in policies, and their numbers under 1.3.6.1.4.1.57264.1.
const NAMED: &[(&str, u32)] = &[
    ("oidcIssuer", 1),
    ("1.3.6.1.4.1.57264.1.1", 1),
    ("githubWorkflowTrigger", 2),
    ("1.3.6.1.4.1.57264.1.2", 2),
    ("githubWorkflowSha", 3),
    ("1.3.6.1.4.1.57264.1.3", 3),
    ("githubWorkflowName", 4),
    ("1.3.6.1.4.1.57264.1.4", 4),
    ("githubWorkflowRepository", 5),
    ("1.3.6.1.4.1.57264.1.5", 5),
    ("githubWorkflowRef", 6),
    ("1.3.6.1.4.1.57264.1.6", 6),
];

/// What one comparison gave: its clause, and what Kyverno prints when it fails.
pub(super) type Compared = (Clause, Option<String>);

/// True when the attestor asks for any identity at all.
pub(super) fn asked(keyless: &KeylessAttestor) -> bool {
    let texts = [&keyless.subject, &keyless.subject_regexp, &keyless.issuer, &keyless.issuer_regexp];
    texts.iter().any(|text| text.is_some()) || !keyless.extensions.is_empty()
}

/// Every comparison, in upstream's order; all of them are made, the first that fails is what upstream prints.
pub(super) fn compare(keyless: &KeylessAttestor, claims: &Claims) -> Vec<Compared> {
    let mut all = Vec::new();
    all.extend(subject(keyless, claims));
    let found = claims.fulcio(1).unwrap_or_default();
    if let Some(issuer) = &keyless.issuer {
        let held = wildcard::matches(&issuer.value, found);
        all.push(issuer_clause("keyless.issuer", issuer, found, Ok(held)));
    }
    if let Some(issuer) = &keyless.issuer_regexp {
        all.push(issuer_clause("keyless.issuerRegExp", issuer, found, matches(&issuer.value, found)));
    }
    all.extend(keyless.extensions.iter().map(|(key, value)| extension(key, value, claims)));
    all
}

fn matches(pattern: &str, text: &str) -> Result<bool, Missing> {
    regexp::matches(pattern, text)
        .ok_or_else(|| Missing::NotImplemented { what: format!("the regular expression {pattern:?}") })
}

/// The names in upstream's order (`GetSubjectAlternateNames`).
pub(super) fn names(claims: &Claims) -> Vec<String> {
    let names = claims.names();
    let of = |kind: &'static str| {
        names.iter().filter(move |(found, _)| found == kind).map(|(_, value)| value.clone())
    };
    ["dns", "email", "ip", "uri", "othername"].into_iter().flat_map(of).collect()
}

/// `subject` or `subjectRegExp`; a certificate without names is not compared.
fn subject(keyless: &KeylessAttestor, claims: &Claims) -> Option<Compared> {
    let first = keyless.subject.as_ref().or(keyless.subject_regexp.as_ref())?;
    let found = names(claims);
    let label = if keyless.subject.is_some() { "keyless.subject" } else { "keyless.subjectRegExp" };
    let clause = |outcome| Clause::new(label, outcome).at(&first.span);
    if claims.names.is_none() {
        let what = "the names of the certificate".to_owned();
        let missing = Missing::Malformed { what, problem: "they cannot be read".to_owned() };
        return Some((clause(Outcome::Undecided(missing)), None));
    }
    if found.is_empty() {
        return Some((clause(Outcome::NotExercised(Why::NothingThere)), None));
    }
    let mut held = keyless
        .subject
        .as_ref()
        .is_some_and(|subject| found.iter().any(|name| wildcard::matches(&subject.value, name)));
    if let Some(pattern) = &keyless.subject_regexp {
        for name in &found {
            match matches(&pattern.value, name) {
                Ok(matched) => held |= matched,
                Err(missing) => return Some((clause(Outcome::Undecided(missing)), None)),
            }
        }
    }
    if held {
        return Some((clause(Outcome::Held), None));
    }
    let message = format!("subject mismatch: expected {}, received {}", first.value, found.join(", "));
    let wanted = [&keyless.subject, &keyless.subject_regexp]
        .into_iter()
        .flatten()
        .map(|text| text.value.as_str())
        .collect::<Vec<_>>()
        .join(" or ");
    Some((clause(Outcome::Failed(Reason::IdentitySubject { wanted, found })), Some(message)))
}

fn issuer_clause(label: &str, wanted: &Placed<String>, found: &str, held: Result<bool, Missing>) -> Compared {
    let at = |outcome| Clause::new(label, outcome).at(&wanted.span);
    match held {
        Ok(true) => (at(Outcome::Held), None),
        Err(missing) => (at(Outcome::Undecided(missing)), None),
        Ok(false) => {
            let reason = Reason::IdentityIssuer { wanted: wanted.value.clone(), found: found.to_owned() };
            let message = format!("issuer mismatch: expected {}, received {found}", wanted.value);
            (at(Outcome::Failed(reason)), Some(message))
        }
    }
}

fn extension(key: &str, wanted: &Placed<String>, claims: &Claims) -> Compared {
    let clause =
        |outcome, span: &Span| Clause::new(format!("keyless.additionalExtensions.{key}"), outcome).at(span);
    let Some((_, number)) = NAMED.iter().find(|(name, _)| *name == key) else {
        let message = format!("invalid certificate extension {key}");
        let reason = Reason::IdentityExtension { name: "unknown", wanted: wanted.value.clone(), found: None };
        return (clause(Outcome::Failed(reason), &wanted.span), Some(message));
    };
    let found = claims.fulcio(*number).map(str::to_owned);
    let text = found.clone().unwrap_or_default();
    if wildcard::matches(&wanted.value, &text) {
        return (clause(Outcome::Held, &wanted.span), None);
    }
    let message = format!("extension mismatch: expected {} for key {key}, received {text}", wanted.value);
    let reason = Reason::IdentityExtension { name: label(*number), wanted: wanted.value.clone(), found };
    (clause(Outcome::Failed(reason), &wanted.span), Some(message))
}

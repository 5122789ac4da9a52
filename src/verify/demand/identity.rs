//! Whether the certificate is of whom is asked for.

use super::parts::Form;
use crate::format::regexp;
use crate::format::x509::label;
use crate::model::demand::{CertificateDemand, Wanted};
use crate::model::identity::Claims;
use crate::model::trace::Why;
use crate::model::{Missing, Outcome, Reason, StepName};
use crate::verify::case::{Ended, fact};

/// The subjects that are compared: all of a classic certificate, one of a bundle's (sigstore-go, `SummarizeCertificate`).
fn subjects(form: Form, claims: &Claims) -> Vec<String> {
    let names = claims.names();
    let of = |kind: &str| names.iter().find(|(found, _)| found == kind).map(|(_, value)| value.clone());
    match form {
        Form::Bundle => of("uri").or_else(|| of("email")).or_else(|| of("othername")).into_iter().collect(),
        Form::Signature | Form::Attestation => {
            let known = |kind: &str| kind != "other";
            names.iter().filter(|(kind, _)| known(kind)).map(|(_, value)| value.clone()).collect()
        }
    }
}

/// The issuer: of a classic certificate by the old extension alone, of a bundle's by the last one of both.
fn issuer(form: Form, claims: &Claims) -> String {
    let last = claims.extensions.iter().rfind(|(number, ..)| matches!(number, 1 | 8));
    let number = match form {
        Form::Bundle => last.map_or(1, |(number, ..)| *number),
        Form::Signature | Form::Attestation => 1,
    };
    claims.fulcio(number).unwrap_or_default().to_owned()
}

/// The demands that count: all in a bundle; else the regular expression alone, where there is one.
fn counting(form: Form, wanted: &[Wanted]) -> Vec<&Wanted> {
    let regexp = wanted.iter().find(|one| matches!(one, Wanted::Regexp(_)));
    match (form, regexp) {
        (Form::Signature | Form::Attestation, Some(regexp)) => vec![regexp],
        _ => wanted.iter().collect(),
    }
}

fn meets(wanted: &Wanted, found: &str) -> Result<bool, Missing> {
    match wanted {
        Wanted::Anything => Ok(true),
        Wanted::Exact(text) => Ok(text == found),
        Wanted::Regexp(pattern) => regexp::matches(pattern, found)
            .ok_or_else(|| Missing::NotImplemented { what: format!("the regular expression {pattern:?}") }),
    }
}

fn words(wanted: &[&Wanted]) -> String {
    let one = |wanted: &&Wanted| match wanted {
        Wanted::Anything => "anything".to_owned(),
        Wanted::Exact(text) => text.clone(),
        Wanted::Regexp(pattern) => format!("~ {pattern}"),
    };
    wanted.iter().map(one).collect::<Vec<_>>().join(" and ")
}

/// One text that meets all that is wanted.
fn compare(name: StepName, wanted: &[&Wanted], found: &[String], reason: Reason) -> Ended {
    if wanted.is_empty() {
        // The caller checks that there is one; nothing asked for is never a pass.
        return Ended::failed(name, reason, "no identity is asked for");
    }
    if wanted.iter().all(|one| **one == Wanted::Anything) {
        return Ended::new(name, Outcome::NotExercised(Why::NothingThere));
    }
    for text in found {
        let mut all = true;
        for one in wanted {
            match meets(one, text) {
                Ok(met) => all &= met,
                Err(missing) => return Ended::undecided(name, missing),
            }
        }
        if all {
            return Ended::new(name, Outcome::Held);
        }
    }
    Ended::failed(name, reason, "none of the expected identities matched what was in the certificate")
}

/// The three steps.
pub(in crate::verify) fn steps(form: Form, demand: &CertificateDemand, claims: &Claims) -> Vec<Ended> {
    let wanted = counting(form, &demand.issuer);
    let found = issuer(form, claims);
    let reason = Reason::IdentityIssuer { wanted: words(&wanted), found: found.clone() };
    // A certificate without an issuer has the empty one, which a regular expression can match.
    let by_issuer = compare(StepName::Issuer, &wanted, &[found], reason);
    let wanted = counting(form, &demand.subject);
    let found = subjects(form, claims);
    let reason = Reason::IdentitySubject { wanted: words(&wanted), found: found.clone() };
    let facts =
        claims.names().iter().map(|(kind, value)| fact("subject", format!("{kind} {value}"))).collect();
    let by_subject = compare(StepName::Subject, &wanted, &found, reason).with(facts);
    let extensions = extensions(demand, claims);
    // In the order of `CheckCertificatePolicy` of cosign, and of `CertificateIdentity.Verify` of sigstore-go.
    match form {
        Form::Bundle => vec![by_subject, by_issuer, extensions],
        Form::Signature | Form::Attestation => vec![extensions, by_issuer, by_subject],
    }
}

fn extensions(demand: &CertificateDemand, claims: &Claims) -> Ended {
    let name = StepName::Extensions;
    let facts = claims
        .extensions
        .iter()
        .map(|(_, label, value)| fact(label, value.clone().unwrap_or_else(|hex| hex)))
        .collect();
    let wrong =
        demand.extensions.iter().find(|(number, value)| claims.fulcio(**number) != Some(value.as_str()));
    let ended = match wrong {
        _ if demand.extensions.is_empty() => Ended::new(name, Outcome::NotExercised(Why::NothingThere)),
        None => Ended::new(name, Outcome::Held),
        Some((number, wanted)) => {
            let found = claims.fulcio(*number).map(str::to_owned);
            let reason = Reason::IdentityExtension { name: label(*number), wanted: wanted.clone(), found };
            Ended::failed(name, reason, "expected extension to be another")
        }
    };
    ended.with(facts)
}

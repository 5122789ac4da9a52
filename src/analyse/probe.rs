//! Near misses of a signer: the evidence that somebody close by would have.

use super::workflow::Workflow;
use crate::model::identity::Claims;
use crate::model::probe::{Alteration, NearMiss};

/// A near miss that is to be thrown at a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    /// What kind it is.
    pub kind: NearMiss,
    /// The name that the signer would have; empty where it is not about names.
    pub signer: String,
    /// What is other.
    pub alteration: Alteration,
}

/// The names of a near miss are longer than the real ones by this: a pattern that ends too early admits them.
const LONGER: &str = "-other";

/// Near misses of an image: by every name that signed it, and by what hangs on it.
#[must_use]
pub fn near_misses(signers: &[Claims], keyed: bool) -> Vec<Thrown> {
    let plain = |kind, alteration| Thrown { kind, signer: String::new(), alteration };
    let mut thrown: Vec<Thrown> = signers.iter().flat_map(of_signer).collect();
    if !signers.is_empty() {
        thrown.push(plain(NearMiss::Expired, Alteration::Expired));
    }
    if keyed {
        thrown.push(plain(NearMiss::OtherKey, Alteration::OtherKey));
    }
    thrown.push(plain(NearMiss::NoLog, Alteration::NoLog));
    thrown.push(plain(NearMiss::OtherDigest, Alteration::OtherDigest));
    thrown.push(plain(NearMiss::Unsigned, Alteration::Unsigned));
    thrown
}

/// The name by which a certificate is compared.
#[must_use]
pub fn subject(claims: &Claims) -> Option<&str> {
    let of = |kind: &str| claims.names().iter().find(|(own, _)| own == kind).map(|(_, name)| name.as_str());
    of("uri").or_else(|| of("email")).or_else(|| claims.names().first().map(|(_, name)| name.as_str()))
}

/// The issuer: of both extensions the newer one.
#[must_use]
pub fn issuer(claims: &Claims) -> Option<&str> {
    claims.fulcio(8).or_else(|| claims.fulcio(1))
}

fn of_signer(claims: &Claims) -> Vec<Thrown> {
    let Some(name) = subject(claims) else { return Vec::new() };
    let mut thrown = match Workflow::read(name) {
        Some(workflow) => of_workflow(claims, name, &workflow),
        None => of_account(claims, name),
    };
    let mut add = |kind, signer: String, claims| {
        thrown.push(Thrown { kind, signer, alteration: Alteration::Claims(claims) });
    };
    let inside = format!("https://look-alike.example/{name}");
    add(NearMiss::LookAlike, inside.clone(), renamed(claims, &[(name, &inside)]));
    if let Some(issuer) = issuer(claims) {
        let other = format!("{issuer}.example");
        let mut changed = claims.clone();
        for (number, _, text) in &mut changed.extensions {
            if matches!(number, 1 | 8) && text.as_deref() == Ok(issuer) {
                *text = Ok(other.clone());
            }
        }
        add(NearMiss::OtherIssuer, format!("{name} by {other}"), changed);
    }
    add(NearMiss::NoName, String::new(), Claims { names: Some(Vec::new()), ..claims.clone() });
    thrown
}

fn of_workflow(claims: &Claims, name: &str, workflow: &Workflow<'_>) -> Vec<Thrown> {
    let Workflow { host, owner, repository, separator, file, git_ref } = *workflow;
    let project = workflow.project();
    let (stem, ending) = file
        .rsplit_once('.')
        .map_or((file, ""), |(stem, _)| (stem, file.get(stem.len()..).unwrap_or_default()));
    let other_file = format!("{stem}{LONGER}{ending}");
    // Beside a tag the nearest is a branch of its name; beside a branch, one whose name begins like it.
    let branch = match git_ref.strip_prefix("refs/tags/") {
        Some(tag) => format!("refs/heads/{tag}"),
        None => format!("{git_ref}{LONGER}"),
    };
    let pull = "refs/pull/1/merge".to_owned();
    let mut thrown = Vec::new();
    let mut add = |kind, (project_then, file_then, ref_then): (&str, &str, &str)| {
        let signer = format!("{host}{project_then}{separator}{file_then}@{ref_then}");
        // The name first: it holds the parts that are replaced in the other fields.
        let claims = renamed(
            claims,
            &[(name, &signer), (&project, project_then), (file, file_then), (git_ref, ref_then)],
        );
        thrown.push(Thrown { kind, signer, alteration: Alteration::Claims(claims) });
    };
    add(NearMiss::Fork, (&format!("{owner}{LONGER}/{repository}"), file, git_ref));
    add(NearMiss::OtherRepository, (&format!("{project}{LONGER}"), file, git_ref));
    add(NearMiss::OtherWorkflow, (&project, &other_file, git_ref));
    add(NearMiss::Branch, (&project, file, &branch));
    if git_ref != pull {
        add(NearMiss::PullRequest, (&project, file, &pull));
    }
    thrown
}

fn of_account(claims: &Claims, name: &str) -> Vec<Thrown> {
    let with = |kind, signer: String| Thrown {
        kind,
        alteration: Alteration::Claims(renamed(claims, &[(name, &signer)])),
        signer,
    };
    match name.rsplit_once('@') {
        Some((account, domain)) => vec![
            with(NearMiss::OtherAccount, format!("{account}{LONGER}@{domain}")),
            with(NearMiss::OtherDomain, format!("{account}@{domain}.example")),
        ],
        None => vec![with(NearMiss::OtherAccount, format!("{name}{LONGER}"))],
    }
}

/// The same claims with the first of these texts that is found in a field replaced there, and in what is not the name,
/// each of them.
fn renamed(claims: &Claims, changes: &[(&str, &str)]) -> Claims {
    let change = |text: &str| {
        if let Some((from, to)) = changes.first()
            && text.contains(from)
        {
            return text.replace(from, to);
        }
        let rest = changes.iter().skip(1).filter(|(from, to)| from != to);
        rest.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    Claims {
        names: claims
            .names
            .as_ref()
            .map(|names| names.iter().map(|(kind, text)| (kind.clone(), change(text))).collect()),
        extensions: claims
            .extensions
            .iter()
            .map(|(number, label, text)| {
                (*number, *label, text.as_ref().map(|text| change(text)).map_err(Clone::clone))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(name: (&str, &str), extensions: &[(u32, &str)]) -> Claims {
        Claims {
            names: Some(vec![(name.0.to_owned(), name.1.to_owned())]),
            extensions: extensions
                .iter()
                .map(|(number, text)| (*number, "", Ok((*text).to_owned())))
                .collect(),
        }
    }

    #[test]
    fn every_near_miss_differs_in_what_it_is_about_and_in_all_fields() {
        let release = "https://github.com/acme/pay/.github/workflows/release.yml@refs/tags/v1";
        let own = claims(
            ("uri", release),
            &[
                (1, "https://issuer"),
                (5, "acme/pay"),
                (6, "refs/tags/v1"),
                (9, release),
                (12, "https://github.com/acme/pay"),
            ],
        );
        let thrown = near_misses(std::slice::from_ref(&own), false);
        let of = |kind| {
            let found = thrown.iter().find(|one| one.kind == kind).unwrap();
            match &found.alteration {
                Alteration::Claims(claims) => claims.clone(),
                other => panic!("{other:?}"),
            }
        };
        let fork = of(NearMiss::Fork);
        assert_eq!(fork.fulcio(5), Some("acme-other/pay"));
        assert_eq!(fork.fulcio(12), Some("https://github.com/acme-other/pay"));
        assert_eq!(subject(&fork), fork.fulcio(9));
        assert_eq!(of(NearMiss::Branch).fulcio(6), Some("refs/heads/v1"));
        assert_eq!(of(NearMiss::OtherRepository).fulcio(5), Some("acme/pay-other"));
        assert!(subject(&of(NearMiss::OtherWorkflow)).unwrap().contains("/release-other.yml@"));
        assert_eq!(of(NearMiss::OtherIssuer).fulcio(1), Some("https://issuer.example"));
        assert!(of(NearMiss::NoName).names().is_empty());
        assert!(thrown.iter().all(|one| one.alteration != Alteration::Claims(own.clone())));
    }

    #[test]
    fn accounts_and_keys_have_near_misses_of_their_own() {
        let thrown = near_misses(&[claims(("email", "me@acme.example"), &[])], true);
        let kinds: Vec<NearMiss> = thrown.iter().map(|one| one.kind).collect();
        for kind in [NearMiss::OtherAccount, NearMiss::OtherDomain, NearMiss::OtherKey, NearMiss::Unsigned] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }
        assert!(!kinds.contains(&NearMiss::OtherIssuer), "there is none to be other than");
        assert!(near_misses(&[], false).iter().all(|one| one.signer.is_empty()));
    }
}

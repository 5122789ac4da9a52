//! Where the classic signatures and attestations of an entry are looked up: beside the image, or in the repository that the
//! policy names (`repository`; `WithTargetRepository` of cosign, `pkg/oci/remote`). Only type Cosign looks there.

use std::sync::Arc;

use super::ask::Problem;
use super::case::Case;
use super::policy::{Attestor, Placed};
use crate::model::artifact::{Artifact, ArtifactKind, Evidence, Found, Gap};
use crate::model::image::Reference;
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::port::{Question, Reply};

/// `artifactType` of a signature that hangs on the image as a referrer (`internal/pkg/oci/experimental` of cosign).
const SIGNATURE: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";

/// The repository that the entry of the attestor set names, else that of the entry of `verifyImages`.
fn named<'a>(case: &Case<'a>, attestor: &'a Attestor) -> Option<&'a Placed<String>> {
    attestor.repository.as_ref().or(case.reading.repository.as_ref())
}

/// What the tags and referrers of the place give for the image.
pub(super) fn evidence(
    case: &Case<'_>,
    attestor: &Attestor,
    image: &Arc<Evidence>,
) -> Result<Arc<Evidence>, Problem> {
    let Some(repository) = named(case, attestor) else { return Ok(Arc::clone(image)) };
    let place = reference(repository)?;
    let digest = image.digest.clone();
    let missing = |missing: Missing| Problem::Missing(Box::new(missing), repository.span.clone());
    let question = Question::Attached { repository: place, digest, prefix: String::new() };
    match case.context.outside.ask(&question).map_err(missing)? {
        Reply::Evidence(found) if found.digest == image.digest => Ok(found),
        Reply::Evidence(found) => {
            let (wanted, found) = (image.digest.clone(), found.digest.clone());
            Err(missing(Missing::DigestMismatch { wanted, found }))
        }
        Reply::Bytes(_) => Err(missing(Missing::Unsupported { what: "another repository".to_owned() })),
    }
}

/// Host and path as go-containerregistry reads the name of a repository (`name.NewRepository`), which takes neither tag nor
/// digest.
fn reference(repository: &Placed<String>) -> Result<String, Problem> {
    let text = repository.value.as_str();
    let refused = |problem: String| {
        let words = format!("failed to parse signature repository {text}: {problem}");
        Problem::Fails(
            words,
            Box::new(Reason::Malformed { what: "name of a repository", problem }),
            repository.span.clone(),
        )
    };
    // The part before the first slash is a host if it looks like one.
    let path = match text.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => text,
    };
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-./".contains(c);
    if let Some(other) = path.chars().find(|c| !good(*c)) {
        return Err(refused(format!(
            "repository can only contain lower-case letters, digits and `_-./`, found `{other}`"
        )));
    }
    if !(2..=255).contains(&path.chars().count()) {
        return Err(refused("repository must be between 2 and 255 characters in length".to_owned()));
    }
    match Reference::parse(text) {
        Ok(reference) => Ok(reference.name()),
        // What is read more strictly here than there is not known to be refused.
        Err(error) => {
            let missing = Missing::Malformed { what: "`repository`".to_owned(), problem: error.to_string() };
            Err(Problem::Missing(Box::new(missing), repository.span.clone()))
        }
    }
}

/// The signature among the referrers that cosign looks at when it is asked for them first.
pub(super) enum Referred {
    /// There is none: the tag is looked at.
    None,
    /// This manifest, and no other.
    One(Arc<Evidence>, usize),
    /// It cannot be known.
    Unknown(Missing, Span),
}

/// The last referrer with the type of a signature (`verifyImageSignaturesExperimentalOCI`). cosign lists those of the other
/// repository, and reads the manifest from the repository of the image.
pub(super) fn referred(
    case: &Case<'_>,
    attestor: &Attestor,
    image: &Arc<Evidence>,
    listed: &Arc<Evidence>,
) -> Referred {
    let place = named(case, attestor).map_or(attestor.place(), |repository| &repository.span);
    let unknown = |missing: Missing| Referred::Unknown(missing, place.clone());
    let by_referrers = |gap: &&Gap| matches!(gap.via, Found::Referrers | Found::FallbackTag(_));
    if let Some(gap) = listed.gaps.iter().chain(&image.gaps).find(by_referrers) {
        return unknown(gap.why.clone());
    }
    let of_type: Vec<&Artifact> = listed.artifacts.iter().filter(|one| is_referred(one)).collect();
    let Some(last) = of_type.last() else { return Referred::None };
    let at_tag = |one: &&&Artifact| one.found.iter().any(|found| matches!(found, Found::Tag(_)));
    if of_type.len() > 1 && of_type.iter().any(|one| at_tag(&one)) {
        let what = "`cosignOCI11` over several signatures, one of which has a tag too".to_owned();
        return unknown(Missing::NotImplemented { what });
    }
    if last.kind != ArtifactKind::CosignSignature {
        let what = format!("a referrer of the type {SIGNATURE} with layers of another type");
        return unknown(Missing::NotImplemented { what });
    }
    let digest = &last.digest;
    if let Some(index) = image.artifacts.iter().position(|one| one.digest == *digest) {
        return Referred::One(Arc::clone(image), index);
    }
    let there = image.subject.at(digest.clone()).to_string();
    match case.context.outside.ask(&Question::Evidence { image: there }) {
        Err(Missing::NotFound { .. }) => Referred::None,
        Err(missing) => unknown(missing),
        Ok(_) => {
            let what = "`cosignOCI11` with a signature that the image's repository holds and does not list"
                .to_owned();
            unknown(Missing::NotImplemented { what })
        }
    }
}

fn is_referred(artifact: &Artifact) -> bool {
    let way = |found: &Found| matches!(found, Found::Referrers | Found::FallbackTag(_));
    artifact.artifact_type == SIGNATURE && artifact.found.iter().any(way)
}

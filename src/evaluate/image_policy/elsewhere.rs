//! Where the signatures and attestations of an attestor lie: beside the image, or where `source` says (`WithTargetRepository`
//! and `WithPrefix` of cosign, `pkg/oci/remote`).

use std::sync::Arc;

use super::demand::Refused;
use super::policy::{Cosign, Elsewhere, Text};
use super::scene::Scene;
use crate::model::artifact::Evidence;
use crate::model::image::Reference;
use crate::model::missing::Missing;
use crate::port::{Question, Reply};

/// What lies elsewhere for the image; `None`: the policy names no other place.
pub(super) fn evidence(
    scene: &Scene<'_>,
    cosign: &Cosign,
    image: &Evidence,
) -> Result<Option<Arc<Evidence>>, Refused> {
    let Some(Elsewhere { repository, prefix, span }) = &cosign.elsewhere else { return Ok(None) };
    let place = match repository {
        Some(text) => name(text).map_err(|why| why.at(&text.span))?,
        None => image.subject.name(),
    };
    let question = Question::Attached {
        repository: place,
        digest: image.digest.clone(),
        prefix: prefix.as_ref().map(|text| text.value.clone()).unwrap_or_default(),
    };
    match scene.context.outside.ask(&question) {
        Ok(Reply::Evidence(found)) if found.digest == image.digest => Ok(Some(found)),
        Ok(_) => Err(Refused::not_implemented("cosign.source").at(span)),
        Err(missing) => Err(Refused::Undecided(missing).at(span)),
    }
}

/// Host and path as go-containerregistry reads the name of a repository (`name.NewRepository`): neither tag nor digest.
fn name(text: &Text) -> Result<String, Refused> {
    let own = text.value.as_str();
    let path = match own.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => own,
    };
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-./".contains(c);
    if !path.chars().all(good) || !(2..=255).contains(&path.len()) {
        return Err(Refused::Problem(format!("failed to parse signature repository {own}")));
    }
    // What is read more strictly here than there is not known to be refused.
    let malformed =
        |problem: String| Missing::Malformed { what: "cosign.source.repository".to_owned(), problem };
    Reference::parse(own)
        .map(|found| found.name())
        .map_err(|error| Refused::Undecided(malformed(error.to_string())))
}

//! The signed payload: its descriptor is the image's, and it holds the user metadata asked for.

use std::collections::BTreeMap;

use crate::format::go_json::Tree;
use crate::model::artifact::Evidence;
use crate::model::notary::NotaryFailure;
use crate::model::{Outcome, Reason};

/// The signed descriptor.
pub(super) fn read(payload: &[u8]) -> Result<Tree, String> {
    let document = Tree::parse(payload)?;
    let target = document.field("targetArtifact")?;
    target.cloned().ok_or_else(|| "the payload has no targetArtifact".to_owned())
}

/// Media type, digest and size of the descriptor against the resolved image.
pub(super) fn check(target: &Result<Tree, String>, evidence: &Evidence) -> Outcome {
    match target.as_ref().map_err(Clone::clone).and_then(|target| compare(target, evidence)) {
        Ok(None) => Outcome::Held,
        Ok(Some((part, wanted, found))) => {
            Outcome::Failed(Reason::Notary(NotaryFailure::Target { part, wanted, found }))
        }
        Err(problem) => Outcome::Failed(Reason::Malformed { what: "payload", problem }),
    }
}

type Difference = (&'static str, String, String);

fn compare(target: &Tree, evidence: &Evidence) -> Result<Option<Difference>, String> {
    let size = u64::try_from(target.integer("size")?).ok();
    let size = size.map_or_else(|| "negative".to_owned(), |size| size.to_string());
    let parts = [
        ("digest", evidence.digest.to_string(), target.text("digest")?.to_owned()),
        ("media type", evidence.media_type.clone(), target.text("mediaType")?.to_owned()),
        ("size", evidence.size.to_string(), size),
    ];
    Ok(parts.into_iter().find(|(_, wanted, found)| wanted != found))
}

/// The annotations of the descriptor against the pairs asked for.
pub(super) fn metadata(target: &Result<Tree, String>, wanted: &BTreeMap<String, String>) -> Outcome {
    let found = match target.as_ref().map_err(Clone::clone).and_then(annotations) {
        Ok(found) => found,
        Err(problem) => return Outcome::Failed(Reason::Malformed { what: "payload", problem }),
    };
    match wanted.iter().find(|(key, value)| found.get(*key) != Some(*value)) {
        None => Outcome::Held,
        Some((key, value)) => Outcome::Failed(Reason::Notary(NotaryFailure::Metadata {
            key: key.clone(),
            wanted: value.clone(),
            found: found.get(key).cloned(),
        })),
    }
}

/// The annotations of the signed descriptor.
pub(super) fn annotations(target: &Tree) -> Result<BTreeMap<String, String>, String> {
    let entries = match target.field("annotations")? {
        None => return Ok(BTreeMap::new()),
        Some(Tree::Object(entries)) => entries,
        Some(_) => return Err("the annotations are no object".to_owned()),
    };
    let mut all = BTreeMap::new();
    for (key, value) in entries {
        let Tree::Text(text) = value else { return Err(format!("the annotation {key:?} is no text")) };
        if all.insert(key.clone(), text.clone()).is_some() {
            return Err(format!("the annotation {key:?} is there twice"));
        }
    }
    Ok(all)
}

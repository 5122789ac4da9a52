//! Reads what is said about an image: statements of its attestations, and its configuration.

use std::sync::Arc;

use crate::format::oci::{self, Descriptor, Document as Manifest, MANIFEST_LIMIT};
use crate::format::{document, facts};
use crate::model::facts::Fact;
use crate::model::statement::{Said, Statement};
use crate::model::{Artifact, ArtifactKind, Evidence, Missing};
use crate::port::Store;

/// Reads everything. What cannot be read is in the gaps.
pub async fn said(store: &dyn Store, evidence: &Evidence) -> Said {
    let mut said = Said::default();
    for artifact in &evidence.artifacts {
        said.statements.extend(statements(artifact));
    }
    said.gaps.extend(evidence.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why)));
    match config(store, evidence).await {
        Ok(bytes) => match document::read(&bytes) {
            Ok(read) => said.config = Some(Arc::new(read)),
            Err(problem) => said.gaps.push(format!("configuration: {problem}")),
        },
        Err(missing) => said.gaps.push(format!("configuration: {missing}")),
    }
    said
}

fn statements(artifact: &Artifact) -> Vec<Statement> {
    let signed = artifact.kind != ArtifactKind::BuildkitAttestation;
    let of = |layer: &crate::model::Layer| {
        let bytes = layer.blob.bytes().ok()?;
        let facts = facts::layer(&layer.media_type, &layer.annotations, bytes);
        let predicate = facts.get("predicate_type").and_then(Fact::text).unwrap_or_default().to_owned();
        match facts.get("readable") {
            Some(Fact::View(view)) => Some(Statement { predicate, signed, view: view.clone() }),
            _ => None,
        }
    };
    artifact.layers.iter().filter_map(of).collect()
}

/// The configuration of the image, or of the first platform of an index.
async fn config(store: &dyn Store, evidence: &Evidence) -> Result<Arc<[u8]>, Missing> {
    let manifest = match evidence.platforms.first() {
        Some(platform) => store.manifest(&evidence.subject.at(platform.digest.clone())).await?.bytes,
        None => evidence.raw.clone(),
    };
    let what = format!("the manifest of {}", evidence.subject);
    let read = oci::parse_json(&what, &manifest)?;
    // A second reading by the strict reader: what it refuses is no manifest.
    Manifest::parse(&what, &manifest)?;
    let config =
        read.get("config").ok_or_else(|| Missing::NotFound { what: format!("`config` in {what}") })?;
    let config = Descriptor::read(&what, config)?;
    store.blob(&evidence.subject, &config.digest, config.size, MANIFEST_LIMIT).await
}

//! What every signature of an image says about its signer. Nothing here is verified.

use crate::format::facts;
use crate::model::facts::Fact;
use crate::model::signed::{Claim, Signed};
use crate::model::{Artifact, ArtifactKind, Moment};

/// Where Fulcio's issuers stand, the newer one first.
const ISSUERS: [&str; 2] = ["1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.57264.1.1"];

/// One entry for each layer that signs or states something, in order.
#[must_use]
pub fn signed(artifacts: &[Artifact]) -> Vec<Signed> {
    let signs = |artifact: &&Artifact| {
        matches!(
            artifact.kind,
            ArtifactKind::CosignSignature
                | ArtifactKind::CosignAttestation
                | ArtifactKind::SigstoreBundle
                | ArtifactKind::NotationSignature
        )
    };
    let of = |artifact: &Artifact| -> Vec<Signed> {
        let layers = artifact.layers.iter().enumerate();
        layers
            .map(|(index, layer)| {
                let bytes = layer.blob.bytes().unwrap_or_default();
                let facts = facts::layer(&layer.media_type, &layer.annotations, bytes);
                read(artifact, index, &facts)
            })
            .collect()
    };
    artifacts.iter().filter(signs).flat_map(of).collect()
}

fn read(artifact: &Artifact, index: usize, facts: &Fact) -> Signed {
    let own = facts.get("certificate").or_else(|| facts.get("chain").and_then(|chain| chain.items().first()));
    let entries = facts.get("tlog").map(Fact::items).unwrap_or_default().iter().chain(facts.get("rekor"));
    let time = |entry: &Fact| entry.get("integrated_time")?.text()?.parse().ok().filter(|at| *at > 0);
    Signed {
        artifact: artifact.digest.clone(),
        index,
        kind: artifact.kind.clone(),
        claim: own.filter(|own| own.get("sans").is_some()).map(claim),
        predicate: facts.get("predicate_type").and_then(Fact::text).map(str::to_owned),
        logged: entries.filter_map(time).min().map(Moment),
    }
}

fn claim(certificate: &Fact) -> Claim {
    let text = |key: &str| certificate.get(key).and_then(Fact::text).unwrap_or_default().to_owned();
    let sans = certificate.get("sans").map(Fact::items).unwrap_or_default();
    let name = sans.iter().find_map(|san| san.get("value")?.text());
    let fulcio = |key: &str| certificate.get("fulcio")?.get(key)?.get("value")?.text();
    let extensions = match certificate.get("fulcio") {
        Some(Fact::Map(entries)) => entries
            .iter()
            .filter_map(|(_, fact)| {
                Some((fact.get("label")?.text()?.to_owned(), fact.get("value")?.text()?.to_owned()))
            })
            .collect(),
        _ => Vec::new(),
    };
    Claim {
        subject: name.map_or_else(|| text("subject"), str::to_owned),
        issuer: ISSUERS.iter().find_map(|oid| fulcio(oid)).unwrap_or_default().to_owned(),
        fingerprint: text("sha256"),
        from: Moment::parse(&text("not_before")),
        extensions,
    }
}

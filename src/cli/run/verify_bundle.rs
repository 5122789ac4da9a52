//! `sigscope verify-bundle`: one bundle in a file against one artifact, asked as sigstore's conformance suite asks.

use std::path::Path;
use std::sync::Arc;

use super::{start, verify};
use crate::cli::bundle::VerifyBundleArgs;
use crate::cli::demand;
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::format::bundle::Bundle;
use crate::format::hash::digest_of;
use crate::model::demand::{CertificateDemand, Demand, Signer, Wanted};
use crate::model::verifier::{HashAlgorithm, LogDemand};
use crate::model::{Code, Digest, Missing, Outcome, Proof, Verdict};
use crate::report::ink::Ink;
use crate::report::verify::{Judged, Verification};
use crate::source::files::read_bounded;
use crate::trust::Material;
use crate::verify::{About, confirmed, opinion_on_bundle, prove_bundle};

/// Longest bundle that is read, in bytes.
const BUNDLE_LIMIT: u64 = 64 << 20;
/// Longest artifact that is read, in bytes; of a longer one the digest can be given.
const ARTIFACT_LIMIT: u64 = 1 << 30;

/// Verifies and prints.
///
/// # Errors
/// When an argument is wrong or a file cannot be read.
pub fn run(args: &VerifyBundleArgs, meant: &Meant, ink: Ink) -> Result<Exit, Stop> {
    let material = material(args.staging, meant)?;
    let document = read("bundle", &args.bundle, BUNDLE_LIMIT)?;
    let demand = demand_of(args, &material, &document, meant)?;
    let content;
    let digest: Digest;
    // A digest is what has the form of one; a file of such a name is given as `./NAME`.
    let about = if let Ok(named) = args.artifact.parse() {
        digest = named;
        About::Digest(&digest)
    } else {
        content = read("artifact", Path::new(&args.artifact), ARTIFACT_LIMIT)?;
        digest = digest_of(&content);
        About::Content(&content)
    };
    let proof = prove_bundle(&document, about, &demand);
    let proof = confirmed(proof, || opinion_on_bundle(&document, about, &demand));
    verify::finish(&answer(args, digest, &document, proof), args.format, ink)
}

fn material(staging: bool, meant: &Meant) -> Result<Material, Stop> {
    if !staging || meant.trusted_root.is_some() {
        return start::material(meant);
    }
    Material::staging().map_err(|error| Stop::usage(format!("the trusted root cannot be read: {error}")))
}

fn read(what: &str, path: &Path, limit: u64) -> Result<Vec<u8>, Stop> {
    read_bounded(path, limit)
        .map_err(|error| Stop::usage(format!("{what} `{}` cannot be read: {error}", path.display())))
}

/// Log entries are always demanded; time stamps as soon as there are any, as cosign's own client of the suite does it
/// (`cmd/conformance/main.go`).
fn demand_of(
    args: &VerifyBundleArgs,
    material: &Material,
    document: &[u8],
    meant: &Meant,
) -> Result<Demand, Stop> {
    let exact = |text: &Option<String>| text.iter().cloned().map(Wanted::Exact).collect();
    let signer = match &args.key {
        Some(key) => Signer::Key(demand::key(key, HashAlgorithm::Sha256)?),
        None => Signer::Certificate(CertificateDemand {
            travelling: false,
            subject: exact(&args.certificate_identity),
            issuer: exact(&args.certificate_oidc_issuer),
            extensions: std::collections::BTreeMap::new(),
            authorities: material.authorities.clone(),
            ct_logs: Some(material.ct_logs.clone()),
        }),
    };
    Ok(Demand {
        bundles: crate::model::demand::Bundles::Cosign,
        signer,
        log: LogDemand::Required {
            keys: material.log_keys.clone(),
            url: demand::PUBLIC_LOG.to_owned(),
            offline: true,
        },
        logs: material.logs.clone(),
        stamps: Bundle::parse(document).is_ok_and(|bundle| !bundle.stamps.is_empty()),
        stamp_authorities: material.stamp_authorities.clone(),
        annotations: std::collections::BTreeMap::new(),
        as_of: start::now(meant),
    })
}

fn answer(args: &VerifyBundleArgs, digest: Digest, document: &[u8], proof: Proof) -> Verification {
    let (verdict, code, message) = match proof.stopped().map(|step| &step.outcome) {
        None if proof.holds() => (Verdict::Pass, Code::Pass, "the bundle holds".to_owned()),
        Some(Outcome::Failed(reason)) => {
            let outcome = Outcome::Failed(reason.clone());
            (Verdict::Deny, reason.code(), crate::explain::outcome_sentence(&outcome))
        }
        Some(Outcome::Undecided(missing)) => (Verdict::Error, Code::of_missing(missing), missing.to_string()),
        // A step that was not reached stops only behind another; should one ever not, it is no pass.
        _ => {
            let missing =
                Missing::Malformed { what: "proof".to_owned(), problem: "no step failed".to_owned() };
            (Verdict::Error, Code::of_missing(&missing), missing.to_string())
        }
    };
    Verification {
        image: args.artifact.clone(),
        digest: Some(digest),
        verdict,
        code,
        message,
        signatures: vec![Judged { manifest: digest_of(document), index: 0, proof: Arc::new(proof) }],
    }
}

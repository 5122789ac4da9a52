//! Throws near misses at a draft. They are judged with a prover and a memory of their own; of the results only the answer
//! is kept, so that none can be taken for the result of a real image.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::judging::{Bench, traces};
use crate::analyse::probe::{Thrown, near_misses, subject};
use crate::evaluate::Loaded;
use crate::model::artifact::{ArtifactKind, Evidence, Signature};
use crate::model::identity::Claims;
use crate::model::probe::{NearMiss, Probe, ProbeAnswer};
use crate::model::trace::{Outcome, Trace};
use crate::model::verdict::Verdict;
use crate::model::workload::Resource;
use crate::model::{Code, Span};
use crate::verify::Memory;
use crate::verify::probe::{Probing, claims};

/// Images that pass, from whose evidence near misses are derived: one for each set of signers, at most so many.
const MOST_IMAGES: usize = 8;
/// Signers of one image that have near misses.
const MOST_SIGNERS: usize = 8;

/// What near misses are judged with.
pub(super) struct Range<'a> {
    /// The policies that they are thrown at.
    pub(super) loaded: &'a [Loaded],
    /// Everything else, with the prover of real evidence, which is not used.
    pub(super) bench: Bench<'a>,
    /// Proofs of the evidence that near misses are derived from.
    pub(super) known: &'a Memory,
    /// False: the draft has changed, and nobody waits for the answer.
    pub(super) wanted: &'a dyn Fn() -> bool,
}

/// The answers to all near misses of images that pass, by image.
pub(super) fn run(range: &Range<'_>, passed: &BTreeMap<Arc<str>, Arc<Resource>>) -> Vec<Probe> {
    let mut probes = Vec::new();
    let mut known = BTreeSet::new();
    for (image, resource) in passed {
        if known.len() >= MOST_IMAGES || !(range.wanted)() {
            break;
        }
        let Ok(evidence) = (range.bench.evidence)(image) else { continue };
        let (signers, keyed) = signers(&evidence);
        let names: Vec<String> =
            signers.iter().map(|one| subject(one).unwrap_or_default().to_owned()).collect();
        if !known.insert((names, keyed)) {
            continue;
        }
        // What the policies say of the evidence as it is: only what they let in has near misses.
        let real = Bench { prover: range.known, ..range.bench };
        let (as_it_is, _) = judge(range.loaded, resource, image, &real);
        if as_it_is != ProbeAnswer::Admitted {
            continue;
        }
        for thrown in near_misses(&signers, keyed) {
            probes.extend(probe(range, resource, image, &evidence, &thrown));
        }
    }
    probes
}

fn probe(
    range: &Range<'_>,
    resource: &Resource,
    image: &Arc<str>,
    evidence: &Evidence,
    thrown: &Thrown,
) -> Option<Probe> {
    let prover = Probing { known: range.known, subject: &evidence.digest, alteration: &thrown.alteration };
    let (answer, trace) = judge(range.loaded, resource, image, &Bench { prover: &prover, ..range.bench });
    let trace = trace?;
    let location = match answer {
        ProbeAnswer::Admitted => admitting(&trace, thrown.kind),
        ProbeAnswer::Refused(_) | ProbeAnswer::Undecided(_) => trace.location.clone(),
    };
    Some(Probe {
        kind: thrown.kind,
        image: image.clone(),
        signer: thrown.signer.clone(),
        answer,
        policy: trace.policy.clone(),
        location,
    })
}

/// What the policies say of one image, with the result that decides.
fn judge(
    loaded: &[Loaded],
    resource: &Resource,
    image: &str,
    bench: &Bench<'_>,
) -> (ProbeAnswer, Option<Arc<Trace>>) {
    let loaded: Vec<&Loaded> = loaded.iter().collect();
    let traces = traces(&loaded, resource, bench);
    let of_image = || traces.iter().filter(|trace| trace.image.image == image);
    let find = |wanted: &[Verdict]| of_image().find(|trace| wanted.contains(&trace.verdict)).cloned();
    if let Some(trace) = find(&[Verdict::Deny, Verdict::Audit]) {
        return (ProbeAnswer::Refused(trace.code), Some(trace));
    }
    if let Some(trace) = find(&[Verdict::Error, Verdict::Waiting]) {
        return (ProbeAnswer::Undecided(trace.code), Some(trace));
    }
    match find(&[Verdict::Pass]) {
        Some(trace) => (ProbeAnswer::Admitted, Some(trace)),
        // No rule looks at it: there is nothing that a near miss could tell.
        None => (ProbeAnswer::Undecided(Code::RefNone), None),
    }
}

/// Who signed what hangs on an image, by certificate; and whether anything is signed by a key alone.
fn signers(evidence: &Evidence) -> (Vec<Claims>, bool) {
    let mut signers: Vec<Claims> = Vec::new();
    let mut keyed = false;
    for artifact in &evidence.artifacts {
        match artifact.kind {
            ArtifactKind::CosignSignature
            | ArtifactKind::CosignAttestation
            | ArtifactKind::SigstoreBundle => {}
            ArtifactKind::NotationSignature => {
                keyed = true;
                continue;
            }
            _ => continue,
        }
        for (index, layer) in artifact.layers.iter().enumerate() {
            match claims(Signature { artifact, index, layer }) {
                Some(one) if signers.contains(&one) || signers.len() >= MOST_SIGNERS => {}
                Some(one) => signers.push(one),
                None => keyed = true,
            }
        }
    }
    // The same name on several certificates (one for each signature) has the same near misses.
    let mut names = BTreeSet::new();
    signers.retain(|one| names.insert((subject(one).map(str::to_owned), one.fulcio(1).map(str::to_owned))));
    (signers, keyed)
}

/// The place in the policy that is too wide for this near miss: the comparison that held, else the attestor.
fn admitting(trace: &Trace, kind: NearMiss) -> Option<Span> {
    let labels: &[&str] = match kind {
        NearMiss::OtherIssuer => &["issuer"],
        NearMiss::NoLog => &["log", "rekor"],
        NearMiss::Expired => &["time of signing"],
        NearMiss::OtherDigest => &["payload names"],
        _ => &["subject"],
    };
    let (mut exact, mut attestor, mut any) = (None, None, None);
    trace.walk(&mut |_, clause| {
        let Some(span) = &clause.location else { return };
        let holds = matches!(clause.outcome, Outcome::Held | Outcome::NotExercised(_));
        let named = labels.iter().any(|label| clause.label.to_lowercase().contains(label));
        let slot = match () {
            () if holds && named => &mut exact,
            () if holds && clause.label.contains("attest") => &mut attestor,
            () => &mut any,
        };
        slot.get_or_insert_with(|| span.clone());
    });
    exact.or(attestor).or(any)
}

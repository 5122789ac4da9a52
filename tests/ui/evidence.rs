//! The evidence tree: what it says about each kind of thing, and that claims are marked.

use std::collections::BTreeMap;
use std::sync::Arc;

use sigscope::model::artifact::{ArtifactKind, Blob, Found, Gap};
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use sigscope::model::world::{Asked, ImageRow, ImageState, ProofRow};
use sigscope::model::{Missing, Moment, Reference, Verifier, World};
use sigscope::ui::action::{Act, Evidence as EvidenceAct, Field, Fold, Move};
use sigscope::ui::evidence::{EvidenceNode, Standing, evidence_tree};
use sigscope::ui::part::Part;
use sigscope::ui::screen::evidence::State;

use crate::evidence_fixture::{evidence, fixtures};
use crate::picture::{Stage, compare};

/// The tree as text, a line for each node.
fn outline(nodes: &[EvidenceNode], depth: usize, out: &mut String) {
    for node in nodes {
        out.push_str(&format!("{}{} {:?}\n", "  ".repeat(depth), node.label, node.standing));
        outline(&node.children, depth + 1, out);
    }
}

fn tree(name: &str) -> String {
    let mut out = String::new();
    outline(&evidence_tree(&World::default(), &evidence(name)), 0, &mut out);
    out
}

pub(crate) fn walk(nodes: &[EvidenceNode], visit: &mut dyn FnMut(&EvidenceNode)) {
    for node in nodes {
        visit(node);
        walk(&node.children, visit);
    }
}

#[test]
fn payload_and_log_entry_are_claims_until_something_verified_them() {
    let text = tree("key-p256");
    assert!(text.contains("signature 1 of 1: not checked by any loaded policy"), "{text}");
    assert!(text.contains("/critical/image/docker-manifest-digest: sha256:41ce767a"), "{text}");
    assert!(text.contains("log entry 0, "), "{text}");
    assert!(text.contains("PUBLIC KEY (PEM) Claim"), "{text}");
    walk(&evidence_tree(&World::default(), &evidence("key-p256")), &mut |node| {
        assert!(node.standing != Standing::Held, "nothing was verified: {}", node.label);
        let decoded = node.path.contains("#/");
        assert!(!decoded || node.standing == Standing::Claim, "{}: {:?}", node.path, node.standing);
    });
}

#[test]
fn every_kind_is_shown_as_what_it_is() {
    assert!(tree("unsigned").contains("no signature of any known kind Unsigned"));
    assert!(tree("multiarch-index").contains("linux/arm64 sha256:"));
    let keyless = tree("keyless-gh");
    assert!(keyless.contains("certificate Claim"), "{keyless}");
    let bundle = tree("bundle-keyless");
    assert!(bundle.contains("sigstore bundles (1)") && bundle.contains("predicateType"), "{bundle}");
    let notation = tree("notation-jws");
    assert!(
        notation.contains("Notation signatures (1)") && notation.contains("targetArtifact"),
        "{notation}"
    );
    let attestation = tree("att-no-sbom");
    assert!(attestation.contains("cosign.sigstore.dev/attestation/vuln/v1"), "{attestation}");
}

#[test]
fn what_could_not_be_listed_is_a_gap_and_never_reads_as_unsigned() {
    let mut evidence = evidence("unsigned");
    evidence.gaps.push(Gap {
        what: "tag sha256-1758a55e.sig".into(),
        via: Found::Tag("sha256-1758a55e.sig".into()),
        hides: vec![ArtifactKind::CosignSignature],
        why: Missing::Denied { host: "registry.example.test".into(), status: 403, detail: String::new() },
    });
    let nodes = evidence_tree(&World::default(), &evidence);
    let gap = nodes.iter().find(|node| node.standing == Standing::Gap).unwrap();
    assert!(gap.label.starts_with("could not list tag sha256-1758a55e.sig: "), "{}", gap.label);
    let none = nodes.iter().find(|node| node.id == "none").unwrap();
    assert_eq!(none.standing, Standing::Undecided);
}

#[test]
fn ids_are_unique_among_siblings() {
    for name in ["everything", "key-two", "both-formats", "multiarch-index", "att-full"] {
        let check = |nodes: &[EvidenceNode]| {
            let mut ids: Vec<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), nodes.len(), "{name}");
        };
        let nodes = evidence_tree(&World::default(), &evidence(name));
        check(&nodes);
        walk(&nodes, &mut |node| check(&node.children));
    }
}

#[test]
fn a_layer_that_is_missing_is_said_to_be_missing() {
    let mut evidence = evidence("key-p256");
    let layer = &mut evidence.artifacts[0].layers[0];
    layer.blob = Blob::Missing(Missing::Truncated { what: "layer".into(), wanted: 245, found: 100 });
    let mut gaps = 0;
    walk(&evidence_tree(&World::default(), &evidence), &mut |node| {
        gaps += usize::from(node.standing == Standing::Gap && node.label.contains("245 bytes announced"));
    });
    assert_eq!(gaps, 1);
}

/// A world with one fixture, checked against the trusted key with and without the log.
pub(crate) fn world(name: &str) -> World {
    let evidence = evidence(name);
    let key = std::fs::read_to_string(fixtures().join("trust/cosign.pub")).unwrap();
    let verifier = Arc::new(Verifier {
        key: KeyDemand { pem: key, hash: HashAlgorithm::Sha256 },
        log: LogDemand::Ignored,
        annotations: BTreeMap::new(),
        as_of: Moment(1_800_000_000),
    });
    let proofs = evidence.cosign_signatures().map(|signature| ProofRow {
        subject: evidence.digest.clone(),
        asked: Asked::Key(verifier.clone()),
        proof: Arc::new(sigscope::verify::prove(&evidence, signature, &verifier)),
        artifact: signature.artifact.digest.clone(),
        index: signature.index,
    });
    let image: Arc<str> = Arc::from(format!("127.0.0.1:5000/myorg/{name}:v1.2.3"));
    World {
        revision: 1,
        proofs: proofs.collect(),
        images: vec![ImageRow {
            reference: Reference::parse(&image).map_err(|error| error.to_string()),
            name: image,
            state: ImageState::Ready(Arc::new(evidence)),
            uses: Vec::new(),
            since: Moment(0),
        }],
        ..World::default()
    }
}

pub(crate) fn screen(world: &World) -> State {
    let mut state = State::default();
    state.show(world.images[0].name.clone());
    state
}

#[test]
fn steps_are_verified_and_what_was_only_decoded_is_not() {
    let world = world("key-two");
    let ImageState::Ready(evidence) = &world.images[0].state else { panic!("not ready") };
    let mut out = String::new();
    outline(&evidence_tree(&world, evidence), 0, &mut out);
    assert!(out.contains("signature 2 of 2: verified, P-256 key SHA256:09df78a3217b"), "{out}");
    let first = out.lines().find(|line| line.contains("signature 1 of 2")).unwrap();
    assert!(first.contains("[SIG-KEY]") && first.ends_with("Failed"), "{first}");
    assert!(out.contains("signature over the payload Held"), "{out}");
}

#[test]
fn pictures_at_three_sizes() {
    for name in ["key-two", "bundle-keyless", "unsigned", "everything"] {
        let world = world(name);
        for (width, height) in [(80, 24), (120, 36), (200, 50)] {
            let stage = Stage { world: &world, width, height, ascii: false };
            compare(&format!("evidence-{name}-{width}x{height}"), &stage.picture(&mut screen(&world)));
        }
        let stage = Stage { world: &world, width: 80, height: 24, ascii: true };
        let picture = stage.picture(&mut screen(&world));
        assert!(picture.is_ascii(), "{picture}");
    }
}

#[test]
fn a_digest_is_jumped_to_and_values_can_be_copied() {
    let world = world("key-two");
    let stage = Stage { world: &world, width: 120, height: 36, ascii: false };
    let mut state = screen(&world);
    stage.act(&mut state, Act::Fold(Fold::OpenAll));
    let mut found = None;
    for _ in 0..200 {
        let subject = stage.subject(&mut state);
        if subject.path.ends_with("#/critical/image/docker-manifest-digest") {
            found = Some(subject);
            break;
        }
        stage.act(&mut state, Act::Move(Move::Down));
    }
    let subject = found.expect("the payload's digest has a line");
    let ImageState::Ready(evidence) = &world.images[0].state else { panic!("not ready") };
    assert_eq!(subject.value, evidence.digest.to_string());
    assert!(stage.picture(&mut state).contains("Decoded for reading only"));
    stage.act(&mut state, Act::Open);
    assert_eq!(stage.subject(&mut state).path, evidence.digest.to_string());
    let spot = state.spot();
    let mut again = State::default();
    again.restore(&spot);
    assert_eq!(stage.picture(&mut again).lines().nth(1), stage.picture(&mut screen(&world)).lines().nth(1));
    assert_eq!(stage.subject(&mut again).path, evidence.digest.to_string());
}

#[test]
fn every_state_of_an_image_has_its_own_words() {
    let mut world = world("unsigned");
    let denied = Missing::Denied { host: "registry.example.test".into(), status: 401, detail: String::new() };
    for (state, words) in [
        (ImageState::Waiting, "Waiting to be fetched"),
        (ImageState::Fetching, "Being fetched"),
        (ImageState::NotAsked, "no rule matches this image"),
        (ImageState::Failed(denied), "NET-DENIED"),
    ] {
        world.images[0].state = state;
        let stage = Stage { world: &world, width: 80, height: 24, ascii: false };
        let picture = stage.picture(&mut screen(&world));
        assert!(picture.contains(words) && !picture.contains("no signature"), "{picture}");
    }
    let empty = World::default();
    let stage = Stage { world: &empty, width: 80, height: 24, ascii: false };
    assert!(stage.picture(&mut State::default()).contains("No image is selected"));
}

#[test]
fn noise_is_hidden_and_a_filter_keeps_what_is_above_a_hit() {
    let world = world("key-p256");
    let stage = Stage { world: &world, width: 200, height: 50, ascii: true };
    let mut state = screen(&world);
    stage.act(&mut state, Act::Fold(Fold::OpenAll));
    assert!(!stage.picture(&mut state).contains("body of the entry"));
    stage.act(&mut state, Act::Evidence(EvidenceAct::Noise));
    stage.act(&mut state, Act::Fold(Fold::OpenAll));
    assert!(stage.picture(&mut state).contains("body of the entry"));
    stage.act(&mut state, Act::Filter);
    state.field().unwrap().insert("docker-manifest");
    stage.act(&mut state, Act::Field(Field::Accept));
    let picture = stage.picture(&mut state);
    assert!(picture.contains("docker-manifest-digest") && picture.contains("signature 1 of 1"), "{picture}");
    assert!(!picture.contains("docker-reference"), "{picture}");
    stage.act(&mut state, Act::Escape);
    assert!(stage.picture(&mut state).contains("image sha256:"));
}

/// A registry can hang the same signature manifest on any image.
#[test]
fn a_proof_about_one_image_verifies_nothing_on_another() {
    let world = world("key-two");
    let ImageState::Ready(evidence) = &world.images[0].state else { panic!("not ready") };
    let mut copy = (**evidence).clone();
    copy.digest = sigscope::model::Digest::from_sha256(&[9; 32]);
    let mut held = 0;
    walk(&evidence_tree(&world, evidence), &mut |node| held += usize::from(node.standing == Standing::Held));
    assert!(held > 0, "the proof counts where it was made");
    walk(&evidence_tree(&world, &copy), &mut |node| {
        assert!(node.standing != Standing::Held, "{}", node.label);
    });
}

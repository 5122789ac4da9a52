//! What documents say: every fact has a line, documents open whatever their length, and their values can be copied.

use std::sync::Arc;

use sigscope::format::{document, facts, predicate};
use sigscope::model::artifact::{ArtifactKind, Evidence, Found};
use sigscope::model::facts::Fact;
use sigscope::model::reading::{LayerReading, Reading};
use sigscope::model::view::PredicateView;
use sigscope::model::world::ImageState;
use sigscope::model::{Digest, World};
use sigscope::ui::action::{Act, Evidence as EvidenceAct, Field, Fold, Move, Pane};
use sigscope::ui::evidence::{EvidenceNode, evidence_tree, timeline};
use sigscope::ui::overlay::document::DocumentPane;
use sigscope::ui::part::{Ask, Part};

use crate::evidence::{screen, walk, world};
use crate::picture::{Stage, compare};

/// The world of a fixture, its documents read.
fn read(name: &str) -> World {
    let mut world = world(name);
    let ImageState::Ready(evidence) = &world.images[0].state else { panic!("not ready") };
    let evidence = evidence.clone();
    let mut layers = Vec::new();
    for artifact in &evidence.artifacts {
        for (index, layer) in artifact.layers.iter().enumerate() {
            let facts = facts::layer(&layer.media_type, &layer.annotations, layer.blob.bytes().unwrap());
            let events = facts::events(&facts);
            layers.push(LayerReading { artifact: artifact.digest.clone(), index, facts, events });
        }
    }
    world.readings = vec![Arc::new(Reading { image: world.images[0].name.clone(), evidence, layers })];
    world
}

fn of(world: &World) -> &Evidence {
    let ImageState::Ready(evidence) = &world.images[0].state else { panic!("not ready") };
    evidence
}

fn tree(world: &World) -> Vec<EvidenceNode> {
    evidence_tree(world, of(world))
}

fn words(nodes: &[EvidenceNode]) -> String {
    let mut out = String::new();
    walk(nodes, &mut |node| {
        out.push_str(&format!("{}\n{}\n", node.label, node.value));
        node.facts.iter().for_each(|(label, value)| out.push_str(&format!("{label}: {value}\n")));
    });
    out
}

/// Every text and number of the facts, but those of documents.
fn scalars(fact: &Fact, out: &mut Vec<String>) {
    match fact {
        Fact::Number(text) | Fact::Text(text) if !text.is_empty() => out.push(text.clone()),
        Fact::List(list) => list.iter().for_each(|fact| scalars(fact, out)),
        Fact::Map(entries) => {
            for (key, fact) in entries.iter().filter(|(key, _)| {
                !matches!(key.as_str(), "payload" | "predicate" | "media_type" | "annotations" | "signature")
            }) {
                if key == "subject_count" {
                    continue;
                }
                scalars(fact, out);
            }
        }
        _ => {}
    }
}

#[test]
fn every_fact_of_certificates_logs_and_stamps_has_a_line() {
    let mut compared = 0;
    for name in ["keyless-gh", "keyless-tsa", "bundle-keyless-rekor2", "notation-tsa", "att-keyless"] {
        let world = read(name);
        let nodes = tree(&world);
        let text = words(&nodes);
        for layer in &world.readings[0].layers {
            let mut wanted = Vec::new();
            scalars(&layer.facts, &mut wanted);
            for value in &wanted {
                assert!(text.contains(value.as_str()), "{name}: {value} has no line");
            }
            compared += wanted.len();
        }
        for label in ["not before", "not after"] {
            assert!(text.contains(label), "{name}: {label}");
        }
    }
    assert!(compared > 100, "{compared}");
    let text = words(&tree(&read("bundle-keyless")));
    for label in
        ["Source Repository URI", "Runner Environment", "inclusion proof", "checkpoint origin", "SCT"]
    {
        assert!(text.contains(label), "{label}\n{text}");
    }
}

/// `cosign tree` prints tags with the digests of their layers, and referrers by type; `oras discover` prints the type and
/// digest of every referrer.
#[test]
fn what_cosign_tree_and_oras_discover_print_is_a_part_of_it() {
    for name in ["everything", "both-formats", "fallback-key", "notation-both", "att-full"] {
        let world = read(name);
        let text = words(&tree(&world));
        for artifact in &of(&world).artifacts {
            assert!(text.contains(artifact.digest.as_str()), "{name}: {}", artifact.digest);
            for found in &artifact.found {
                assert!(text.contains(&found.to_string()), "{name}: {found}");
            }
            if matches!(artifact.found.first(), Some(Found::Tag(_))) {
                for layer in &artifact.layers {
                    assert!(text.contains(layer.digest.as_str()), "{name}: {}", layer.digest);
                }
            }
            let kind = artifact.annotations.get("dev.sigstore.bundle.predicateType");
            assert!(text.contains(kind.unwrap_or(&artifact.artifact_type).as_str()), "{name}: {kind:?}");
        }
    }
}

#[test]
fn attestations_are_readable_and_marked_as_claims() {
    let text = words(&tree(&read("att-full")));
    assert!(text.contains("SPDX: myorg/myapp, 3 packages"), "{text}");
    assert!(text.contains("busybox  1.36.1  GPL-2.0-only"), "{text}");
    assert!(text.contains("vulnerability scan: "), "{text}");
    walk(&tree(&read("att-full")), &mut |node| {
        assert!(node.view.is_none() || format!("{:?}", node.standing) == "Claim", "{}", node.label);
    });
    assert!(of(&read("att-full")).artifacts.iter().all(|one| one.kind != ArtifactKind::BuildkitAttestation));
}

#[test]
fn a_signature_of_something_else_says_of_what() {
    let mut world = read("tampered-payload-digest");
    let text = words(&tree(&world));
    let line = text.lines().find(|line| line.starts_with("it is the signature of sha256:")).unwrap();
    assert!(line.ends_with("none of the images here"), "{line}");
    let claimed: Digest =
        line.split_whitespace().find_map(|word| word.trim_end_matches(':').parse().ok()).unwrap();
    let mut owner = world.images[0].clone();
    let mut other = of(&world).clone();
    other.digest = claimed;
    owner.name = Arc::from("127.0.0.1:5000/myorg/owner:v1");
    owner.state = ImageState::Ready(Arc::new(other));
    world.images.push(owner);
    assert!(words(&tree(&world)).contains(": 127.0.0.1:5000/myorg/owner:v1"));
}

#[test]
fn both_sides_of_a_failed_step_are_aligned() {
    let world = read("tampered-payload-digest");
    let stage = Stage { world: &world, width: 120, height: 36, ascii: true };
    let mut state = screen(&world);
    stage.act(&mut state, Act::Fold(Fold::OpenAll));
    let mut picture = String::new();
    for _ in 0..60 {
        stage.act(&mut state, Act::Move(Move::Down));
        picture = stage.picture(&mut state);
        if picture.contains("first difference: character") {
            break;
        }
    }
    let detail: Vec<&str> = picture.lines().map(|line| line.get(66..).unwrap_or_default()).collect();
    let at = detail.iter().position(|line| line.contains("want ")).unwrap_or_else(|| panic!("{picture}"));
    assert!(detail[at + 1].contains("have ") && detail[at + 2].contains("~~~"), "{picture}");
}

/// What no store trusts fails with both sides, and the checks that are switched off say so.
#[test]
fn the_checks_of_notation_are_steps_too() {
    use sigscope::model::Moment;
    use sigscope::model::notary::{Enforcement, NotaryDemand};
    let mut world = read("notation-jws");
    let demand = NotaryDemand {
        enforcement: Enforcement::STRICT,
        after_expiry: false,
        named: vec![("ca".to_owned(), "none".to_owned())],
        stores: [(("ca".to_owned(), "none".to_owned()), Ok(Vec::new()))].into(),
        identities: vec!["*".to_owned()],
        subjects: None,
        metadata: std::collections::BTreeMap::new(),
        as_of: Moment(1_795_521_600),
    };
    let evidence = of(&world).clone();
    let signature =
        evidence.artifacts.iter().find(|one| one.kind == ArtifactKind::NotationSignature).unwrap();
    let proof = sigscope::verify::notary::prove_notary(&evidence, signature, &demand);
    let stopped = proof.stopped().unwrap().check.words();
    world.notary_proofs = vec![Arc::new(proof)];
    let text = words(&tree(&world));
    assert!(text.contains("check 1 by notation's rules: "), "{text}");
    let line = text.lines().find(|line| line.starts_with("Notation signature sha256:")).unwrap();
    assert!(line.contains(stopped), "{line}");
    let mut pairs = 0;
    walk(&tree(&world), &mut |node| pairs += usize::from(node.pair.is_some()));
    assert!(pairs > 0);
}

fn view(text: &str, named: Option<&str>) -> Arc<PredicateView> {
    Arc::new(predicate::view(named, &Arc::new(document::read(text.as_bytes()).unwrap()), 0))
}

fn pane(text: &str, named: Option<&str>) -> DocumentPane {
    DocumentPane::new("sha256:1".to_owned(), view(text, named), None, "")
}

fn search(stage: &Stage<'_>, pane: &mut DocumentPane, text: &str) -> Vec<Ask> {
    stage.act(pane, Act::Filter);
    pane.field().unwrap().set(text);
    stage.act(pane, Act::Field(Field::Accept))
}

/// A long SBOM: the text of it, as tools write it.
fn long(packages: usize) -> String {
    let one = |number: usize| {
        format!(
            r#"{{"name": "package-{number}", "versionInfo": "1.{number}", "licenseDeclared": "MIT", "externalRefs": [{{"referenceType": "purl", "referenceLocator": "pkg:deb/x/package-{number}@1.{number}"}}]}}"#
        )
    };
    let packages: Vec<String> = (0..packages).map(one).collect();
    format!(r#"{{"spdxVersion": "SPDX-2.3", "name": "long", "packages": [{}]}}"#, packages.join(","))
}

#[test]
fn a_document_of_any_length_opens_and_is_searched() {
    let world = World::default();
    let stage = Stage { world: &world, width: 120, height: 36, ascii: false };
    let mut pane = pane(&long(30_000), Some("https://spdx.dev/Document"));
    let picture = stage.picture(&mut pane);
    assert!(picture.contains("packages (30000)") && picture.contains("package-0 "), "{picture}");
    assert!(search(&stage, &mut pane, "PACKAGE-19999").is_empty());
    assert!(stage.picture(&mut pane).contains("package-19999 "));
    let subject = stage.subject(&mut pane);
    assert_eq!(subject.path, "sha256:1#/packages/19999");
    assert_eq!(pane.filter(), ".packages[19999]");
    assert!(subject.value.contains("\"versionInfo\": \"1.19999\""), "{}", subject.value);
    // What has no row is found in the tree.
    stage.act(&mut pane, Act::Pane(Pane::Next));
    assert!(stage.picture(&mut pane).contains("JSON tree"));
    assert!(search(&stage, &mut pane, "package-29999@").is_empty());
    let subject = stage.subject(&mut pane);
    assert_eq!(subject.path, "sha256:1#/packages/29999/externalRefs/0/referenceLocator");
    assert_eq!(subject.value, "pkg:deb/x/package-29999@1.29999");
    stage.act(&mut pane, Act::Fold(Fold::OpenAll));
    stage.act(&mut pane, Act::Move(Move::Last));
    assert!(stage.picture(&mut pane).contains("package-29999"));
    assert!(!search(&stage, &mut pane, "nothing like that").is_empty(), "it is said that nothing is found");
}

#[test]
fn digests_that_a_document_names_are_gone_to() {
    let world = World::default();
    let stage = Stage { world: &world, width: 80, height: 24, ascii: true };
    let hex = "8f067e46fd7585905ce8f4f286e628b511797079e388ac2b322edc14e1d7575b";
    let text = format!(r#"{{"materials": [{{"uri": "x", "digest": {{"sha256": "{hex}"}}}}], "other": 1}}"#);
    let mut pane = pane(&text, None);
    search(&stage, &mut pane, "8f067e46");
    let asks = stage.act(&mut pane, Act::Open);
    let wanted: Digest = format!("sha256:{hex}").parse().unwrap();
    assert_eq!(asks, vec![Ask::Digest(wanted)]);
    assert_eq!(pane.filter(), ".materials[0].digest.sha256");
    search(&stage, &mut pane, "other");
    assert!(stage.act(&mut pane, Act::Open).is_empty());
}

#[test]
fn hostile_documents_are_drawn_safely() {
    let world = World::default();
    let stage = Stage { world: &world, width: 80, height: 24, ascii: false };
    let text = r#"{"spdxVersion": "\u001b[31m", "name": "a\u202eb", "packages": [{"name": "\u009b2J\n\t", "versionInfo": 1}], "\u0007": {"": []}}"#;
    for turns in 0..2 {
        let mut pane = pane(text, None);
        for _ in 0..turns {
            stage.act(&mut pane, Act::Pane(Pane::Next));
        }
        stage.act(&mut pane, Act::Fold(Fold::OpenAll));
        let picture = stage.picture(&mut pane);
        for bad in ['\u{1b}', '\u{202e}', '\u{9b}', '\u{7}', '\t'] {
            assert!(!picture.contains(bad), "{picture}");
        }
        assert!(picture.contains("\\u{202e}"), "{picture}");
    }
}

#[test]
fn documents_and_times_in_pictures() {
    let world = read("att-full");
    let sbom = |size: (u16, u16)| {
        let stage = Stage { world: &world, width: size.0, height: size.1, ascii: false };
        let mut state = screen(&world);
        stage.act(&mut state, Act::Fold(Fold::OpenAll));
        stage.act(&mut state, Act::Move(Move::Last));
        let asks = stage.act(&mut state, Act::Evidence(EvidenceAct::Document));
        let [Ask::Document(pane)] = asks.as_slice() else { panic!("{asks:?}") };
        let mut pane = pane.clone();
        let tables = stage.picture(pane.as_mut());
        stage.act(pane.as_mut(), Act::Pane(Pane::Next));
        (tables, stage.picture(pane.as_mut()))
    };
    for size in [(80, 24), (120, 36), (200, 50)] {
        let (tables, json) = sbom(size);
        compare(&format!("document-tables-{}x{}", size.0, size.1), &tables);
        compare(&format!("document-json-{}x{}", size.0, size.1), &json);
    }
    let world = read("bundle-keyless");
    for room in [80, 200] {
        let lines = timeline(&world, of(&world), room, false);
        compare(&format!("timeline-{room}"), &(lines.join("\n") + "\n"));
    }
}

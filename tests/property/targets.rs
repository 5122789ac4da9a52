//! The readers of bytes from outside, each with everything that is done to what it reads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use sigscope::evaluate::kyverno::reference::{ImageDefaults, ImageInfo};
use sigscope::format::certificate::LeafCertificate;
use sigscope::format::dsse::Envelope as Dsse;
use sigscope::format::envelope::Envelope;
use sigscope::format::go_json::Tree;
use sigscope::format::key::PublicKey;
use sigscope::format::log_entry::{LogBody, LogEntry};
use sigscope::format::note::{self, Checkpoint};
use sigscope::format::oci::Document;
use sigscope::format::simple_signing::Payload;
use sigscope::format::statement::Statement;
use sigscope::format::time_stamp::Token;
use sigscope::format::trust_policy::TrustPolicy;
use sigscope::format::x509::Certificate;
use sigscope::format::{document, facts, gzip, pem, predicate, yaml};
use sigscope::lang::{cel, jmespath};
use sigscope::model::demand::{Bundles, CertificateDemand, Demand, Signer, Wanted};
use sigscope::model::document::Item;
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use sigscope::model::view::Section;
use sigscope::model::{Digest, Moment, Reference};
use sigscope::trust::Material;
use sigscope::verify::{About, notary::verify_stamp, opinion_on_bundle, prove_bundle, readable_stamp};

/// A reader.
pub(crate) struct Target {
    /// Its name in documents and on the command line.
    pub(crate) name: &'static str,
    /// Reads the bytes and looks at everything in them. Whatever they are, it comes back.
    pub(crate) read: fn(&[u8]),
}

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "bundle", read: bundle },
    Target { name: "dsse", read: dsse },
    Target { name: "der", read: der },
    Target { name: "cose", read: cose },
    Target { name: "jws", read: jws },
    Target { name: "time-stamp", read: time_stamp },
    Target { name: "checkpoint", read: checkpoint },
    Target { name: "reference", read: reference },
    Target { name: "predicate", read: predicate },
    Target { name: "facts", read: facts },
    Target { name: "manifest", read: manifest },
    Target { name: "log-entry", read: log_entry },
    Target { name: "trust", read: trust },
    Target { name: "gzip", read: gzip },
    Target { name: "policy", read: policy },
    Target { name: "jmespath", read: jmespath },
    Target { name: "cel", read: cel },
];

/// What lies in the repository.
pub(crate) fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if here.ends_with("fuzz") { here.join("..") } else { here.to_owned() }
}

static ROOT: LazyLock<Vec<u8>> =
    LazyLock::new(|| std::fs::read(repository().join("tests/fixtures/trust/trusted_root.json")).unwrap());

/// One demand by a key, one by a certificate; of everything else all that can be demanded.
static DEMANDS: LazyLock<Vec<Demand>> = LazyLock::new(|| {
    let trust = Material::from_trusted_root(&ROOT, "the fixtures' root").unwrap();
    let pem = std::fs::read_to_string(repository().join("tests/fixtures/trust/cosign.pub")).unwrap();
    let key = Signer::Key(KeyDemand { pem, hash: HashAlgorithm::Sha256 });
    let certificate = Signer::Certificate(CertificateDemand {
        travelling: false,
        subject: vec![Wanted::Regexp(".".to_owned())],
        issuer: vec![Wanted::Regexp(".".to_owned())],
        extensions: std::collections::BTreeMap::new(),
        authorities: trust.authorities.clone(),
        ct_logs: Some(trust.ct_logs.clone()),
    });
    let demand = |signer, bundles, stamps, logged| Demand {
        signer,
        log: if logged {
            LogDemand::Required { keys: trust.log_keys.clone(), url: String::new(), offline: true }
        } else {
            LogDemand::Ignored
        },
        logs: trust.logs.clone(),
        stamps,
        bundles,
        stamp_authorities: trust.stamp_authorities.clone(),
        annotations: std::collections::BTreeMap::new(),
        as_of: Moment(1_795_000_000),
    };
    vec![
        demand(key, Bundles::Cosign, false, false),
        demand(certificate.clone(), Bundles::Cosign, false, true),
        demand(certificate, Bundles::Library { observed: true }, true, false),
    ]
});

fn bundle(bytes: &[u8]) {
    let digest = Digest::from_sha256(&[7; 32]);
    for demand in DEMANDS.iter() {
        let proof = prove_bundle(bytes, About::Digest(&digest), demand);
        let _ = (format!("{proof:?}"), proof.holds());
    }
    let _ = opinion_on_bundle(bytes, About::Digest(&digest), &DEMANDS[1]);
}

fn dsse(bytes: &[u8]) {
    if let Ok(envelope) = Dsse::parse(bytes) {
        let _ = envelope.signed();
        statement(&envelope.payload);
    }
    statement(bytes);
}

fn statement(bytes: &[u8]) {
    if let Ok(statement) = Statement::parse(bytes) {
        let _ = (statement.digests(), format!("{statement:?}"));
    }
}

fn der(bytes: &[u8]) {
    let _ = (PublicKey::from_spki(bytes).map(|key| (key.identity(), key.to_pem())), Token::read(bytes));
    let _ = LeafCertificate::from_der(bytes);
    if let Ok(certificate) = Certificate::from_der(bytes) {
        let _ = (certificate.key(), certificate.valid_at(Moment(0)), certificate.usages());
        let _ = (certificate.authority(), certificate.may_sign_certificates(), certificate.names());
        let _ = (certificate.claims(), certificate.scts(), format!("{:?}", certificate.identity()));
    }
}

fn cose(bytes: &[u8]) {
    envelope("application/cose", bytes);
}

fn jws(bytes: &[u8]) {
    envelope("application/jose+json", bytes);
}

fn envelope(media_type: &str, bytes: &[u8]) {
    if let Ok(envelope) = Envelope::read(media_type, bytes) {
        let _ = (format!("{envelope:?}"), Tree::parse(&envelope.payload));
    }
}

fn time_stamp(bytes: &[u8]) {
    let _ = (readable_stamp(bytes), Token::read(bytes));
    let roots: Vec<&[u8]> = Vec::new();
    let _ = verify_stamp(bytes, b"message", &roots);
}

fn checkpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(checkpoint) = Checkpoint::parse(text) else { return };
    let hashes: Vec<Vec<u8>> = bytes.chunks(32).map(<[u8]>::to_vec).collect();
    let _ = note::root(note::leaf_hash(bytes), checkpoint.size / 2, checkpoint.size, &hashes);
    let _ = note::grown(checkpoint.size / 2, checkpoint.size, &checkpoint.root, &checkpoint.root, &hashes);
}

fn reference(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(reference) = Reference::parse(text) {
        // What is written is read as the same again.
        assert_eq!(Reference::parse(&reference.to_string()).as_ref(), Ok(&reference));
    }
    let defaults = ImageDefaults::default();
    if let Ok(reference) = ImageInfo::parse(text, &defaults) {
        let _ = (reference.string(), reference.reference_with_tag(), reference.pinned("sha256:00"));
    }
    let _ = text.parse::<Digest>();
}

/// Types that a statement may name whatever its predicate looks like.
const TYPES: &[&str] = &[
    "https://spdx.dev/Document",
    "https://cyclonedx.org/bom",
    "https://slsa.dev/provenance/v0.2",
    "https://slsa.dev/provenance/v1",
    "https://cosign.sigstore.dev/attestation/vuln/v1",
    "https://openvex.dev/ns",
    "https://slsa.dev/verification_summary/v1",
    "https://in-toto.io/attestation/test-result/v0.1",
    "https://in-toto.io/attestation/scai/v0.3",
    "https://in-toto.io/Link/v1",
    "https://in-toto.io/attestation/release/v0.1",
    "https://cosign.sigstore.dev/attestation/v1",
    "https://sigstore.dev/cosign/sign/v1",
];

fn predicate(bytes: &[u8]) {
    let Ok(document) = document::read(bytes).map(Arc::new) else { return };
    let inside = document.root().and_then(|root| root.get("predicate")).map(Item::id);
    for id in inside.into_iter().chain([0]) {
        for named in TYPES.iter().copied().map(Some).chain([None]) {
            let view = predicate::view(named, &document, id);
            let cells =
                |section: &Section| section.rows.iter().all(|row| row.cells.len() == section.columns.len());
            assert!(view.sections.iter().all(cells), "a row has other cells than there are columns");
        }
    }
    let ids = (0..document.len()).take(200).filter_map(|id| u32::try_from(id).ok());
    ids.filter_map(|id| document.item(id)).for_each(|item| drop((item.pointer(), item.jq(), item.count())));
    let _ = (document.find("a", 0, true), document.find("e", 0, false));
}

fn facts(bytes: &[u8]) {
    let _ = (facts::document(bytes), facts::beside(bytes));
    let annotations = std::collections::BTreeMap::new();
    for media_type in [
        "application/vnd.dev.sigstore.bundle.v0.3+json",
        "application/vnd.dsse.envelope.v1+json",
        "application/vnd.dev.cosign.simplesigning.v1+json",
        "application/jose+json",
        "application/cose",
    ] {
        let _ = facts::layer(media_type, &annotations, bytes);
    }
}

fn manifest(bytes: &[u8]) {
    let Ok(document) = Document::parse("it", bytes) else { return };
    let _ = (document.typed("it"), document.media_type(None), document.subject("it"), document.annotations());
    for value in document.manifests().iter().chain(document.layers()) {
        let _ = sigscope::format::oci::Descriptor::read("it", value);
    }
}

fn log_entry(bytes: &[u8]) {
    let _ = Payload::parse(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(entry) = LogEntry::parse(text) {
        let _ = (LogBody::parse(&entry), entry.signed_bytes());
    }
    let body = sigscope::format::base64::encode(bytes);
    let entry =
        LogEntry { promise: Vec::new(), body, integrated_time: 0, log_index: 0, log_id: String::new() };
    let _ = LogBody::parse(&entry);
}

fn trust(bytes: &[u8]) {
    let _ = (Material::from_trusted_root(bytes, "it"), TrustPolicy::parse_placed(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (pem::blocks(text), PublicKey::from_pem(text), LeafCertificate::from_pem(text));
    let _ = sigscope::format::distinguished_name::parse(text);
}

fn gzip(bytes: &[u8]) {
    let _ = gzip::unpack(bytes);
}

fn policy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let file: Arc<str> = "policy.yaml".into();
    if let Ok(nodes) = yaml::parse(file.clone(), text) {
        nodes.iter().for_each(|node| drop(yaml::to_json(node)));
    }
    if let Ok(loaded) = sigscope::evaluate::load(&file, text) {
        loaded.iter().for_each(|one| drop((one.id().clone(), one.row(), one.as_a_whole())));
    }
}

fn jmespath(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(expression) = jmespath::Expression::parse(text) else { return };
    let data =
        serde_json::json!({"a": [{"b": 1, "c": "x"}, {"b": 2.5}], "d": {"e": [1, [2, [3]]], "f": null}});
    let _ = jmespath::search(&expression, &data, &jmespath::Standard);
}

fn cel(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = cel::Program::compile(text, &[("a".to_owned(), cel::Type::Dyn)]);
    if let Ok(program) = cel::Program::parse(text) {
        let _ = program.evaluate(&cel::Nothing);
    }
}

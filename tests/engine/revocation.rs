//! Revocation of Notation's certificates: lists and responders, good, bad and hostile.

use std::collections::HashMap;
use std::sync::Mutex;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use sigscope::format::pem;
use sigscope::format::trust_policy::TrustPolicy;
use sigscope::model::artifact::{Artifact, Blob, Evidence, Found, Layer, ReferrersApi};
use sigscope::model::notary::{NotaryCheck, NotaryProof, Stores};
use sigscope::model::{ArtifactKind, Code, Missing, Moment, Outcome, Reference};
use sigscope::port::{Outside, Question, Reply, Services};
use sigscope::source::{HttpServices, RequestLog, ServiceOptions};
use sigscope::verify::notary::prove_notary_asking;

use crate::notary::Notary;
use crate::service::{Answer, Service, nobody};

/// 2026-12-01.
const NOW: Moment = Moment(1_796_083_200);
const LIST: &str = "http://lists.test/leaf.crl";
const RESPONDER: &str = "http://ocsp.test";

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/support/revocation/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn der(name: &str) -> Vec<u8> {
    pem::first(std::str::from_utf8(&file(name)).unwrap()).unwrap().der
}

/// Somebody who has these answers, and notes who is asked.
struct Told {
    answers: HashMap<&'static str, Vec<u8>>,
    asked: Mutex<Vec<String>>,
}

impl Outside for Told {
    fn ask(&self, question: &Question) -> Result<Reply, Missing> {
        let (Question::Crl { url } | Question::Ocsp { url, .. }) = question else { panic!("{question:?}") };
        self.asked.lock().unwrap().push(url.clone());
        let answer = self.answers.get(url.as_str());
        answer
            .map(|bytes| Reply::Bytes(bytes.clone().into()))
            .ok_or(Missing::Unreachable { host: url.clone(), detail: String::new() })
    }
}

fn told(answers: &[(&'static str, &str)]) -> Told {
    let answers = answers.iter().map(|(url, name)| (*url, file(name))).collect();
    Told { answers, asked: Mutex::default() }
}

/// The root that issued a leaf.
fn root_of(leaf: &str) -> &'static str {
    if leaf.starts_with("rsa-") { "rsa-root.pem" } else { "root.pem" }
}

/// The proof for a signature by a leaf, at a level, with a trust store that holds these certificates.
fn prove(leaf: &str, level: &str, trusted: &str, now: Moment, outside: &dyn Outside) -> NotaryProof {
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der("leaf.key")).unwrap();
    let notary = Notary { key, algorithm: "ES256", chain: vec![der(leaf), der(root_of(leaf))] };
    let image = crate::signed::image("a");
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let envelope = notary.envelope(&json!({"mediaType": media_type, "digest": image.as_str(), "size": 7}));
    let digest = sigscope::format::hash::digest_of(&envelope);
    let layer = Layer {
        media_type: "application/jose+json".to_owned(),
        digest: digest.clone(),
        size: envelope.len() as u64,
        annotations: std::collections::BTreeMap::new(),
        blob: Blob::Held(envelope.into()),
    };
    let artifact = Artifact {
        kind: ArtifactKind::NotationSignature,
        digest,
        media_type: String::new(),
        artifact_type: String::new(),
        found: vec![Found::Referrers],
        subject: None,
        annotations: std::collections::BTreeMap::new(),
        size: 0,
        layers: vec![layer],
        raw: b"{}"[..].into(),
    };
    let evidence = Evidence {
        subject: Reference::parse("registry.example.test/a:b").unwrap(),
        digest: image,
        media_type: media_type.to_owned(),
        size: 7,
        platforms: Vec::new(),
        artifacts: Vec::new(),
        gaps: Vec::new(),
        signed: Vec::new(),
        referrers: ReferrersApi::Answered,
        raw: b"{}"[..].into(),
    };
    let policy = json!({"version": "1.0", "trustPolicies": [{
        "name": "p", "registryScopes": ["*"], "signatureVerification": {"level": level},
        "trustStores": ["ca:s"], "trustedIdentities": ["*"],
    }]});
    let policy = TrustPolicy::parse(policy.to_string().as_bytes()).unwrap();
    let statement = policy.applicable("registry.example.test/a").unwrap();
    let stores = Stores::from([(("ca".to_owned(), "s".to_owned()), Ok(vec![der(trusted)]))]);
    let demand = statement.demand(stores, std::collections::BTreeMap::new(), now).unwrap();
    prove_notary_asking(&evidence, &artifact, &demand, outside)
}

fn outcome(proof: &NotaryProof) -> Outcome {
    proof.steps.iter().find(|step| step.check == NotaryCheck::Revocation).unwrap().outcome.clone()
}

fn strict(leaf: &str, answers: &[(&'static str, &str)]) -> (bool, Outcome) {
    let proof = prove(leaf, "strict", root_of(leaf), NOW, &told(answers));
    (proof.holds(), outcome(&proof))
}

fn is_open((holds, outcome): (bool, Outcome)) -> bool {
    !holds && matches!(outcome, Outcome::Undecided(_))
}

#[test]
fn a_list_decides() {
    assert_eq!(strict("list.pem", &[(LIST, "good.crl")]), (true, Outcome::Held));
    let (holds, revoked) = strict("list.pem", &[(LIST, "revoked.crl")]);
    assert_eq!((holds, revoked.code()), (false, Some(Code::NotaryRevoked)));
    for bad in ["wrong.crl", "expired.crl", "good.ocsp", "leaf.key"] {
        assert!(is_open(strict("list.pem", &[(LIST, bad)])), "{bad}");
    }
    assert!(is_open(strict("list.pem", &[])));
    let mut cut = told(&[(LIST, "good.crl")]);
    for at in 0..file("good.crl").len() {
        let mut bytes = file("good.crl");
        bytes[at] ^= 1;
        cut.answers.insert(LIST, bytes);
        let proof = prove("list.pem", "strict", "root.pem", NOW, &cut);
        assert!(!proof.holds(), "byte {at}");
    }
}

const CHANGES: &str = "http://lists.test/delta.crl";

#[test]
fn changes_to_a_list_count_with_it_and_only_where_they_belong_to_it() {
    let ask = |list: &str, changes: &str| strict("rsa-leaf.pem", &[(LIST, list), (CHANGES, changes)]);
    assert_eq!(strict("rsa-leaf.pem", &[(LIST, "rsa-plain.crl")]), (true, Outcome::Held));
    for (list, changes) in [
        ("rsa-base.crl", "rsa-delta.crl"),
        ("rsa-base.crl", "rsa-delta-other-entry.crl"),
        ("rsa-base-held.crl", "rsa-delta-removed.crl"),
    ] {
        assert_eq!(ask(list, changes), (true, Outcome::Held), "{list} {changes}");
    }
    for (list, changes) in [
        ("rsa-base.crl", "rsa-delta-revoked.crl"),
        ("rsa-base-held.crl", "rsa-delta.crl"),
        ("rsa-base-held.crl", "rsa-delta-revoked.crl"),
        ("rsa-base-revoked.crl", "rsa-delta.crl"),
        // Only a hold can be taken back.
        ("rsa-base-revoked.crl", "rsa-delta-removed.crl"),
    ] {
        let (holds, revoked) = ask(list, changes);
        assert_eq!((holds, revoked.code()), (false, Some(Code::NotaryRevoked)), "{list} {changes}");
    }
    // A list that names changes says nothing without them.
    assert!(is_open(strict("rsa-leaf.pem", &[(LIST, "rsa-base.crl")])));
    for changes in ["old", "later-base", "ended", "stranger"] {
        assert!(is_open(ask("rsa-base.crl", &format!("rsa-delta-{changes}.crl"))), "{changes}");
    }
    assert!(is_open(ask("rsa-base.crl", "rsa-plain.crl")), "a whole list in place of changes");
    assert!(is_open(ask("rsa-delta.crl", "rsa-delta.crl")), "changes in place of a whole list");
    assert!(is_open(strict("rsa-leaf.pem", &[(LIST, "good.crl")])), "a list of another issuer");
}

#[test]
fn no_changed_byte_of_a_list_by_rsa_or_of_its_changes_passes() {
    for (url, name) in [(LIST, "rsa-base.crl"), (CHANGES, "rsa-delta.crl")] {
        let mut changed = told(&[(LIST, "rsa-base.crl"), (CHANGES, "rsa-delta.crl")]);
        for at in 0..file(name).len() {
            let mut bytes = file(name);
            bytes[at] ^= 1;
            changed.answers.insert(url, bytes);
            let proof = prove("rsa-leaf.pem", "strict", "rsa-root.pem", NOW, &changed);
            assert!(!proof.holds(), "{name}, byte {at}");
        }
    }
}

#[test]
fn a_responder_decides_and_a_list_stands_in_for_it() {
    assert_eq!(strict("both.pem", &[(RESPONDER, "good.ocsp")]), (true, Outcome::Held));
    assert_eq!(strict("both.pem", &[(RESPONDER, "delegated.ocsp")]), (true, Outcome::Held));
    let (holds, revoked) = strict("both.pem", &[(RESPONDER, "revoked.ocsp"), (LIST, "good.crl")]);
    assert_eq!((holds, revoked.code()), (false, Some(Code::NotaryRevoked)));
    for bad in ["unknown.ocsp", "leaf-signed.ocsp", "other.ocsp", "noend.ocsp", "good.crl", "leaf.key"] {
        assert!(is_open(strict("both.pem", &[(RESPONDER, bad)])), "{bad}");
        let (holds, revoked) = strict("both.pem", &[(RESPONDER, bad), (LIST, "revoked.crl")]);
        assert_eq!((holds, revoked.code()), (false, Some(Code::NotaryRevoked)), "{bad}");
    }
    assert_eq!(strict("both.pem", &[(LIST, "good.crl")]), (true, Outcome::Held));
    assert!(is_open(strict("both.pem", &[])));
    let mut changed = told(&[]);
    for at in 0..file("good.ocsp").len() {
        let mut bytes = file("good.ocsp");
        bytes[at] ^= 1;
        changed.answers.insert(RESPONDER, bytes);
        let proof = prove("both.pem", "strict", "root.pem", NOW, &changed);
        // The certificate that a response carries beside its signature, here the root's own, may be any of the same key.
        assert!(!proof.holds() || at > 250, "byte {at}");
    }
}

#[test]
fn answers_count_in_their_time_only() {
    for now in [Moment(1_790_000_000), Moment(2_112_000_000)] {
        for (leaf, url, name) in [("list.pem", LIST, "good.crl"), ("both.pem", RESPONDER, "good.ocsp")] {
            let proof = prove(leaf, "permissive", "root.pem", now, &told(&[(url, name)]));
            assert!(matches!(outcome(&proof), Outcome::Undecided(_)), "{name} {now}");
        }
    }
}

#[test]
fn levels_say_what_it_means_and_nobody_is_asked_about_what_is_not_trusted() {
    let logged = prove("list.pem", "permissive", "root.pem", NOW, &told(&[(LIST, "revoked.crl")]));
    assert!(logged.holds() && outcome(&logged).code() == Some(Code::NotaryRevoked));
    let silent = told(&[(LIST, "good.crl")]);
    let proof = prove("list.pem", "audit", "both.pem", NOW, &silent);
    assert!(silent.asked.lock().unwrap().is_empty());
    assert!(matches!(outcome(&proof), Outcome::Undecided(Missing::Unsupported { .. })));
}

fn fetch(question: &Question) -> Result<usize, Missing> {
    let short = std::time::Duration::from_millis(500);
    let options = ServiceOptions { patience: short, whole: short, list: short, at_a_time: 2 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let services = HttpServices::new(options, RequestLog::default());
    runtime.block_on(services.fetch(question)).map(|bytes| bytes.len())
}

#[test]
fn places_that_certificates_name_are_asked_with_care() {
    let list = |url: String| fetch(&Question::Crl { url });
    let service = Service::start(|asked| match asked.path.as_str() {
        "/good" => Answer::Body(vec![7; 3]),
        "/once" => Answer::Redirect("/good".to_owned()),
        "/away" => Answer::Redirect("http://localhost:1/".to_owned()),
        "/inside" => Answer::Redirect("http://10.0.0.1/".to_owned()),
        "/file" => Answer::Redirect("file:///etc/passwd".to_owned()),
        "/large" => Answer::Announce(1 << 40),
        _ => Answer::Redirect("/loop".to_owned()),
    });
    assert_eq!(list(format!("{}/good", service.url())), Ok(3));
    assert_eq!(list(format!("{}/once", service.url())), Ok(3));
    for path in ["loop", "away", "inside", "file", "large"] {
        assert!(list(format!("{}/{path}", service.url())).is_err(), "{path}");
    }
    assert!(list(nobody()).is_err());
    for url in
        ["https://ca.test/a.crl", "ldap://ca.test/a", "http://u:p@ca.test/", "http://169.254.169.254/", "x"]
    {
        let refused = list(url.to_owned());
        assert!(
            matches!(refused, Err(Missing::Unsupported { .. } | Missing::Malformed { .. })),
            "{url} {refused:?}"
        );
    }
    let ocsp = |request: Vec<u8>| fetch(&Question::Ocsp { url: format!("{}/good", service.url()), request });
    let before = service.seen().len();
    assert!(ocsp(vec![0xfb; 9]).is_err(), "the request is part of the path");
    assert_eq!(ocsp(vec![1; 300]), Ok(3));
    let seen = service.seen();
    assert_eq!(
        (seen[before].method.as_str(), seen[before].path.as_str()),
        ("GET", "/good/%2B%2Fv7%2B%2Fv7%2B%2Fv7")
    );
    let last = seen.last().unwrap();
    assert_eq!((last.method.as_str(), last.body.len()), ("POST", 300));
    assert_eq!(last.headers["content-type"], "application/ocsp-request");
}

//! Every way in which an attestor of an image-validating policy says whom it trusts: certificates with chains, authorities
//! of time stamps, logs that are asked, images and statements that stand elsewhere.

use std::sync::{Arc, Mutex};

use sigscope::format::x509::Certificate;
use sigscope::format::{hash::digest_of, pem};
use sigscope::model::artifact::{Artifact, ArtifactKind, Blob, Found, Layer};
use sigscope::model::{Evidence, Missing, Moment, Trace, Verdict};
use sigscope::port::{Outside, Question, Reply};

use crate::image_policy::{Around, judge_with, pod, policy, text, trust, verdicts};

const VALIDATION: &str =
    "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)";

fn image(name: &str) -> String {
    format!("127.0.0.1:5000/myorg/{name}:v1.2.3")
}

/// The first policy of the fixtures with this in place of its `cosign`.
pub(crate) fn with(cosign: &serde_json::Value) -> String {
    let whole = policy(&[]);
    let (before, rest) = whole.split_once("      cosign:\n").unwrap();
    let (_, after) = rest.split_once("  validations:\n").unwrap();
    format!("{before}      cosign: {cosign}\n  validations:\n{after}")
}

fn judged(cosign: &serde_json::Value, name: &str, around: &Around<'_>) -> Vec<Trace> {
    judge_with(&[with(cosign)], &pod(&image(name)), around)
}

/// The certificate in a classic signature.
fn leaf(name: &str) -> (String, Moment) {
    let evidence = crate::evidence::evidence(name);
    let signature = evidence.cosign_signatures().next().unwrap();
    let text = signature.layer.annotations["dev.sigstore.cosign/certificate"].clone();
    let der = pem::blocks(&text).unwrap().remove(0).der;
    (text, Certificate::from_der(&der).unwrap().leaf.from)
}

const IGNORED: &str = r#"{"insecureIgnoreTlog": true, "insecureIgnoreSCT": true}"#;

#[test]
fn a_certificate_with_a_chain_is_its_key_once_the_chain_holds() {
    let (cert, from) = leaf("keyless-gh");
    let around = Around { as_of: Moment(from.0 + 1), ..Around::default() };
    let own = |chain: &str, log: &str| {
        let log: serde_json::Value = serde_json::from_str(log).unwrap();
        let certificate = serde_json::json!({"cert": {"value": cert}, "certChain": {"value": chain}});
        judged(&serde_json::json!({"certificate": certificate, "ctlog": log}), "keyless-gh", &around)
    };
    let chain = text("trust/fulcio-chain.pem");
    assert_eq!(verdicts(&own(&chain, IGNORED)), [(Verdict::Pass, "PASS")]);
    let rogue = own(&text("trust/rogue-fulcio-chain.pem"), IGNORED);
    assert_eq!(verdicts(&rogue), [(Verdict::Deny, "CERT-CHAIN")]);
    // The chain leads to its last certificate alone.
    assert_eq!(verdicts(&own(&text("trust/fulcio-intermediate.pem"), IGNORED))[0].0, Verdict::Pass);
    // Without a trusted root no promise of a log can be verified.
    let promised = own(&chain, r#"{"insecureIgnoreTlog": true}"#);
    assert_eq!(verdicts(&promised), [(Verdict::Deny, "SCT-INVALID")]);
    let many = own(&chain.repeat(8), IGNORED);
    assert_eq!(verdicts(&many), [(Verdict::Deny, "ATTESTOR-INVALID")]);
    let location = rogue[0].location.as_ref().unwrap();
    assert!(location.start.line > 1 && location.start.column > 1, "{location:?}");
}

#[test]
fn a_trusted_root_takes_the_place_of_the_chain() {
    let (cert, from) = leaf("keyless-gh");
    let chain = text("trust/rogue-fulcio-chain.pem");
    let certificate = serde_json::json!({"cert": {"value": cert}, "certChain": {"value": chain}});
    let cosign = serde_json::json!({"certificate": certificate, "ctlog": {"url": "https://rekor.test"}});
    let around = |trust| Around { trust, as_of: Moment(from.0 + 1), ..Around::default() };
    // The root of the fixtures has issued it through an intermediate that the root names.
    // (Our second verifier finds a certificate in the log where it looks for the key: nothing is decided.)
    let by_root = judged(&cosign, "keyless-gh", &around(trust()));
    assert_eq!(verdicts(&by_root), [(Verdict::Error, "SIG-DISAGREE")]);
    let nobody = judged(&cosign, "keyless-gh", &around(sigscope::evaluate::image_policy::Trust::default()));
    assert_eq!(verdicts(&nobody), [(Verdict::Deny, "CERT-CHAIN")]);
}

#[test]
fn a_chain_alone_is_a_pool_of_roots() {
    let (_, from) = leaf("keyless-gh");
    let around = Around { as_of: Moment(from.0 + 1), ..Around::default() };
    let own = |chain: &str| {
        let chain = serde_json::json!({"certChain": {"value": text(chain)}});
        let log: serde_json::Value = serde_json::from_str(IGNORED).unwrap();
        judged(&serde_json::json!({"certificate": chain, "ctlog": log}), "keyless-gh", &around)
    };
    assert_eq!(verdicts(&own("trust/fulcio-chain.pem")), [(Verdict::Pass, "PASS")]);
    assert_eq!(own("trust/rogue-fulcio-chain.pem")[0].verdict, Verdict::Deny);
}

#[test]
fn time_stamps_count_by_the_authorities_of_the_policy() {
    let key = text("trust/cosign.pub");
    let own = |chain: &str, name: &str| {
        let log = serde_json::json!({
            "insecureIgnoreTlog": true, "insecureIgnoreSCT": true, "tsaCertChain": text(chain),
        });
        judged(&serde_json::json!({"key": {"data": key}, "ctlog": log}), name, &Around::default())
    };
    assert_eq!(verdicts(&own("trust/tsa-chain.pem", "key-tsa")), [(Verdict::Pass, "PASS")]);
    // Where there is a time stamp it must verify; a signature under a key needs none.
    assert_eq!(own("trust/fulcio-chain.pem", "key-tsa")[0].verdict, Verdict::Deny);
    assert_eq!(verdicts(&own("trust/tsa-chain.pem", "key-p256")), [(Verdict::Pass, "PASS")]);
    // Upstream breaks off over a bundle here.
    assert_eq!(verdicts(&own("trust/tsa-chain.pem", "bundle-key")), [(Verdict::Error, "POL-UNSUPPORTED")]);
}

#[test]
fn stamps_of_a_keyless_signature_stand_in_for_the_log() {
    let own = |stamps: Option<&str>| {
        let mut log = serde_json::json!({"insecureIgnoreTlog": true});
        if let Some(chain) = stamps {
            log["tsaCertChain"] = text(chain).into();
        }
        let keyless = serde_json::json!({"identities": [{"subjectRegExp": ".*", "issuerRegExp": ".*"}]});
        let bare = sigscope::evaluate::image_policy::Trust { stamp_authorities: Arc::from([]), ..trust() };
        let around = Around { trust: bare, ..Around::default() };
        judged(&serde_json::json!({"keyless": keyless, "ctlog": log}), "keyless-tsa", &around)
    };
    assert_eq!(verdicts(&own(Some("trust/tsa-chain.pem"))), [(Verdict::Pass, "PASS")]);
    assert_eq!(own(None)[0].verdict, Verdict::Deny);
    assert_eq!(own(Some("trust/fulcio-chain.pem"))[0].verdict, Verdict::Deny);
}

/// Keeps the questions; nothing is answered yet, but what hangs on images of the fixtures.
#[derive(Default)]
struct Curious(Mutex<Vec<Question>>);

impl Outside for Curious {
    fn ask(&self, question: &Question) -> Result<Reply, Missing> {
        self.0.lock().unwrap().push(question.clone());
        match question {
            Question::Evidence { image } => {
                let name = image.rsplit('/').next().unwrap().split([':', '@']).next().unwrap();
                Ok(Reply::Evidence(Arc::new(crate::evidence::evidence(name))))
            }
            _ => Err(Missing::Waiting),
        }
    }
}

#[test]
fn the_log_is_asked_at_its_address() {
    let key = text("trust/cosign.pub");
    let cosign = serde_json::json!({"key": {"data": key}, "ctlog": {"url": "https://rekor.test"}});
    let outside = Arc::new(Curious::default());
    let around = Around { trust: trust(), offline: false, outside: outside.clone(), ..Around::default() };
    let waiting = judged(&cosign, "key-p256-notlog", &around);
    assert_eq!(waiting[0].verdict, Verdict::Error, "{:?}", verdicts(&waiting));
    let asked = std::mem::take(&mut *outside.0.lock().unwrap());
    assert!(
        matches!(asked.as_slice(), [Question::Log { url, .. }] if url == "https://rekor.test"),
        "{asked:?}"
    );
    let offline = judged(&cosign, "key-p256-notlog", &Around { offline: true, ..around });
    assert_eq!(verdicts(&offline), [(Verdict::Deny, "LOG-ABSENT")]);
    // Without `ctlog` upstream has nobody to ask.
    let around = Around { trust: trust(), offline: false, outside: outside.clone(), ..Around::default() };
    let none = judged(&serde_json::json!({"key": {"data": key}}), "key-p256-notlog", &around);
    assert_eq!(verdicts(&none), [(Verdict::Deny, "LOG-ABSENT")]);
    assert!(outside.0.lock().unwrap().is_empty());
}

#[test]
fn keys_of_logs_and_roots_that_cannot_be_read_are_not_passed_over() {
    let keyless = |roots: &str| serde_json::json!({"identities": [{"subjectRegExp": ".*", "issuerRegExp": ".*"}], "roots": roots});
    let around = || Around { trust: trust(), ..Around::default() };
    let own = |cosign: &serde_json::Value| judged(cosign, "keyless-gh", &around())[0].verdict;
    let good = serde_json::json!({"keyless": keyless(&text("trust/fulcio-root.pem"))});
    assert_eq!(own(&good), Verdict::Pass);
    // Roots have no effect beside a trusted root, other than to be read.
    assert_eq!(
        own(&serde_json::json!({"keyless": keyless(&text("trust/rogue-fulcio-chain.pem"))})),
        Verdict::Pass
    );
    assert_eq!(own(&serde_json::json!({"keyless": keyless("none")})), Verdict::Deny);
    let log = |key: &str| {
        let log = serde_json::json!({"url": "https://rekor.test", key: "none"});
        serde_json::json!({"keyless": keyless(""), "ctlog": log})
    };
    assert_eq!(own(&log("rekorPubKey")), Verdict::Error);
    assert_eq!(own(&log("ctLogPubKey")), Verdict::Error);
    assert_eq!(own(&log("tsaCertChain")), Verdict::Error);
    let tuf = serde_json::json!({"keyless": keyless(""), "tuf": {"root": {"data": "%"}}});
    assert_eq!(own(&tuf), Verdict::Deny);
}

/// A custom resource that names its image where only the policy knows.
const CUSTOM: &str =
    "{apiVersion: example.test/v1, kind: Model, metadata: {name: a}, spec: {weights: 'IMAGE'}}";

#[test]
fn extractors_find_images_in_resources_of_any_kind() {
    let constraints = "apiGroups: [\"\"]\n        apiVersions: [\"v1\"]\n        operations: [\"CREATE\"]\n        resources: [\"pods\"]";
    let custom = "apiGroups: [\"example.test\"]\n        apiVersions: [\"*\"]\n        operations: [\"CREATE\"]\n        resources: [\"models\"]";
    let own = policy(&[
        (constraints, custom),
        (
            "  attestors:\n",
            "  images: [{name: weights, expression: '[object.spec.weights]'}]\n  attestors:\n",
        ),
        (
            VALIDATION,
            "images.weights.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)",
        ),
    ]);
    for (name, verdict) in [("key-p256", (Verdict::Pass, "PASS")), ("unsigned", (Verdict::Deny, "SIG-NONE"))]
    {
        let outside = Arc::new(Curious::default());
        let around = Around { outside: outside.clone(), waiting: true, ..Around::default() };
        let traces = judge_with(std::slice::from_ref(&own), &CUSTOM.replace("IMAGE", &image(name)), &around);
        assert_eq!(verdicts(&traces), [verdict], "{traces:?}");
        assert_eq!((traces[0].image.list.as_str(), &traces[0].image.image), ("weights", &image(name)));
        assert!(!outside.0.lock().unwrap().is_empty());
    }
}

/// Hangs a referrer with these layers on the image.
fn hang(evidence: &mut Evidence, layers: &[&[u8]]) {
    let layer = |bytes: &&[u8]| Layer {
        media_type: "application/json".into(),
        size: bytes.len() as u64,
        annotations: Default::default(),
        digest: digest_of(bytes),
        blob: Blob::Held(Arc::from(*bytes)),
    };
    evidence.artifacts.push(Artifact {
        kind: ArtifactKind::Other("application/scan".into()),
        digest: digest_of(layers.concat().as_slice()),
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        artifact_type: "application/scan".into(),
        found: vec![Found::Referrers],
        subject: None,
        annotations: Default::default(),
        size: 0,
        layers: layers.iter().map(layer).collect(),
        raw: Arc::from([]),
    });
}

#[test]
fn payloads_of_referrers_are_read() {
    let own = policy(&[
        (
            "  attestors:\n",
            "  attestations: [{name: scan, referrer: {type: application/scan}}]\n  attestors:\n",
        ),
        (VALIDATION, "images.containers.all(image, extractPayload(image, attestations.scan).high == 0.0)"),
    ]);
    let judged = |hung: &[&[&[u8]]]| {
        let change = |evidence: &mut Evidence| hung.iter().for_each(|layers| hang(evidence, layers));
        let around = Around { change: &change, ..Around::default() };
        let trace = judge_with(std::slice::from_ref(&own), &pod(&image("unsigned")), &around).remove(0);
        (trace.verdict, trace.code.as_str())
    };
    let (good, bad): (&[u8], &[u8]) = (br#"{"high": 0}"#, br#"{"high": 2}"#);
    assert_eq!(judged(&[&[good]]), (Verdict::Pass, "PASS"));
    assert_eq!(judged(&[&[bad], &[good]]), (Verdict::Deny, "EXPR-FALSE"));
    for broken in [&[][..], &[&[good, bad][..]], &[&[b"".as_slice()][..]], &[&[b"no".as_slice()][..]]] {
        assert_eq!(judged(broken), (Verdict::Error, "EXPR-ERROR"), "{broken:?}");
    }
}

/// What lies in other repositories: of any digest, what hangs on an image of the fixtures that is named like it.
struct Other(Mutex<Vec<(String, String)>>, &'static str);

impl Outside for Other {
    fn ask(&self, question: &Question) -> Result<Reply, Missing> {
        let Question::Attached { repository, digest, prefix } = question else {
            return Err(Missing::Waiting);
        };
        self.0.lock().unwrap().push((repository.clone(), prefix.clone()));
        let mut found = crate::evidence::evidence(self.1);
        found.digest = digest.clone();
        Ok(Reply::Evidence(Arc::new(found)))
    }
}

#[test]
fn signatures_are_looked_up_where_the_source_says() {
    let own = |source: serde_json::Value, hangs: &'static str, name: &str| {
        let outside = Arc::new(Other(Mutex::default(), hangs));
        let log: serde_json::Value = serde_json::from_str(IGNORED).unwrap();
        let cosign =
            serde_json::json!({"key": {"data": text("trust/cosign.pub")}, "ctlog": log, "source": source});
        let around = Around { outside: outside.clone(), ..Around::default() };
        let trace = judged(&cosign, name, &around).remove(0);
        let asked = std::mem::take(&mut *outside.0.lock().unwrap());
        (trace.verdict, asked)
    };
    let there = serde_json::json!({"repository": "keys.test/signatures"});
    let asked = |name: &str, prefix: &str| vec![(name.to_owned(), prefix.to_owned())];
    assert_eq!(
        own(there.clone(), "key-p256", "key-p256"),
        (Verdict::Pass, asked("keys.test/signatures", ""))
    );
    // What hangs on the image does not count, and a signature elsewhere must be about this image.
    assert_eq!(own(there.clone(), "unsigned", "key-p256").0, Verdict::Deny);
    assert_eq!(own(there, "key-p256", "unsigned").0, Verdict::Deny);
    let prefix = serde_json::json!({"tagPrefix": "own-"});
    assert_eq!(
        own(prefix, "key-p256", "key-p256"),
        (Verdict::Pass, asked("127.0.0.1:5000/myorg/key-p256", "own-"))
    );
    let secrets = serde_json::json!({"PullSecrets": [{"name": "a"}]});
    assert_eq!(own(secrets, "unsigned", "key-p256"), (Verdict::Pass, Vec::new()));
    for bad in ["keys.test/Upper", "keys.test/a:tag", "a"] {
        assert_eq!(
            own(serde_json::json!({"repository": bad}), "key-p256", "key-p256"),
            (Verdict::Deny, Vec::new())
        );
    }
}

//! Attestations of the Notary Project: referrers of an image, signed themselves, under both kinds of Kyverno's policies.

use serde_json::{Value, json};

use crate::notary::{Made, Notary};
use crate::program::{fixture, run};

const TYPE: &str = "application/vnd.test.scan";

fn certificate(name: &str) -> String {
    std::fs::read_to_string(fixture(&format!("trust/notation/{name}.crt"))).unwrap()
}

fn classic(certificate: &str, kind: &str, wanted: i32) -> Value {
    let entries = json!([{"entries": [{"certificates": {"cert": certificate}}]}]);
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"rules": [{
            "name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "verifyImages": [{
                "type": "Notary", "imageReferences": ["*"], "failureAction": "Enforce", "mutateDigest": false,
                "verifyDigest": false,
                "attestations": [{
                    "type": kind, "attestors": entries,
                    "conditions": [{"all": [{"key": "{{ critical }}", "operator": "Equals", "value": wanted}]}],
                }],
            }],
        }]},
    })
}

fn cel(certificate: &str, kind: &str) -> Value {
    json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ImageValidatingPolicy", "metadata": {"name": "p"},
        "spec": {
            "matchConstraints": {"resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]},
            ]},
            "validationConfigurations": {"mutateDigest": false, "verifyDigest": false, "required": true},
            "matchImageReferences": [{"glob": "*"}],
            "attestors": [{"name": "n", "notary": {"certs": {"value": certificate}}}],
            "attestations": [{"name": "scan", "referrer": {"type": kind}}],
            "validations": [{
                "expression": "images.containers.map(i, verifyAttestationSignatures(i, attestations.scan, [attestors.n])).all(n, n > 0)",
                "message": "no signed scan",
            }],
        },
    })
}

struct Judge {
    folder: tempfile::TempDir,
}

impl Judge {
    /// Images with a referrer: signed, not signed, and two of which only the second is signed.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notary = Notary::of_fixtures();
        for name in ["signed", "bare", "second"] {
            let mut made = Made::new(&folder.path().join("layouts").join(name));
            let tag = Some("v1");
            let image = made.manifest("", ("application/vnd.oci.image.layer.v1.tar", b"layer"), None, tag);
            let mut scan = |text: &[u8]| made.manifest(TYPE, ("application/json", text), Some(&image), None);
            match name {
                "signed" => {
                    let scan = scan(br#"{"critical": 0}"#);
                    made.sign(&notary, &scan);
                }
                "bare" => {
                    scan(br#"{"critical": 0}"#);
                    // A signature on the image is none on what hangs on it.
                    made.sign(&notary, &image);
                }
                _ => {
                    scan(br#"{"critical": 1}"#);
                    let later = scan(br#"{"critical": 0}"#);
                    made.sign(&notary, &later);
                }
            }
        }
        Self { folder }
    }

    fn judge(&self, policy: &Value, image: &str, status: i32) -> Value {
        let path = self.folder.path().join("p.json");
        std::fs::write(&path, policy.to_string()).unwrap();
        let rule = format!("127.0.0.1:5000/own={}", self.folder.path().join("layouts").display());
        let image = format!("127.0.0.1:5000/own/{image}:v1");
        let root = fixture("trust/trusted_root.json");
        let arguments = [
            "audit",
            "--offline",
            "--trusted-root",
            &root,
            "--policy",
            path.to_str().unwrap(),
            "--layouts",
            &rule,
            "--format",
            "json",
            &image,
        ];
        run(&arguments).ends_with(status).json()
    }
}

#[test]
fn a_signed_referrer_is_an_attestation_for_classic_policies() {
    let judge = Judge::new();
    let root = certificate("root");
    let signed = judge.judge(&classic(&root, TYPE, 0), "signed", 0);
    assert!(signed.to_string().contains("\"pass\""), "{signed}");
    let other = judge.judge(&classic(&root, TYPE, 7), "signed", 1);
    assert!(other.to_string().contains("attestation checks failed"), "{other}");
    let untrusted = judge.judge(&classic(&certificate("rogue-root"), TYPE, 0), "signed", 1);
    assert!(untrusted.to_string().contains("NOTARY-TRUST"), "{untrusted}");
    let none = judge.judge(&classic(&root, "application/vnd.test.other", 0), "signed", 1);
    assert!(none.to_string().contains("no matching attestations found for image"), "{none}");
    let bare = judge.judge(&classic(&root, TYPE, 0), "bare", 1);
    assert!(bare.to_string().contains("no signature is associated with"), "{bare}");
}

#[test]
fn classic_policies_look_at_the_first_referrer_alone_and_expressions_at_any() {
    let judge = Judge::new();
    let root = certificate("root");
    // Which of the two is first is the registry's choice; a layout keeps the order in which they were made.
    judge.judge(&classic(&root, TYPE, 0), "second", 1);
    judge.judge(&cel(&root, TYPE), "second", 0);
}

#[test]
fn a_signed_referrer_is_an_attestation_for_expressions() {
    let judge = Judge::new();
    let root = certificate("root");
    judge.judge(&cel(&root, TYPE), "signed", 0);
    let bare = judge.judge(&cel(&root, TYPE), "bare", 1);
    assert!(bare.to_string().contains("no signed scan"), "{bare}");
    judge.judge(&cel(&certificate("rogue-root"), TYPE), "signed", 1);
    judge.judge(&cel(&root, "application/vnd.test.other"), "signed", 1);
}

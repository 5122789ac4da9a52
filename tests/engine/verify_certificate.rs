//! Key signatures that carry a certificate: the certificate never becomes trust, and its expiry never a silent pass.

use sigscope::format::certificate::LeafCertificate;
use sigscope::format::key::PublicKey;
use sigscope::model::verifier::LogDemand;
use sigscope::model::{Missing, Moment, Outcome, Reason, StepName, Verifier};
use sigscope::trust::Material;
use sigscope::verify::prove;

use crate::layout::{Layout, fixture_text, fixtures};
use crate::signed::{BUNDLE, CERTIFICATE, demand, verifier};

/// Calls `judge` for every classic signature of the fixtures with a certificate and a log entry.
fn with_certificates(mut judge: impl FnMut(&dyn Fn(&Verifier) -> sigscope::model::Proof, &LeafCertificate)) {
    let mut seen = 0;
    for folder in std::fs::read_dir(fixtures().join("layouts")).unwrap() {
        let layout = Layout::open(&folder.unwrap().path());
        for digest in layout.manifests().collect::<Vec<_>>() {
            let evidence = layout.evidence(&format!("127.0.0.1:5000/myorg/x@{digest}"));
            for signature in evidence.cosign_signatures() {
                let annotations = &signature.layer.annotations;
                if let (Some(pem), true) = (annotations.get(CERTIFICATE), annotations.contains_key(BUNDLE)) {
                    seen += 1;
                    judge(
                        &|verifier| prove(&evidence, signature, verifier),
                        &LeafCertificate::from_pem(pem).unwrap(),
                    );
                }
            }
        }
    }
    assert!(seen > 0, "no fixture has a classic signature with a certificate");
}

fn log() -> LogDemand {
    let root = fixture_text("trust/trusted_root.json");
    demand(Material::from_trusted_root(root.as_bytes(), "test").unwrap().log_keys.to_vec())
}

#[test]
fn a_certificate_is_no_key() {
    let key = fixture_text("trust/cosign.pub");
    with_certificates(|prove, certificate| {
        for log in [log(), LogDemand::Ignored] {
            let proof = prove(&verifier(&key, log));
            assert!(!proof.holds());
            let step = proof.step(StepName::Signature).unwrap();
            let Outcome::Failed(Reason::KeyMismatch { claimed, .. }) = &step.outcome else {
                panic!("{step:?}")
            };
            assert_eq!(
                *claimed,
                certificate.key.as_ref().map(PublicKey::identity),
                "it says who claims to sign"
            );
        }
    });
}

/// With the leaf's own key as the demanded one, everything holds at the time of the log; cosign then judges the leaf's
/// validity, and outside of it sigscope does not say pass.
#[test]
fn outside_of_its_validity_nothing_is_decided() {
    let (mut held, mut undecided) = (0, 0);
    with_certificates(|prove, certificate| {
        let pem = certificate.key.as_ref().unwrap().to_pem();
        let logged = prove(&verifier(&pem, log()));
        let inside = logged.logged_at.is_some_and(|at| certificate.from <= at && at <= certificate.until);
        held += usize::from(logged.holds());
        assert!(inside || !logged.holds());
        for (as_of, inside) in [(certificate.until, true), (Moment(certificate.until.0 + 1), false)] {
            let proof = prove(&Verifier { as_of, ..verifier(&pem, LogDemand::Ignored) });
            let outcome = &proof.step(StepName::Signature).unwrap().outcome;
            if inside {
                assert!(matches!(outcome, Outcome::Held | Outcome::Failed(_)));
            } else {
                assert!(matches!(
                    outcome,
                    Outcome::Undecided(Missing::NotImplemented { .. }) | Outcome::Failed(_)
                ));
                assert!(!proof.holds());
                undecided += usize::from(matches!(outcome, Outcome::Undecided(_)));
            }
        }
    });
    assert!(held > 0 && undecided > 0, "{held} held, {undecided} undecided");
}

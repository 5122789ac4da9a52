//! Certificates that travel with a signature and are all each other's issuers: the search for a root ends all the same.

use std::collections::BTreeMap;

use aws_lc_rs::signature as lc;
use sigscope::format::tlv::{self, write};
use sigscope::format::{base64, pem};
use sigscope::model::demand::{Authority, Bundles, CertificateDemand, Demand, Signer as By, Wanted};
use sigscope::model::verifier::LogDemand;
use sigscope::model::{Code, Moment, StepName};
use sigscope::verify::prove_demand;

use crate::layout::evidence_with;
use crate::signed::{CERTIFICATE, SIGNATURE, Signer, image, payload};

const CHAIN: &str = "dev.sigstore.cosign/chain";
const NAME: &[u8] = &[0x30, 0x0c, 0x31, 0x0a, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, b'a'];

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    write(tlv::SEQUENCE, &parts.concat())
}

/// An extension: the last two bytes of its OID below 2.5.29, and its value.
fn extension(number: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&[6, 3, 0x55, 0x1d, number], &[1, 1, 0xff], &write(tlv::OCTET_STRING, value)])
}

/// A certificate of the one name by the one name.
fn certificate(serial: u8, key: &Signer, by: &Signer, extensions: &[Vec<u8>]) -> Vec<u8> {
    let algorithm = sequence(&[&[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]]);
    let validity = sequence(&[&write(0x17, b"200101000000Z"), &write(0x17, b"490101000000Z")]);
    let extensions = write(0xa3, &write(tlv::SEQUENCE, &extensions.concat()));
    let version = [0xa0, 3, 2, 1, 2];
    let number = [2, 1, serial];
    let body = sequence(&[&version, &number, &algorithm, NAME, &validity, NAME, &key.spki(), &extensions]);
    let signature = write(3, &[&[0], by.sign(&body).as_slice()].concat());
    sequence(&[&body, &algorithm, &signature])
}

#[test]
fn the_search_for_a_root_ends() {
    let new = || Signer::new(&lc::ECDSA_P256_SHA256_ASN1_SIGNING);
    let (authority, leaf, stranger) = (new(), new(), new());
    let of_authority = [extension(19, &[0x30, 3, 1, 1, 0xff]), extension(15, &[3, 2, 2, 4])];
    let of_leaf =
        [extension(15, &[3, 2, 7, 0x80]), extension(37, &sequence(&[&[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 3]]))];
    let all: Vec<_> =
        (1..90).map(|serial| certificate(serial, &authority, &authority, &of_authority)).collect();
    let leaf_der = certificate(100, &leaf, &authority, &of_leaf);
    let root = |der: &Vec<u8>| Demand {
        signer: By::Certificate(CertificateDemand {
            travelling: true,
            subject: vec![Wanted::Anything],
            issuer: vec![Wanted::Anything],
            extensions: BTreeMap::new(),
            authorities: [Authority {
                chain: vec![der.clone()],
                valid_from: None,
                valid_until: None,
                uri: String::new(),
                origin: "test".to_owned(),
            }]
            .into(),
            ct_logs: None,
        }),
        log: LogDemand::Ignored,
        logs: [].into(),
        stamps: false,
        bundles: Bundles::Cosign,
        stamp_authorities: [].into(),
        annotations: BTreeMap::new(),
        as_of: Moment(1_795_000_000),
    };
    let payload = payload(&image("a"), "null");
    let signature = base64::encode(&leaf.sign(payload.as_bytes()));
    let chain: String = all.iter().map(|der| pem::encode("CERTIFICATE", der)).collect();
    let leaf_pem = pem::encode("CERTIFICATE", &leaf_der);
    let annotations =
        [(SIGNATURE, signature.as_str()), (CERTIFICATE, leaf_pem.as_str()), (CHAIN, chain.as_str())];
    let evidence = evidence_with(&image("a"), payload.as_bytes(), &annotations);
    let prove = |demand| prove_demand(&evidence, evidence.cosign_signatures().next().unwrap(), &demand);
    let chain = |proof: &sigscope::model::Proof| proof.step(StepName::Chain).unwrap().outcome.code();
    let known = prove(root(&all[0]));
    assert_eq!(chain(&known), None, "{known:?}");
    let unknown = prove(root(&certificate(1, &stranger, &stranger, &of_authority)));
    assert_eq!(chain(&unknown), Some(Code::CertChain), "{unknown:?}");
    assert!(!unknown.holds());
}

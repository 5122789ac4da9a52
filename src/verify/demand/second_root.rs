//! The trust of a demand, as the trusted root that the second opinion is given: only what the signature touches.

use serde_json::{Value, json};

use super::order::stamps_count;
use super::parts::Parts;
use crate::format::base64::encode;
use crate::format::key::{KeyKind, PublicKey};
use crate::format::x509::Certificate;
use crate::model::Moment;
use crate::model::demand::{Authority, Demand, Log, Signer};

/// Bytes of a hexadecimal text.
pub(super) fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("{text:?} is no hexadecimal");
    if !text.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let at = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(at).collect::<Option<_>>().ok_or_else(wrong)
}

fn window(from: Option<Moment>, until: Option<Moment>) -> Value {
    // It demands a start.
    let mut out = json!({"start": from.unwrap_or_default().to_string()});
    if let Some(until) = until {
        out["end"] = until.to_string().into();
    }
    out
}

fn log(log: &Log) -> Result<Value, String> {
    let key = PublicKey::from_spki(&log.key.spki).map_err(|error| error.to_string())?;
    let details = match key.kind {
        KeyKind::P256 => "PKIX_ECDSA_P256_SHA_256",
        KeyKind::P384 => "PKIX_ECDSA_P384_SHA_384",
        KeyKind::P521 => return Err("it knows no P-521".to_owned()),
        KeyKind::Ed25519 => "PKIX_ED25519",
        KeyKind::Rsa(bits) if bits > 3072 => "PKIX_RSA_PKCS1V15_4096_SHA256",
        KeyKind::Rsa(bits) if bits > 2048 => "PKIX_RSA_PKCS1V15_3072_SHA256",
        KeyKind::Rsa(_) => "PKIX_RSA_PKCS1V15_2048_SHA256",
    };
    Ok(json!({
        "baseUrl": log.base_url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {"rawBytes": encode(&log.key.spki), "keyDetails": details,
            "validFor": window(log.key.valid_from, log.key.valid_until)},
        "logId": {"keyId": encode(&from_hex(&log.id)?)},
    }))
}

/// The logs of these identifiers; of two with one identifier the last, which is the one that counts.
fn logs<'a>(all: &[Log], wanted: impl Iterator<Item = &'a str>) -> Result<Vec<Value>, String> {
    let mut seen = Vec::new();
    for id in wanted {
        if !seen.contains(&id) {
            seen.push(id);
        }
    }
    seen.iter().filter_map(|id| all.iter().rfind(|log| log.id == *id)).map(log).collect()
}

fn authority(authority: &Authority) -> Value {
    let certificates: Vec<Value> =
        authority.chain.iter().map(|der| json!({"rawBytes": encode(der)})).collect();
    let mut out = json!({"subject": {}, "uri": authority.uri, "certChain": {"certificates": certificates}});
    if authority.valid_from.is_some() || authority.valid_until.is_some() {
        out["validFor"] = window(authority.valid_from, authority.valid_until);
    }
    out
}

/// It verifies time stamps by elliptic curves alone, and finds their signer in the trusted root alone.
fn stamps(demand: &Demand) -> Result<Vec<Value>, String> {
    let mut out = Vec::new();
    for one in demand.stamp_authorities.iter() {
        let first = one.chain.first().ok_or("an authority without certificates")?;
        let first = Certificate::from_der(first)?;
        if matches!(first.key().map(|key| key.kind), Some(KeyKind::Rsa(_)) | None) {
            return Err("it knows no time stamps by RSA".to_owned());
        }
        if matches!(first.authority(), Ok((true, _))) {
            return Err("it takes the signer of a time stamp from the trusted root alone".to_owned());
        }
        out.push(authority(one));
    }
    Ok(out)
}

/// The root.
pub(super) fn trusted_root(parts: &Parts, demand: &Demand) -> Result<Value, String> {
    let scts = parts.certificate.as_ref().and_then(|one| one.scts().ok()).unwrap_or_default();
    let (authorities, ct_logs) = match &demand.signer {
        Signer::Certificate(wanted) => {
            let known = wanted.ct_logs.as_deref().unwrap_or_default();
            let ct_logs = logs(known, scts.iter().map(|sct| sct.log.as_str()))?;
            (wanted.authorities.iter().map(authority).collect(), ct_logs)
        }
        Signer::Key(_) => (Vec::new(), Vec::new()),
    };
    let stamps = if stamps_count(parts, demand) { stamps(demand)? } else { Vec::new() };
    Ok(json!({
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": logs(&demand.logs, parts.entries.iter().map(|entry| entry.log.as_str()))?,
        "certificateAuthorities": authorities,
        "ctlogs": ct_logs,
        "timestampAuthorities": stamps,
    }))
}

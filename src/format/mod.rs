//! Bytes to values: bounded, without I/O, and no laxer than the programs whose verdicts are reproduced.

pub mod base64;
pub mod bundle;
pub mod certificate;
mod cose;
pub mod distinguished_name;
pub mod dsse;
pub mod envelope;
pub mod facts;
pub mod go_json;
pub mod gzip;
pub mod hash;
mod jws;
pub mod key;
pub mod log_entry;
mod manifest;
pub mod md5;
pub mod note;
pub mod oci;
pub mod pem;
pub mod predicate_type;
pub mod regexp;
pub mod simple_signing;
pub mod time_stamp;
pub mod tlv;
pub mod trust_policy;
pub mod x509;
pub mod yaml;

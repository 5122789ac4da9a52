//! Services beside registries over HTTP: transparency logs, OCSP responders, places of revocation lists; bounded, and careful about where certificates send us.

mod address;
mod client;

pub use client::{HttpServices, ServiceOptions};

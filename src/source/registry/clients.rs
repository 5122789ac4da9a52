//! The HTTP clients: one for the world, one for this machine, one for hosts that the user calls insecure.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Url};

use super::options::{RegistryOptions, StartError};
use crate::model::{Missing, Reference};

/// Makes aws-lc-rs the provider of all TLS. Called again it does nothing.
pub fn install_crypto() {
    // The error says that there is a provider already: ours, from an earlier call.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Clients by how far a host is trusted.
#[derive(Debug)]
pub(super) struct Clients {
    /// Set up when it is needed: it fails on a machine without CA certificates, which may still read layouts, the demo
    /// and a registry on loopback.
    strict: OnceLock<Result<Client, StartError>>,
    /// Loopback is never asked through a proxy (as in Go's `ProxyFromEnvironment`), and over plain HTTP only.
    local: Client,
    /// Accepts any certificate.
    lax: Client,
    insecure: Vec<String>,
    wait: (Duration, Duration),
}

/// The host of a URL as references write it: with the port where it is not the usual one.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Clients {
    /// Builds the clients.
    pub(super) fn new(options: &RegistryOptions) -> Result<Self, StartError> {
        install_crypto();
        let wait = (options.connect, options.read);
        Ok(Self {
            strict: OnceLock::new(),
            local: build(base(wait).no_proxy().tls_certs_only([]))?,
            lax: build(base(wait).tls_danger_accept_invalid_certs(true))?,
            insecure: options.insecure.clone(),
            wait,
        })
    }

    /// Whether the user called a host insecure.
    pub(super) fn is_insecure(&self, authority: &str) -> bool {
        self.insecure.iter().any(|host| host == authority)
    }

    /// The client for a URL.
    ///
    /// # Errors
    /// [`Missing::Unreachable`] when this machine cannot speak HTTPS.
    pub(super) fn of(&self, url: &Url) -> Result<&Client, Missing> {
        let host = authority(url);
        if self.is_insecure(&host) {
            Ok(&self.lax)
        } else if is_loopback(&host) {
            Ok(&self.local)
        } else {
            let strict = self.strict.get_or_init(|| build(base(self.wait)));
            strict.as_ref().map_err(|error| Missing::Unreachable { host, detail: error.to_string() })
        }
    }
}

fn build(builder: ClientBuilder) -> Result<Client, StartError> {
    builder.build().map_err(|error| StartError { detail: super::answer::cause(&error) })
}

/// Whether a host is this machine.
pub(super) fn is_loopback(authority: &str) -> bool {
    let registry = authority.to_owned();
    Reference { registry, repository: String::new(), tag: None, digest: None }.is_loopback()
}

/// Redirects are followed by hand, so that credentials do not travel; bodies come as they are stored, so that their
/// length and digest mean something.
fn base((connect, read): (Duration, Duration)) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("sigscope/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .no_gzip()
        .retry(reqwest::retry::never())
        .connect_timeout(connect)
        .read_timeout(read)
}

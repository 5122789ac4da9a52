//! Where a request may go: addresses that certificates and redirects name are not ours to trust.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Addresses that no service has: metadata servers of clouds are link-local, and the others are nobody's.
pub(super) fn forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => nowhere(v4),
        IpAddr::V6(v6) => {
            v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unicast_link_local()
                || embedded(v6).is_some_and(nowhere)
        }
    }
}

fn nowhere(v4: Ipv4Addr) -> bool {
    v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast() || v4.is_link_local()
}

/// Addresses of this machine and of private networks: the URL of a certificate may name one (the PKI of a company), a
/// redirect may not.
pub(super) fn inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || shared(v4),
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.is_unique_local() || embedded(v6).is_some_and(|v4| inside(IpAddr::V4(v4)))
        }
    }
}

/// 100.64.0.0/10 (RFC 6598).
fn shared(v4: Ipv4Addr) -> bool {
    let [first, second, ..] = v4.octets();
    first == 100 && second & 0xc0 == 64
}

/// The IPv4 address in an IPv6 one: mapped, or of NAT64's well-known prefix.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    v6.to_ipv4_mapped().or_else(|| {
        let bytes = v6.octets();
        let prefix = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
        let last: [u8; 4] = bytes.get(12..)?.try_into().ok()?;
        bytes.starts_with(&prefix).then(|| Ipv4Addr::from(last))
    })
}

/// The address that a URL names by number.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Names resolve to allowed addresses only; with `public`, to addresses of the public network only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Careful {
    pub(super) public: bool,
}

impl Resolve for Careful {
    fn resolve(&self, name: Name) -> Resolving {
        let public = self.public;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| !(forbidden(address.ip()) || (public && inside(address.ip()))))
                .collect();
            if allowed.is_empty() {
                return Err("its name leads to no address that may be asked".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The resolver for [`reqwest::ClientBuilder::dns_resolver`].
pub(super) fn resolver(public: bool) -> Arc<Careful> {
    Arc::new(Careful { public })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_servers_are_nobody_and_private_networks_are_inside() {
        for text in ["169.254.169.254", "0.0.0.0", "255.255.255.255", "224.0.0.1", "fe80::1", "::", "ff02::1"]
        {
            assert!(forbidden(text.parse().unwrap()), "{text}");
        }
        for text in ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"] {
            assert!(forbidden(text.parse().unwrap()), "{text}");
        }
        for text in ["10.0.0.1", "192.168.1.1", "172.16.0.1", "127.0.0.1", "100.64.0.1", "::1", "fd00::1"] {
            let address = text.parse().unwrap();
            assert!(inside(address) && !forbidden(address), "{text}");
        }
        for text in ["8.8.8.8", "2001:4860:4860::8888", "100.128.0.1", "172.32.0.1"] {
            let address = text.parse().unwrap();
            assert!(!inside(address) && !forbidden(address), "{text}");
        }
        let url = |text: &str| literal(&Url::parse(text).unwrap());
        assert_eq!(url("http://[::1]:80/"), Some(Ipv6Addr::LOCALHOST.into()));
        assert_eq!(url("http://2130706433/"), Some(Ipv4Addr::LOCALHOST.into()));
        assert_eq!(url("http://ca.example/"), None);
    }
}

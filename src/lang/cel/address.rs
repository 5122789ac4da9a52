//! IP addresses and networks of Kubernetes' CEL libraries.

use std::fmt;
use std::net::IpAddr;

use super::stop::Stop;

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub(super) IpAddr);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A network: an address and how many bits of it count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    pub(super) address: IpAddr,
    pub(super) bits: u8,
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl Address {
    /// Reads an address; zones and IPv4 in IPv6 are refused as Kubernetes does.
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        if text.contains('%') {
            return Err(Stop::error(format!("IP address '{text}' with zone value is not allowed")));
        }
        let address: IpAddr = text.parse().map_err(|_| {
            Stop::error(format!("IP Address '{text}' parse error during conversion from string"))
        })?;
        match address {
            IpAddr::V6(six) if six.to_ipv4_mapped().is_some() => {
                Err(Stop::error(format!("IPv4-mapped IPv6 address '{text}' is not allowed")))
            }
            _ => Ok(Self(address)),
        }
    }
}

fn number(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(four) => (u128::from(four.to_bits()), 32),
        IpAddr::V6(six) => (six.to_bits(), 128),
    }
}

impl Network {
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        let wrong =
            || Stop::error(format!("network address parse error during conversion from string: '{text}'"));
        let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
        let Address(address) = Address::parse(address).map_err(|_| wrong())?;
        let plain = bits.len() == 1 || !bits.starts_with('0');
        let bits: u8 = bits.parse().ok().filter(|_| plain && !bits.starts_with('+')).ok_or_else(wrong)?;
        if bits > number(address).1 { Err(wrong()) } else { Ok(Self { address, bits }) }
    }

    fn mask(&self) -> u128 {
        let (_, width) = number(self.address);
        let all = if width == 32 { u128::from(u32::MAX) } else { u128::MAX };
        let host = width - self.bits;
        if host >= 128 { 0 } else { all >> host << host }
    }

    pub(super) fn masked(&self) -> Self {
        let bits = number(self.address).0 & self.mask();
        let address = match self.address {
            IpAddr::V4(_) => IpAddr::V4(u32::try_from(bits).unwrap_or_default().into()),
            IpAddr::V6(_) => IpAddr::V6(bits.into()),
        };
        Self { address, bits: self.bits }
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let ((own, width), (other, wide)) = (number(self.address), number(address));
        width == wide && (own & self.mask()) == (other & self.mask())
    }
}

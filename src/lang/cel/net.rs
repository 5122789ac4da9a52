//! `ip`, `cidr` and `url` of Kubernetes' CEL libraries.

use std::net::IpAddr;
use std::sync::Arc;

use super::address::{Address, Network};
use super::functions::Answer;
use super::stop::Stop;
use super::url::Url;
use super::value::{Map, Opaque, Value};

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    match args {
        [Value::Text(text)] => of_text(function, text),
        [Value::Opaque(Opaque::Address(Address(address)))] => of_address(function, *address),
        [Value::Opaque(Opaque::Network(network)), rest @ ..] => of_network(function, network, rest),
        [Value::Opaque(Opaque::Url(url))] => of_url(function, url),
        _ => None,
    }
}

fn of_text(function: &str, text: &str) -> Answer {
    let address = |address| Value::Opaque(Opaque::Address(address));
    Some(match function {
        "ip" => Address::parse(text).map(address),
        "isIP" => Ok(Value::Bool(Address::parse(text).is_ok())),
        "ip.isCanonical" => Address::parse(text).map(|address| Value::Bool(address.to_string() == text)),
        "cidr" => Network::parse(text).map(|network| Value::Opaque(Opaque::Network(network))),
        "isCIDR" => Ok(Value::Bool(Network::parse(text).is_ok())),
        "url" => Url::parse(text).map(|url| Value::Opaque(Opaque::Url(Arc::new(url)))),
        "isURL" => match Url::parse(text) {
            Ok(_) => Ok(Value::Bool(true)),
            Err(Stop::Error(_)) => Ok(Value::Bool(false)),
            Err(stop) => Err(stop),
        },
        _ => return None,
    })
}

fn of_address(function: &str, address: IpAddr) -> Answer {
    let (loopback, link, multicast) = match address {
        IpAddr::V4(four) => {
            (four.is_loopback(), four.is_link_local(), four.octets().starts_with(&[224, 0, 0]))
        }
        IpAddr::V6(six) => {
            let first = six.segments().first().copied().unwrap_or_default();
            (six.is_loopback(), first & 0xffc0 == 0xfe80, first & 0xff0f == 0xff02)
        }
    };
    let broadcast = matches!(address, IpAddr::V4(four) if four.is_broadcast());
    Some(Ok(match function {
        "family" => Value::Int(if address.is_ipv4() { 4 } else { 6 }),
        "isUnspecified" => Value::Bool(address.is_unspecified()),
        "isLoopback" => Value::Bool(loopback),
        "isLinkLocalUnicast" => Value::Bool(link),
        "isLinkLocalMulticast" => Value::Bool(multicast),
        "isGlobalUnicast" => Value::Bool(
            !(address.is_unspecified() || loopback || address.is_multicast() || link || broadcast),
        ),
        _ => return None,
    }))
}

fn of_network(function: &str, network: &Network, rest: &[Value]) -> Answer {
    let contains = |other: Result<IpAddr, Stop>| other.map(|address| Value::Bool(network.contains(address)));
    let holds = |other: Result<Network, Stop>| {
        other.map(|other| Value::Bool(other.bits >= network.bits && network.contains(other.address)))
    };
    Some(match (function, rest) {
        ("containsIP", [Value::Text(text)]) => contains(Address::parse(text).map(|Address(address)| address)),
        ("containsIP", [Value::Opaque(Opaque::Address(Address(address)))]) => contains(Ok(*address)),
        ("containsCIDR", [Value::Text(text)]) => holds(Network::parse(text)),
        ("containsCIDR", [Value::Opaque(Opaque::Network(other))]) => holds(Ok(*other)),
        ("ip", []) => Ok(Value::Opaque(Opaque::Address(Address(network.address)))),
        ("masked", []) => Ok(Value::Opaque(Opaque::Network(network.masked()))),
        ("prefixLength", []) => Ok(Value::Int(i64::from(network.bits))),
        _ => return None,
    })
}

fn of_url(function: &str, url: &Url) -> Answer {
    Some(Ok(match function {
        "getScheme" => Value::text(&url.scheme),
        "getHost" => Value::text(&url.host),
        "getHostname" => Value::text(url.hostname()),
        "getPort" => Value::text(url.port()),
        "getEscapedPath" => Value::text(&url.path),
        "getQuery" => {
            let mut keys: Vec<&String> = url.query.iter().map(|(key, _)| key).collect();
            keys.dedup();
            let values = |key: &str| {
                let own = url.query.iter().filter(|(own, _)| own == key);
                Value::list(own.map(|(_, value)| Value::text(value)).collect())
            };
            Value::map(keys.into_iter().map(|key| (key.clone(), values(key))).collect::<Map>())
        }
        _ => return None,
    }))
}

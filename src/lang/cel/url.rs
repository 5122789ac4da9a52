//! URLs as Go's `url.ParseRequestURI` takes them apart, for Kubernetes' CEL library.

use super::stop::Stop;

/// A URL taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    pub(super) text: String,
    pub(super) scheme: String,
    /// Host with port, as written.
    pub(super) host: String,
    /// As written.
    pub(super) path: String,
    /// Pairs as written, percent signs resolved.
    pub(super) query: Vec<(String, String)>,
}

impl Url {
    /// Reads an absolute URL or an absolute path.
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        let wrong = |why: &str| {
            Stop::error(format!("URL parse error during conversion from string: parse \"{text}\": {why}"))
        };
        if text.is_empty() {
            return Err(wrong("empty url"));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong("net/url: invalid control character in URL"));
        }
        let (rest, query) = text.split_once('?').unwrap_or((text, ""));
        let scheme_end = rest.find(':').filter(|end| {
            let scheme = rest.get(..*end).unwrap_or_default();
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        });
        let (scheme, rest) = match scheme_end.and_then(|end| rest.split_at_checked(end)) {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest.get(1..).unwrap_or_default()),
            None => (String::new(), rest),
        };
        if !rest.starts_with('/') && scheme.is_empty() {
            return Err(wrong("invalid URI for request"));
        }
        let (host, path) = match rest.strip_prefix("//").filter(|_| !scheme.is_empty()) {
            Some(rest) => rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, "")),
            None => ("", rest),
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        if host.contains([' ', '<', '>', '"', '`']) || unescape(path).is_none() || unescape(host).is_none() {
            return Err(wrong("invalid character in host name or escape"));
        }
        if let Some(port) = port_of(host)
            && !port.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(wrong("invalid port after host"));
        }
        let path = if path.is_ascii() {
            path.to_owned()
        } else {
            return Err(Stop::not_implemented("URLs with letters outside ASCII in CEL"));
        };
        Ok(Self { text: text.to_owned(), scheme, host: host.to_owned(), path, query: pairs(query) })
    }

    /// The host without port and brackets.
    pub(super) fn hostname(&self) -> &str {
        match self.host.strip_prefix('[') {
            Some(rest) => rest.split_once(']').map_or(rest, |(name, _)| name),
            None => self.host.rsplit_once(':').map_or(&*self.host, |(name, _)| name),
        }
    }

    /// The port as written; empty: none.
    pub(super) fn port(&self) -> &str {
        port_of(&self.host).unwrap_or_default()
    }
}

fn port_of(host: &str) -> Option<&str> {
    let after = host.rfind(']').map_or(host, |end| host.get(end..).unwrap_or_default());
    after.rsplit_once(':').map(|(_, port)| port)
}

/// Resolves percent signs; `None` when one is not followed by two digits.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?);
        rest = rest.get(2..)?;
    }
    Some(bytes)
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let read = |text: &str| String::from_utf8(unescape(&text.replace('+', " "))?).ok();
    let parts = query.split('&').filter(|part| !part.is_empty() && !part.contains(';'));
    parts
        .filter_map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            Some((read(key)?, read(value)?))
        })
        .collect()
}

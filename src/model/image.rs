//! Image references: how a registry client reads them. (What Kyverno makes of the same text is another matter and
//! lives with its evaluator.)

use std::fmt;

use super::digest::Digest;

/// A reference that can be fetched: host, repository, and a tag or a digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Host with optional port, e.g. `127.0.0.1:5000` or `docker.io`.
    pub registry: String,
    /// Path in the registry, e.g. `library/nginx`.
    pub repository: String,
    /// The tag as written; when neither tag nor digest is written, `latest`.
    pub tag: Option<String>,
    /// The digest as written; it wins over the tag.
    pub digest: Option<Digest>,
}

/// Why a text is not a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceError {
    /// The text as written.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an image reference: {}", self.text, self.problem)
    }
}

impl std::error::Error for ReferenceError {}

impl Reference {
    /// Reads a reference the way docker, crane and containerd do: `nginx` is `docker.io/library/nginx:latest`.
    ///
    /// # Errors
    /// When the text does not follow the distribution grammar (`reference.go` of distribution/reference).
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let fail = |problem| ReferenceError { text: text.chars().take(200).collect(), problem };
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.parse::<Digest>().map_err(|_| fail("bad digest"))?)),
            None => (text, None),
        };
        let (registry, rest) = match name.split_once('/') {
            Some((host, rest)) if is_host(host) => (normal_host(host), rest),
            _ => ("docker.io".to_owned(), name),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (rest, None),
        };
        if !good_registry(&registry) {
            return Err(fail("bad host"));
        }
        if path.is_empty() || !path.split('/').all(good_component) {
            return Err(fail("bad repository name"));
        }
        if tag.is_some_and(|tag| !good_tag(tag)) {
            return Err(fail("bad tag"));
        }
        let bare_hub = registry == "docker.io" && !path.contains('/');
        let repository = if bare_hub { format!("library/{path}") } else { path.to_owned() };
        if repository.len() > 255 {
            return Err(fail("bad repository name"));
        }
        let tag = match (tag, &digest) {
            (Some(tag), _) => Some(tag.to_owned()),
            (None, Some(_)) => None,
            (None, None) => Some("latest".to_owned()),
        };
        Ok(Self { registry, repository, tag, digest })
    }

    /// Host and path, e.g. `127.0.0.1:5000/myorg/app`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// What follows `/manifests/` in a request: the digest if there is one, else the tag.
    #[must_use]
    pub fn identifier(&self) -> &str {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.as_str(),
            (None, Some(tag)) => tag,
            (None, None) => "latest",
        }
    }

    /// The same repository at a digest.
    #[must_use]
    pub fn at(&self, digest: Digest) -> Self {
        Self {
            registry: self.registry.clone(),
            repository: self.repository.clone(),
            tag: None,
            digest: Some(digest),
        }
    }

    /// The same repository at a tag.
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Self {
        Self {
            registry: self.registry.clone(),
            repository: self.repository.clone(),
            tag: Some(tag.to_owned()),
            digest: None,
        }
    }

    /// True when the host is a loopback name or address, which registries serve over plain HTTP by convention.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = match self.registry.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => self.registry.split(':').next().unwrap_or_default(),
        };
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// A first segment is a host when it has a dot or a colon, is `localhost`, or has an upper-case letter.
fn is_host(segment: &str) -> bool {
    segment.contains(['.', ':']) || segment == "localhost" || segment.chars().any(|c| c.is_ascii_uppercase())
}

fn normal_host(host: &str) -> String {
    if host == "index.docker.io" { "docker.io".to_owned() } else { host.to_owned() }
}

/// Letters, digits, dots and dashes, or a bracketed IPv6 address, and a port.
fn good_registry(registry: &str) -> bool {
    let (host, port) = match registry.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after)) => {
                if address.parse::<std::net::Ipv6Addr>().is_err() {
                    return false;
                }
                match after.strip_prefix(':') {
                    Some(port) => (None, Some(port)),
                    None if after.is_empty() => (None, None),
                    None => return false,
                }
            }
            None => return false,
        },
        None => match registry.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(registry), None),
        },
    };
    let good_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let good_host = host.is_none_or(|host| host.len() <= 253 && host.split('.').all(good_label));
    let good_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    good_host && good_port
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn good_component(component: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = component.as_bytes();
    let ends =
        bytes.first().copied().is_some_and(alphanumeric) && bytes.last().copied().is_some_and(alphanumeric);
    let mut separators = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    ends && separators.all(|run| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|b| b == b'-'))
}

/// `[\w][\w.-]{0,127}`
fn good_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let bytes = tag.as_bytes();
    bytes.len() <= 128
        && bytes.first().copied().is_some_and(word)
        && bytes.iter().all(|&b| word(b) || b == b'.' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_references_as_registry_clients_do() {
        for (text, want) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/nginx:1", "docker.io/library/nginx:1"),
            ("a/b", "docker.io/a/b:latest"),
            ("localhost/a:x", "localhost/a:x"),
            ("127.0.0.1:5000/myorg/a-b__c:v1.2", "127.0.0.1:5000/myorg/a-b__c:v1.2"),
            ("[::1]:5000/a", "[::1]:5000/a:latest"),
        ] {
            assert_eq!(Reference::parse(text).unwrap().to_string(), want, "{text}");
        }
        for bad in [
            "",
            "a:",
            "a b",
            "a/B",
            "x.y/",
            "a@sha256:12",
            "a//b",
            "x.y:99999/a",
            "..",
            "a:-x",
            "[::1/a",
            "a___b",
        ] {
            assert!(Reference::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn loopback_is_recognised() {
        let loopback = |text: &str| Reference::parse(text).unwrap().is_loopback();
        assert!(loopback("127.0.0.1:5000/a") && loopback("localhost:1/a") && loopback("[::1]:5000/a"));
        assert!(!loopback("127.0.0.1.example/a") && !loopback("ghcr.io/a"));
    }
}

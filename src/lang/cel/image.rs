//! Image names as go-containerregistry reads them, for Kyverno's `image` library: defaults are `index.docker.io`,
//! `library/` and `latest`.

use std::sync::Arc;

use super::functions::Answer;
use super::stop::Stop;
use super::value::{Opaque, Value};

/// An image name taken apart (`name.ParseReference`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    /// As written.
    pub written: String,
    /// Host, `index.docker.io` where none is written.
    pub registry: String,
    /// Path, with `library/` where the default registry has one word.
    pub repository: String,
    /// Tag; empty where a digest is named. `latest` where neither is written.
    pub tag: String,
    /// `sha256:…`; empty: none.
    pub digest: String,
}

const DEFAULT: &str = "index.docker.io";

impl ImageName {
    /// Takes a name apart.
    ///
    /// # Errors
    /// go-containerregistry's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("could not parse reference: {text}");
        let (base, digest) = match text.split_once('@') {
            Some((base, digest)) => {
                let hex = digest.strip_prefix("sha256:").ok_or_else(wrong)?;
                let good =
                    hex.len() == 64 && hex.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
                (base, if good { digest } else { return Err(wrong()) })
            }
            None => (text, ""),
        };
        // The last colon is of a tag, unless a path follows it.
        let (base, tag) = match base.rsplit_once(':') {
            Some((base, tag)) if !tag.contains('/') => (base, Some(tag)),
            _ => (base, None),
        };
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let good_tag = tag.is_none_or(|tag| (1..=128).contains(&tag.len()) && tag.chars().all(word));
        let (registry, repository) = split_registry(base).ok_or_else(wrong)?;
        let letter =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | '/');
        if !good_tag || !(2..=255).contains(&repository.len()) || !repository.chars().all(letter) {
            return Err(wrong());
        }
        let repository = if registry == DEFAULT && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository
        };
        let tag = if digest.is_empty() { tag.unwrap_or("latest").to_owned() } else { String::new() };
        Ok(Self { written: text.to_owned(), registry, repository, tag, digest: digest.to_owned() })
    }

    /// Tag or digest.
    #[must_use]
    pub fn identifier(&self) -> &str {
        if self.digest.is_empty() { &self.tag } else { &self.digest }
    }

    /// The tag as written beside a digest or without one; empty: none is written.
    #[must_use]
    pub fn written_tag(&self) -> &str {
        let base = self.written.split_once('@').map_or(&*self.written, |(base, _)| base);
        base.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/')).unwrap_or_default()
    }
}

fn split_registry(base: &str) -> Option<(String, String)> {
    let (first, rest) = base.split_once('/').unwrap_or(("", base));
    let is_host = !first.is_empty() && (first.contains(['.', ':']) || first == "localhost");
    if !is_host {
        return Some((DEFAULT.to_owned(), base.to_owned()));
    }
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    let registry = if first == "docker.io" { DEFAULT } else { first };
    first.chars().all(host).then(|| (registry.to_owned(), rest.to_owned()))
}

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    match (function, args) {
        ("image" | "parseImageReference", [Value::Text(text)]) => Some(
            ImageName::parse(text)
                .map(|name| Value::Opaque(Opaque::Image(Arc::new(name))))
                .map_err(Stop::Error),
        ),
        ("isImage", [Value::Text(text)]) => Some(Ok(Value::Bool(ImageName::parse(text).is_ok()))),
        (_, [Value::Opaque(Opaque::Image(name))]) => Some(Ok(match function {
            "registry" => Value::text(&name.registry),
            "repository" => Value::text(&name.repository),
            "identifier" => Value::text(name.identifier()),
            "tag" => Value::text(&name.tag),
            "digest" => Value::text(&name.digest),
            "containsDigest" => Value::Bool(!name.digest.is_empty()),
            _ => return None,
        })),
        _ => None,
    }
}

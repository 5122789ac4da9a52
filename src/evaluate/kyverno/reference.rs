//! What Kyverno makes of an image text (`pkg/utils/image/infos.go`): not what a registry client makes of it.

const FORMAT: &str = "invalid reference format";

/// The configuration that takes part in reading a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageDefaults {
    /// `defaultRegistry` of Kyverno's ConfigMap.
    pub registry: String,
    /// `enableDefaultRegistryMutation` of Kyverno's ConfigMap.
    pub mutate: bool,
}

impl Default for ImageDefaults {
    fn default() -> Self {
        Self { registry: "docker.io".to_owned(), mutate: true }
    }
}

/// An image text taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageInfo {
    /// Host with port; empty when none is written and none may be added.
    pub registry: String,
    /// Last segment of the path.
    pub name: String,
    /// Path in the registry, without `library/`.
    pub path: String,
    /// The tag as written; `latest` when neither tag nor digest is; empty with a digest alone.
    pub tag: String,
    /// The digest as written.
    pub digest: Option<String>,
}

/// Puts the default registry in front where the first segment is no host.
#[must_use]
pub fn add_default_registry(image: &str, registry: &str) -> String {
    let host = image.split_once('/').is_some_and(|(head, _)| {
        head.contains(['.', ':']) || head == "localhost" || head.to_lowercase() != head
    });
    if host { image.to_owned() } else { format!("{registry}/{image}") }
}

impl ImageInfo {
    /// Takes an image text apart.
    ///
    /// # Errors
    /// Kyverno's text for a text that does not follow the distribution grammar.
    pub fn parse(image: &str, defaults: &ImageDefaults) -> Result<Self, String> {
        let full = add_default_registry(image, &defaults.registry);
        let changed = full != image;
        let bad = |problem: &str| {
            format!(
                "invalid image '{image}' (bad image: {full}, defaultRegistry: {}, enableDefaultRegistryMutation: {}: \
                 {problem})",
                defaults.registry, defaults.mutate
            )
        };
        let (rest, digest) = match full.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (full.as_str(), None),
        };
        // The tag stands behind the last slash; a colon before it belongs to a port.
        let slash = rest.rfind('/').ok_or_else(|| bad(FORMAT))?;
        let (named, tag) = match rest.get(slash..).and_then(|last| last.find(':')) {
            Some(colon) => (rest.get(..slash + colon).unwrap_or_default(), rest.get(slash + colon + 1..)),
            None => (rest, None),
        };
        let named = (named, tag.is_none_or(good_tag) && digest.is_none_or(digest_like));
        let (mut registry, mut path) = match split_name(named.0).filter(|_| named.1) {
            Some(parts) => parts,
            // Only a text that nothing but its case forbids is told so.
            None if named.1 && split_name(&named.0.to_lowercase()).is_some() => {
                return Err(bad("repository name must be lowercase"));
            }
            None => return Err(bad(FORMAT)),
        };
        if path.len() > 255 {
            return Err(bad("repository name must not be more than 255 characters"));
        }
        if let Some(problem) = digest.and_then(digest_problem) {
            return Err(bad(problem));
        }
        if changed && !defaults.mutate {
            registry = "";
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        // A host name has no `_`, so a first segment with one is part of the path for the grammar; upstream then takes
        // it for the registry all the same.
        if let Some((head, tail)) =
            path.split_once('/').filter(|(head, _)| registry.is_empty() && head.contains('_'))
        {
            (registry, path) = (head, tail);
        }
        let tag = match (tag, digest) {
            (Some(tag), _) => tag,
            (None, Some(_)) => "",
            (None, None) => "latest",
        };
        Ok(Self {
            registry: registry.to_owned(),
            name: name.to_owned(),
            path: path.to_owned(),
            tag: tag.to_owned(),
            digest: digest.map(str::to_owned),
        })
    }

    fn repository(&self) -> String {
        if self.registry.is_empty() { self.path.clone() } else { format!("{}/{}", self.registry, self.path) }
    }

    /// The text that patterns are matched against and that messages show: the tag is dropped when there is a digest.
    #[must_use]
    pub fn string(&self) -> String {
        match &self.digest {
            Some(digest) => format!("{}@{digest}", self.repository()),
            None => format!("{}:{}", self.repository(), self.tag),
        }
    }

    /// Repository, colon, tag; ends with the colon for a reference by digest alone.
    #[must_use]
    pub fn reference_with_tag(&self) -> String {
        format!("{}:{}", self.repository(), self.tag)
    }

    /// What `string` gives once the digest was written into the resource.
    #[must_use]
    pub fn pinned(&self, digest: &str) -> String {
        format!("{}@{digest}", self.repository())
    }
}

/// `domain` of the distribution grammar: names with dots, or an IPv6 address in brackets, and a port.
fn good_host(host: &str) -> bool {
    let colon = match host.rfind(']') {
        Some(end) => host.get(end..).and_then(|rest| rest.find(':')).map(|at| end + at),
        None => host.find(':'),
    };
    let (name, port) = match colon.and_then(|at| host.split_at_checked(at)) {
        Some((name, port)) => (name, port.strip_prefix(':')),
        None => (host, None),
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    address.map_or_else(
        || name.split('.').all(label),
        |address| !address.is_empty() && address.chars().all(|c| c == ':' || c.is_ascii_hexdigit()),
    ) && port.is_none_or(|port| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()))
}

/// `path-component` of the distribution grammar: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn good_component(component: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    component.starts_with(word)
        && component.ends_with(word)
        && component
            .split(word)
            .all(|run| matches!(run, "" | "." | "_" | "__") || run.chars().all(|c| c == '-'))
}

/// `tag` of the distribution grammar: `[\w][\w.-]{0,127}`.
fn good_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128 && tag.starts_with(word) && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

/// `digest` of the distribution grammar: an algorithm and at least 32 hexadecimal digits of either case.
fn digest_like(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.split(['-', '_', '+', '.']).all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.chars().all(|c| c.is_ascii_alphanumeric())
        }) && hex.len() >= 32
            && hex.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// What `opencontainers/go-digest` says of a digest that follows the grammar.
fn digest_problem(digest: &str) -> Option<&'static str> {
    let (algorithm, hex) = digest.split_once(':')?;
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Some("unsupported digest algorithm"),
    };
    if hex.len() != length {
        return Some("invalid checksum digest length");
    }
    hex.chars().any(|c| c.is_ascii_uppercase()).then_some("invalid checksum digest format")
}

/// Domain and path of a name: the first segment is the domain where it can be one, else all is path.
fn split_name(name: &str) -> Option<(&str, &str)> {
    let path = |path: &str| path.split('/').all(good_component);
    if let Some((host, rest)) = name.split_once('/').filter(|(host, rest)| good_host(host) && path(rest)) {
        return Some((host, rest));
    }
    path(name).then_some(("", name))
}

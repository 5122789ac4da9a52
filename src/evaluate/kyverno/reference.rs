//! What Kyverno makes of an image text (`pkg/utils/image/infos.go`): not what a registry client makes of it.

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
        let (mut registry, rest) = rest.split_once('/').ok_or_else(|| bad("invalid reference format"))?;
        let (mut path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (rest, None),
        };
        if path.split('/').any(|part| part.chars().any(|c| c.is_ascii_uppercase())) {
            return Err(bad("repository name must be lowercase"));
        }
        let good = good_host(registry)
            && path.split('/').all(good_component)
            && tag.is_none_or(good_tag)
            && digest.is_none_or(good_digest);
        if !good {
            return Err(bad("invalid reference format"));
        }
        if path.len() + registry.len() > 254 {
            return Err(bad("repository name must not be more than 255 characters"));
        }
        if changed && !defaults.mutate {
            registry = "";
        }
        // Upstream's grammar has no `_` in host names, and so takes such a first segment for the registry.
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
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
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

/// `domain` of the distribution grammar.
fn good_host(host: &str) -> bool {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.split('.').all(label)
        && port.is_none_or(|port| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()))
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

/// `digest` of the distribution grammar: an algorithm and at least 32 hexadecimal digits. Shorter or longer hashes
/// than the algorithm gives pass here as they do upstream; fetching refuses them.
fn good_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.starts_with(|c: char| c.is_ascii_alphabetic())
            && algorithm.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '.'))
            && hex.len() >= 32
            && hex.chars().all(|c| c.is_ascii_hexdigit())
    })
}

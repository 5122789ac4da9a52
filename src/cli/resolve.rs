//! The command line as meant: sources, mappings, instants and paths, checked before anything starts.

use std::path::{Path, PathBuf};

use super::args::Common;
use super::exit::Stop;
use crate::engine::{PolicyInput, SourceInput};
use crate::model::{Moment, Reference};
use crate::source::{LayoutRule, files};

/// The common options as meant.
#[derive(Clone, Debug)]
pub struct Meant {
    /// Directories that stand in for repositories.
    pub layouts: Vec<LayoutRule>,
    /// File with trusted logs and authorities.
    pub trusted_root: Option<PathBuf>,
    /// No log, no TUF repository, no service that a policy names.
    pub offline: bool,
    /// Hosts that speak plain HTTP.
    pub insecure: Vec<String>,
    /// Directory of the cache.
    pub cache: PathBuf,
    /// notation's configuration directory; `None`: there is no home to look in.
    pub notation_config: Option<PathBuf>,
    /// The instant that "now" means; `None`: the clock's.
    pub as_of: Option<Moment>,
}

impl Meant {
    /// Reads the common options.
    ///
    /// # Errors
    /// When one is not of its form, or a file or directory is missing.
    pub fn of(common: &Common) -> Result<Self, Stop> {
        if let Some(path) = &common.trusted_root {
            readable("trusted root", path)?;
        }
        Ok(Self {
            layouts: common.layouts.iter().map(|text| layouts(text)).collect::<Result<_, _>>()?,
            trusted_root: common.trusted_root.clone(),
            offline: common.offline,
            insecure: common.insecure_registry.iter().map(|host| insecure(host)).collect::<Result<_, _>>()?,
            cache: common.cache.clone().map_or_else(default_cache, Ok)?,
            notation_config: common.notation_config.clone().or_else(default_notation_config),
            as_of: common.as_of.as_deref().map(as_of).transpose()?,
        })
    }
}

/// `$XDG_CONFIG_HOME/notation`, else `~/.config/notation` (`notation-go/dir`); notation has no variable of its own.
fn default_notation_config() -> Option<PathBuf> {
    config_base().map(|base| base.join("notation"))
}

/// `$XDG_CONFIG_HOME/sigscope`, else `~/.config/sigscope`: the user's own keys and themes.
#[must_use]
pub fn config_directory() -> Option<PathBuf> {
    config_base().map(|base| base.join("sigscope"))
}

fn config_base() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")))
}

/// `$XDG_CACHE_HOME/sigscope`, else `~/.cache/sigscope` (XDG Base Directory Specification: relative paths are ignored).
fn default_cache() -> Result<PathBuf, Stop> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    variable("XDG_CACHE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))
        .map(|base| base.join("sigscope"))
        .ok_or_else(|| {
            Stop::usage("neither XDG_CACHE_HOME nor HOME is set").hint("name a directory with `--cache DIR`")
        })
}

/// The file of acknowledgements: `$XDG_STATE_HOME/sigscope/acknowledgements.json`, else below `~/.local/state`.
#[must_use]
pub fn ledger() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    variable("XDG_STATE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/state")))
        .map(|base| base.join("sigscope/acknowledgements.json"))
}

fn insecure(host: &str) -> Result<String, Stop> {
    if host.contains('/')
        || Reference::parse(&format!("{host}/x")).map(|found| found.registry) != Ok(host.to_owned())
    {
        return Err(Stop::usage(format!("`{host}` of `--insecure-registry` is not a host"))
            .hint("write HOST or HOST:PORT, without scheme and path"));
    }
    Ok(host.to_owned())
}

/// A file that must be there.
///
/// # Errors
/// When it is not.
pub fn readable(what: &str, path: &Path) -> Result<(), Stop> {
    std::fs::File::open(path).map(|_| ()).map_err(|error| {
        Stop::usage(format!("{what} `{}` cannot be read: {}", path.display(), because(&error)))
    })
}

/// What a SOURCE is.
///
/// # Errors
/// When it is none of the four forms.
pub fn source(text: &str) -> Result<SourceInput, Stop> {
    let path = Path::new(text);
    if path.is_dir() {
        if path.join("oci-layout").is_file() {
            return Ok(SourceInput::Layout(path.to_owned()));
        }
        if text.starts_with(['.', '/', '~']) || text.ends_with('/') {
            return Err(Stop::usage(format!(
                "`{text}` is a directory, but no OCI layout (it holds no file `oci-layout`)"
            ))
            .hint("use `--layouts HOST/PREFIX=DIR` for a directory of layouts"));
        }
    }
    if let Some((scheme @ ("http" | "https" | "docker" | "oci"), rest)) = text.split_once("://") {
        return Err(Stop::usage(format!("`{text}` is written with the scheme `{scheme}://`"))
            .hint(format!("write `{}`", rest.trim_end_matches('/'))));
    }
    let reference = Reference::parse(text).map_err(|error| no_source(text, &error.to_string()))?;
    if !means_the_same(text, &reference) {
        return Err(no_source(text, &format!("`{text}` can be read in two ways")));
    }
    let last = text.rsplit('/').next().unwrap_or(text);
    if text.contains('@') || (last.contains(':') && text.contains('/')) || hub_tag(text) {
        return Ok(SourceInput::Image(text.to_owned()));
    }
    if text.contains('/') && text.starts_with(reference.registry.as_str()) {
        return Ok(SourceInput::Repository(text.to_owned()));
    }
    Err(Stop::usage(format!("`{text}` names neither a host nor a tag nor a digest")).hint(format!(
        "write `{}:TAG` for one image, or `{}` for all its tags",
        text.trim_end_matches('/'),
        reference.name()
    )))
}

/// `nginx:1.27`: a tag without a host. (`localhost:5000` alone would be read the same way, and is a host.)
fn hub_tag(text: &str) -> bool {
    text.split_once(':').is_some_and(|(name, tag)| {
        !text.contains('/') && !name.contains('.') && name != "localhost" && !tag.is_empty()
    })
}

fn no_source(text: &str, problem: &str) -> Stop {
    let stop = Stop::usage(problem);
    if text.contains('/') {
        stop.hint("a source is HOST/REPO:TAG, HOST/REPO@DIGEST, HOST/REPO, or a directory with an OCI layout")
    } else {
        stop.hint("no such directory either; a source is HOST/REPO:TAG, HOST/REPO@DIGEST, HOST/REPO, or an OCI layout")
    }
}

/// An IMAGE of `tree`, `why` and `verify`; without tag and digest it is `latest`, as for docker and cosign.
///
/// # Errors
/// When it is no reference.
pub fn image(text: &str) -> Result<Reference, Stop> {
    let wrong = |problem: String| Stop::usage(problem).hint("an image is HOST/REPO:TAG or HOST/REPO@DIGEST");
    let reference = Reference::parse(text).map_err(|error| wrong(error.to_string()))?;
    if means_the_same(text, &reference) {
        Ok(reference)
    } else {
        Err(wrong(format!("`{text}` can be read in two ways")))
    }
}

/// A second opinion: the registry client library must take the text for the same image. A text that two readers take
/// for different images is no basis for a verdict.
fn means_the_same(text: &str, reference: &Reference) -> bool {
    // The library knows no IPv6 hosts.
    text.starts_with('[')
        || text.parse::<oci_client::Reference>().is_ok_and(|other| {
            let digest = reference.digest.as_ref().map(crate::model::Digest::as_str);
            let tag = reference.tag.as_deref().or_else(|| other.tag().filter(|_| digest.is_some()));
            other.registry() == reference.registry
                && other.repository() == reference.repository
                && other.tag() == tag
                && other.digest() == digest
        })
}

/// `HOST/PREFIX=DIR`: every repository HOST/PREFIX/NAME is read from DIR/NAME.
///
/// # Errors
/// When the form is wrong or DIR is no directory.
pub fn layouts(text: &str) -> Result<LayoutRule, Stop> {
    LayoutRule::parse(text).map_err(|error| {
        Stop::usage(format!("`--layouts`: {error}"))
            .hint("the form is HOST/PREFIX=DIR, for example `--layouts 127.0.0.1:5000/myorg=./layouts`")
    })
}

/// Policy files and directories, which must exist and hold something.
///
/// # Errors
/// When one cannot be read.
pub fn policies(paths: &[PathBuf]) -> Result<Vec<PolicyInput>, Stop> {
    for path in paths {
        files::policy_paths(path).map_err(|error| {
            Stop::usage(format!("policy {error}"))
                .hint("a policy is a file, or a directory with *.yaml, *.yml or *.json files")
        })?;
        if !path.is_dir() {
            readable("policy", path)?;
        }
    }
    Ok(paths.iter().cloned().map(PolicyInput::Path).collect())
}

/// An RFC 3339 instant.
///
/// # Errors
/// When it is none.
pub fn as_of(text: &str) -> Result<Moment, Stop> {
    text.parse::<jiff::Timestamp>().map(|instant| Moment(instant.as_second())).map_err(|_| {
        Stop::usage(format!("`{text}` is not an instant for `--as-of`"))
            .hint("write it like 2026-01-31T12:00:00Z (RFC 3339)")
    })
}

/// Why a file cannot be read, without the operating system's numbers.
#[must_use]
pub fn because(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_mean_the_same_to_two_readers() {
        let digest = format!("ghcr.io/a/b@sha256:{}", "a".repeat(64));
        let both = format!("ghcr.io/a/b:v1@sha256:{}", "b".repeat(64));
        for text in [
            "nginx",
            "nginx:1",
            "a/b",
            "index.docker.io/a/b:x",
            "127.0.0.1:5000/a/b:v1",
            "localhost/a",
            &digest,
            &both,
        ] {
            assert!(image(text).is_ok(), "{text}");
        }
        for text in ["", "a b", "a:", "ghcr.io/A", "ghcr.io/a@sha256:1"] {
            assert!(image(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tells_sources_apart() {
        let digest = format!("ghcr.io/a/b@sha256:{}", "a".repeat(64));
        for image in ["ghcr.io/a/b:v1", &digest, "127.0.0.1:5000/a:v1", "nginx:1.27", "library/nginx:1"] {
            assert!(matches!(source(image), Ok(SourceInput::Image(_))), "{image}");
        }
        for repository in
            ["ghcr.io/a/b", "127.0.0.1:5000/myorg/app", "localhost/a", "docker.io/library/nginx"]
        {
            assert!(matches!(source(repository), Ok(SourceInput::Repository(_))), "{repository}");
        }
        for bad in ["", "nginx", "https://ghcr.io/a/b", "ghcr.io", "localhost:5000", "./", "A B", "a/b"] {
            assert!(source(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reads_mappings_and_instants() {
        assert_eq!(layouts("127.0.0.1:5000/myorg=.").unwrap().prefix, "myorg");
        for bad in ["a", "=.", "a.b/c=/no", "a.b/c=/does/not/exist", "A B=."] {
            assert!(layouts(bad).is_err(), "{bad}");
        }
        assert_eq!(as_of("2026-11-24T10:30:45Z").unwrap(), Moment(1_795_516_245));
        assert!(as_of("yesterday").is_err());
    }
}

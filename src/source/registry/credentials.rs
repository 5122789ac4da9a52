//! Credentials from the files of docker and podman (config.json; containers-auth.json(5)), for one host or a path on it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::helper;
use crate::source::error::FileProblem;
use crate::source::files::read_bounded;

/// Longest credential file that is read, in bytes.
const FILE_LIMIT: u64 = 1 << 20;
/// Longest wait for a credential helper.
const HELPER_WAIT: Duration = Duration::from_secs(30);
/// Docker Hub has one name in references and others in files.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];
/// What docker calls Docker Hub when it asks a helper.
const HUB_SERVER: &str = "https://index.docker.io/v1/";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Who asks. Its debug form shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// A user and a password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// An OAuth2 refresh token.
    IdentityToken(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password { user, .. } => write!(f, "Password({user:?}, …)"),
            Self::IdentityToken(_) => f.write_str("IdentityToken(…)"),
        }
    }
}

/// What a helper said about a server.
type Said = Result<Option<Credential>, String>;

/// Where credentials are looked for; clones share what helpers have said.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    files: Vec<PathBuf>,
    said: Arc<Mutex<HashMap<(String, String), Said>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

enum Pick {
    Direct(Credential),
    Helper { name: String, server: String },
    None,
}

impl Credentials {
    /// No credentials at all.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Credentials of these files; one that is absent is skipped, the first that knows the place wins.
    #[must_use]
    pub fn from_files(files: Vec<PathBuf>) -> Self {
        Self { files, ..Self::default() }
    }

    /// The files that docker, podman and their kin read: `REGISTRY_AUTH_FILE`, `DOCKER_CONFIG/config.json` or
    /// `~/.docker/config.json`, `XDG_RUNTIME_DIR/containers/auth.json`, `XDG_CONFIG_HOME/containers/auth.json`.
    #[must_use]
    pub fn system() -> Self {
        let path = |name: &str| std::env::var_os(name).filter(|text| !text.is_empty()).map(PathBuf::from);
        let home = |tail: &str| path("HOME").map(|home| home.join(tail));
        let files = [
            path("REGISTRY_AUTH_FILE"),
            path("DOCKER_CONFIG").or_else(|| home(".docker")).map(|dir| dir.join("config.json")),
            path("XDG_RUNTIME_DIR").map(|dir| dir.join("containers/auth.json")),
            path("XDG_CONFIG_HOME").or_else(|| home(".config")).map(|dir| dir.join("containers/auth.json")),
        ];
        Self::from_files(files.into_iter().flatten().collect())
    }

    /// The credential for a repository. A problem is an error only where it may hide one.
    pub(super) async fn find(&self, host: &str, repository: &str) -> Said {
        for file in &self.files {
            let Some(config) = read(file)? else { continue };
            match config.pick(host, repository).map_err(|problem| format!("{}: {problem}", file.display()))? {
                Pick::Direct(credential) => return Ok(Some(credential)),
                Pick::Helper { name, server } => {
                    if let Some(credential) = self.ask(name, server).await? {
                        return Ok(Some(credential));
                    }
                }
                Pick::None => {}
            }
        }
        Ok(None)
    }

    /// Asks a helper, once for each server.
    async fn ask(&self, name: String, server: String) -> Said {
        let mut said = self.said.lock().await;
        let key = (name, server);
        if let Some(said) = said.get(&key) {
            return said.clone();
        }
        let answer = helper::ask(&key.0, &key.1, HELPER_WAIT).await;
        said.insert(key, answer.clone());
        answer
    }
}

fn read(path: &Path) -> Result<Option<Config>, String> {
    match read_bounded(path, FILE_LIMIT) {
        // The parser's words could repeat a secret; the place is enough.
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            format!(
                "{}: not a credential file (line {}, column {})",
                path.display(),
                error.line(),
                error.column()
            )
        }),
        Err(error) if matches!(error.problem, FileProblem::NotFound | FileProblem::NotADirectory) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// The names by which files may know a host.
fn aliases(host: &str) -> Vec<&str> {
    if HUB.contains(&host) { HUB.to_vec() } else { vec![host] }
}

/// A key of a file as host or host and path: docker writes URLs, of which only the host counts.
fn place(key: &str) -> &str {
    let bare = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    match bare {
        Some(url) => url.split('/').next().unwrap_or_default(),
        None => key.trim_end_matches('/').trim_end_matches("/v1").trim_end_matches("/v2"),
    }
}

impl Config {
    fn pick(self, host: &str, repository: &str) -> Result<Pick, String> {
        let names = aliases(host);
        let server = if HUB.contains(&host) { HUB_SERVER } else { host };
        let helper = self.cred_helpers.iter().find(|(key, _)| names.contains(&place(key)));
        if let Some((_, name)) = helper.filter(|(_, name)| !name.is_empty()) {
            return Ok(Pick::Helper { name: name.clone(), server: server.to_owned() });
        }
        for name in names {
            let whole = format!("{name}/{repository}");
            let mut key = whole.as_str();
            // The longest path that the file knows wins.
            loop {
                let entries = self.auths.iter().filter(|(written, _)| place(written) == key);
                for (written, entry) in entries {
                    if let Some(credential) =
                        entry.read().map_err(|problem| format!("`{written}`: {problem}"))?
                    {
                        return Ok(Pick::Direct(credential));
                    }
                }
                match key.rsplit_once('/') {
                    Some((shorter, _)) => key = shorter,
                    None => break,
                }
            }
        }
        Ok(match self.creds_store {
            Some(name) if !name.is_empty() => Pick::Helper { name, server: server.to_owned() },
            _ => Pick::None,
        })
    }
}

impl Entry {
    /// The credential; docker leaves the entry empty when a store keeps the secret.
    fn read(&self) -> Result<Option<Credential>, &'static str> {
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(token) = some(&self.identitytoken) {
            return Ok(Some(Credential::IdentityToken(token)));
        }
        if let Some(auth) = some(&self.auth) {
            let bytes = BASE64.decode(auth.trim()).map_err(|_| "`auth` is not base64")?;
            let text = String::from_utf8(bytes).map_err(|_| "`auth` is not text")?;
            let (user, password) = text.split_once(':').ok_or("`auth` has no colon")?;
            let password = password.trim_end_matches('\0').to_owned();
            return Ok(Some(Credential::Password { user: user.to_owned(), password }));
        }
        let both = some(&self.username).zip(some(&self.password));
        Ok(both.map(|(user, password)| Credential::Password { user, password }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(config: &str, host: &str, repository: &str) -> String {
        let config: Config = serde_json::from_str(config).unwrap();
        match config.pick(host, repository) {
            Ok(Pick::Direct(Credential::Password { user, .. })) => user,
            Ok(Pick::Direct(Credential::IdentityToken(token))) => format!("token {token}"),
            Ok(Pick::Helper { name, server }) => format!("{name} {server}"),
            Ok(Pick::None) => String::new(),
            Err(problem) => problem,
        }
    }

    #[test]
    fn the_longest_path_wins_and_other_hosts_get_nothing() {
        let config = r#"{"auths":{"r.example":{"auth":"YTp4"},"r.example/team":{"auth":"Yjp4"},
            "https://other.example/v1/":{"auth":"Yzp4"},"https://index.docker.io/v1/":{"identitytoken":"t"}}}"#;
        assert_eq!(pick(config, "r.example", "team/app"), "b");
        assert_eq!(pick(config, "r.example", "teamwork/app"), "a");
        assert_eq!(pick(config, "other.example", "x"), "c");
        assert_eq!(pick(config, "docker.io", "library/nginx"), "token t");
        for host in ["r.example:5000", "sub.r.example", "example", "r.example.evil"] {
            assert_eq!(pick(config, host, "team/app"), "", "{host}");
        }
    }

    #[test]
    fn helpers_come_first_and_stores_last() {
        let config = r#"{"auths":{"a.example":{},"b.example":{"auth":"YTp4"}},"credsStore":"desktop",
            "credHelpers":{"gcr.example":"gcloud"}}"#;
        assert_eq!(pick(config, "gcr.example", "x"), "gcloud gcr.example");
        assert_eq!(pick(config, "a.example", "x"), "desktop a.example");
        assert_eq!(pick(config, "b.example", "x"), "a");
        assert_eq!(pick(config, "docker.io", "x"), "desktop https://index.docker.io/v1/");
        assert_eq!(pick(r#"{"auths":{"a":{"auth":"*"}}}"#, "a", "x"), "`a`: `auth` is not base64");
    }

    #[test]
    fn no_secret_is_shown() {
        let shown = format!("{:?}", Credential::Password { user: "u".into(), password: "hunter2".into() });
        assert!(!shown.contains("hunter2"));
    }
}

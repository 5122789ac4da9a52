//! Trusted roots from a TUF repository: fetched when the user asks, and verified again whenever they are read back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sigstore_trust_root::SigstoreInstance;
use sigstore_tuf::{FileStore, HttpRepository, StoreRepository, Updater};

use crate::model::Moment;

/// The target that holds the trusted root.
const TARGET: &str = "trusted_root.json";
/// When the repository was last asked: the instant at which expiry is judged when the answer is read back.
const ASKED: &str = "asked";
/// Longest wait for a connection, and for the next bytes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A trusted root that a TUF repository vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// `trusted_root.json` as it came.
    pub bytes: Vec<u8>,
    /// When the repository was asked.
    pub asked: Moment,
    /// Version of the repository's root metadata.
    pub root_version: u64,
    /// Where it comes from.
    pub url: String,
}

/// Why no trusted root could be had from a TUF repository; the one in use stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the TUF repository {url} gives no trusted root: {problem}")]
pub struct TufError {
    /// The repository.
    pub url: String,
    /// The problem, with its causes; hostile text.
    pub problem: String,
}

/// A TUF repository, where trust in it begins, and where its answers are kept.
#[derive(Clone, Debug)]
pub struct TufRepository {
    url: String,
    root: Vec<u8>,
    folder: PathBuf,
}

impl TufRepository {
    /// The public-good instance of sigstore; its answers are kept below `cache`.
    #[must_use]
    pub fn public_good(cache: &Path) -> Self {
        let instance = SigstoreInstance::PublicGood;
        Self {
            url: instance.tuf_url().to_owned(),
            root: instance.tuf_root().to_vec(),
            folder: cache.join("tuf").join("public-good"),
        }
    }

    /// Another repository, with the root metadata that the user trusts. Nothing of it is used unless it is asked for.
    #[must_use]
    pub fn mirror(url: &str, root: Vec<u8>, cache: &Path) -> Self {
        let name = crate::format::hash::sha256_hex(&[url.as_bytes(), b"\n", &root].concat());
        Self { url: url.to_owned(), root, folder: cache.join("tuf").join(name) }
    }

    fn error(&self, problem: impl Into<String>) -> TufError {
        TufError { url: self.url.clone(), problem: problem.into() }
    }

    /// Asks the repository: root, timestamp, snapshot and targets are verified from the root that is trusted, and may not
    /// be older than what was seen before.
    ///
    /// # Errors
    /// [`TufError`] when it cannot be reached, or anything is unsigned, expired, older or of another hash.
    pub async fn update(&self, now: Moment) -> Result<Vouched, TufError> {
        super::registry::install_crypto();
        let mut builder = sigstore_tuf::reqwest::Client::builder()
            .user_agent(concat!("sigscope/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(PATIENCE)
            .read_timeout(PATIENCE);
        if is_local(&self.url) {
            // This machine is never asked through a proxy, and speaks plain HTTP.
            builder = builder.no_proxy().tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| self.error(causes(&error)))?;
        let repository = HttpRepository::new(&self.url)
            .map_err(|error| self.error(causes(&error)))?
            .with_http_client(client);
        let updater = Updater::new(repository, &self.root).map_err(|error| self.error(causes(&error)))?;
        // What is half fetched must not take the place of what is whole.
        let new = self.folder.with_extension("new");
        self.io(remove(&new).and_then(|()| copy(&self.folder, &new)))?;
        let vouched = self.target(updater, &new, now).await?;
        self.io(std::fs::write(new.join(ASKED), now.0.to_string()))?;
        self.io(remove(&self.folder).and_then(|()| std::fs::rename(&new, &self.folder)))?;
        Ok(vouched)
    }

    /// What was fetched before, verified again from the root that is trusted: the folder is no source of trust. Whether
    /// it had expired is judged as of the instant when the repository was asked. `None`: it was never asked.
    ///
    /// # Errors
    /// [`TufError`] when what is kept does not verify.
    pub async fn kept(&self) -> Result<Option<Vouched>, TufError> {
        let Ok(text) = super::files::read_text(&self.folder.join(ASKED)) else { return Ok(None) };
        let asked =
            text.trim().parse().map(Moment).map_err(|_| self.error("the time of asking is no number"))?;
        let store = FileStore::new(&self.folder);
        let updater = Updater::new(StoreRepository::new(store), &self.root)
            .map_err(|error| self.error(causes(&error)))?;
        self.target(updater, &self.folder, asked).await.map(Some)
    }

    fn io<T>(&self, result: std::io::Result<T>) -> Result<T, TufError> {
        result.map_err(|error| self.error(format!("{}: {error}", self.folder.display())))
    }

    async fn target(&self, updater: Updater, folder: &Path, at: Moment) -> Result<Vouched, TufError> {
        let instant = jiff::Timestamp::from_second(at.0)
            .map_err(|_| self.error("the time lies outside of what can be written"))?;
        self.io(std::fs::create_dir_all(folder))?;
        let mut updater = updater.with_store(FileStore::new(folder));
        updater.refresh(instant).await.map_err(|error| self.error(causes(&error)))?;
        let bytes = updater.get_target(TARGET, instant).await.map_err(|error| self.error(causes(&error)))?;
        let root_version = updater.trusted().root().version;
        Ok(Vouched { bytes, asked: at, root_version, url: self.url.clone() })
    }
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Copies a folder of files and folders; one that is not there has none.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    let Ok(entries) = std::fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn is_local(url: &str) -> bool {
    let parsed = reqwest::Url::parse(url);
    parsed.is_ok_and(|url| matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")))
}

/// An error with everything that caused it.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

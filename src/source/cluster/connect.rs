//! From a kubeconfig's context, or from inside a cluster, to a client that may ask.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tokio::sync::watch;

use super::options::ClusterOptions;
use super::problem::Problem;
use crate::source::registry::install_crypto;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// A client and what it speaks to.
#[derive(Clone)]
pub struct Connection {
    pub(super) client: Client,
    /// Name of the context, or `in-cluster`.
    pub context: String,
    /// The namespace that the context names, else `default`.
    pub home: String,
    /// Address of the API server.
    pub server: String,
    /// Whether it has ever answered.
    pub(super) answered: Arc<watch::Sender<bool>>,
}

impl Connection {
    /// The API server was reached, and then was not.
    pub(super) fn unreachable(&self, error: &std::io::Error) -> Problem {
        Problem::Unreachable { server: self.server.clone(), detail: error.to_string() }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("context", &self.context).field("server", &self.server).finish()
    }
}

/// The contexts of the kubeconfig, the current one first.
///
/// # Errors
/// When there is no kubeconfig, or it cannot be read.
pub fn contexts(options: &ClusterOptions) -> Result<Vec<String>, Problem> {
    let config = read(options.kubeconfig.as_deref())?.ok_or(Problem::NoConfig)?;
    let mut names: Vec<String> = config.contexts.iter().map(|context| context.name.clone()).collect();
    names.sort_by_key(|name| config.current_context.as_ref() != Some(name));
    Ok(names)
}

/// Sets a client up. Nothing is asked yet.
///
/// # Errors
/// When the kubeconfig or the context is missing or cannot be used.
pub async fn connect(options: &ClusterOptions) -> Result<Connection, Problem> {
    install_crypto();
    options.check()?;
    let (mut config, context) = match read(options.kubeconfig.as_deref())? {
        Some(file) => from_file(file, options).await?,
        None => match Config::incluster() {
            Ok(config) => (config, "in-cluster".to_owned()),
            Err(_) => return Err(Problem::NoConfig),
        },
    };
    config.connect_timeout = Some(CONNECT);
    let (home, server) = (config.default_namespace.clone(), config.cluster_url.to_string());
    let client = Client::try_from(config).map_err(|error| Problem::of_setup(&error))?;
    let server = server.trim_end_matches('/').to_owned();
    Ok(Connection { client, context, home, server, answered: Arc::new(watch::Sender::new(false)) })
}

fn read(path: Option<&Path>) -> Result<Option<Kubeconfig>, Problem> {
    let of = |error| Problem::of_config(&error);
    if let Some(path) = path {
        return Kubeconfig::read_from(path).map(Some).map_err(of);
    }
    if let Some(config) = Kubeconfig::from_env().map_err(of)? {
        return Ok(Some(config));
    }
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".kube/config"));
    match home.filter(|path| path.exists()) {
        Some(path) => Kubeconfig::read_from(path).map(Some).map_err(of),
        None => Ok(None),
    }
}

async fn from_file(mut file: Kubeconfig, options: &ClusterOptions) -> Result<(Config, String), Problem> {
    let known: Vec<String> = file.contexts.iter().map(|context| context.name.clone()).collect();
    let name = options.context.clone().or_else(|| file.current_context.clone()).unwrap_or_default();
    if known.is_empty() && name.is_empty() {
        return Err(Problem::NoConfig);
    }
    if !known.contains(&name) {
        return Err(Problem::NoContext { name, known });
    }
    for user in &mut file.auth_infos {
        if let Some(exec) = user.auth_info.as_mut().and_then(|info| info.exec.as_mut()) {
            // The terminal is ours: a plug-in that would ask there fails, and says so.
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    }
    let wanted = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(file, &wanted).await;
    let config = config.map_err(|error| Problem::of_config(&error))?;
    Ok((config, name))
}

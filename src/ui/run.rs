//! Starts the terminal program on an engine.

use std::io;
use std::sync::Arc;

use super::model::Model;
use super::runtime;
use super::settings::Settings;
use super::term::screen::Screen;
use crate::engine::Handle;
use crate::engine::{clock, ledger};
use crate::model::request::RequestRecord;

/// How the user left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// For good.
    Quit,
    /// For the demo, which needs an engine with its own trust.
    Demo,
    /// For a cluster: a context of the kubeconfig. Where the demo is left, its trust must not stay.
    Cluster(String),
}

/// What has been asked of whom so far.
pub type Asked = Arc<dyn Fn() -> Vec<RequestRecord> + Send + Sync>;

/// Takes the terminal over and runs until the user leaves; the terminal is given back in every case.
///
/// # Errors
/// When there is no terminal, it fails, or the theme cannot be used.
pub async fn run(handle: Handle, mut settings: Settings, asked: Asked) -> io::Result<Left> {
    let (width, height) = crossterm::terminal::size()?;
    let mut model = Model::new(&settings, width, height, clock::now())
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
    if let Some(path) = model.prefs.ledger_file.clone() {
        let (known, problem, writable) = ledger::load(&path);
        model.prefs.ledger = known.clone();
        model.prefs.kept = known;
        if !writable {
            model.prefs.ledger_file = None;
        }
        settings.problems.extend(problem);
    }
    let screen = Screen::enter(model.prefs.mouse)?;
    runtime::run(model, handle, screen, (settings.problems, asked)).await
}

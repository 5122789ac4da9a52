//! What runs and is not what its image names now: as data, and as lines for people.

use std::fmt::Write;

use serde::Serialize;

use super::audit::{ResourceOut, finished};
use crate::model::World;
use crate::model::cluster::DriftRow;
use crate::model::safe::line;

/// A container that runs something else than its image names now.
#[derive(Clone, Debug, Serialize)]
pub struct DriftOut {
    /// The pod that was judged for all that are like it, and the container.
    pub resource: ResourceOut,
    /// How many such pods there are.
    pub pods: usize,
    /// The image as it was admitted.
    pub image: String,
    /// The digest that runs.
    pub runs: String,
    /// The image under which what runs was judged.
    pub judged_as: String,
    /// The digest that the image names now.
    pub names: Option<String>,
    /// Those of the two digests on which something hangs that is a signature.
    pub signed: Vec<String>,
    /// The worst result for what was admitted.
    pub admitted: Option<&'static str>,
    /// The worst result for what runs.
    pub running: Option<&'static str>,
    /// Whether the two differ.
    pub differs: bool,
}

/// All of a world.
#[must_use]
pub fn drift(world: &World) -> Vec<DriftOut> {
    world.cluster.drift.iter().map(DriftOut::of).collect()
}

impl DriftOut {
    /// One row.
    #[must_use]
    pub fn of(row: &DriftRow) -> Self {
        let word = |verdict: Option<crate::model::Verdict>| verdict.map(|verdict| finished(verdict).word());
        let (admitted, running) = (word(row.admitted), word(row.running));
        Self {
            resource: ResourceOut {
                kind: row.pod.kind.clone(),
                namespace: row.pod.namespace.clone(),
                name: row.pod.name.clone(),
                container: row.container.clone(),
            },
            pods: row.pods,
            image: row.image.to_string(),
            runs: row.runs.to_string(),
            judged_as: row.judged_as.to_string(),
            names: row.names.as_ref().map(ToString::to_string),
            signed: row.signed.iter().map(ToString::to_string).collect(),
            admitted,
            running,
            differs: admitted != running,
        }
    }

    /// In words: `runs …, its image names … now`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let or = |text: Option<&str>, none: &str| text.unwrap_or(none).to_owned();
        let mut out = format!("runs {}, ", self.runs);
        match &self.names {
            Some(names) => out.push_str(&format!("its image names {names} now")),
            None => out.push_str("its image is no more"),
        }
        let signed = match (self.signed.contains(&self.runs), self.signed.len()) {
            (_, 0) => "nothing is signed",
            (true, 1) => "what runs is signed",
            (true, _) => "both are signed",
            (false, _) => "what runs is not signed",
        };
        let _ = write!(
            out,
            "; {signed}; admitted: {}, running: {}",
            or(self.admitted, "no result"),
            or(self.running, "no result")
        );
        if self.differs { out + " (they differ)" } else { out }
    }
}

/// A line for each, below the table.
#[must_use]
pub fn lines(world: &World) -> String {
    let mut out = String::new();
    for row in drift(world) {
        let pods = if row.pods == 1 { String::new() } else { format!(" ({} pods)", row.pods) };
        let at = &row.resource;
        let place = format!("{}/{}/{} {}{pods}", at.kind, at.namespace, at.name, at.container);
        let _ = writeln!(
            out,
            "DRIFT    {}  {}\n         {}",
            line(&place),
            line(&row.image),
            line(&row.sentence())
        );
    }
    out
}

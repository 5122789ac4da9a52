//! The whole trace of an image as JSON and as text.

use serde::Serialize;

use super::audit::ResultOut;
use super::ink::Ink;
use crate::explain::{Style, why_text_in};
use crate::model::safe::lines;
use crate::model::{Trace, World};

/// Name of the format.
pub const SCHEMA: &str = "sigscope.why/v1";

/// The traces of one image.
#[derive(Clone, Debug, Serialize)]
pub struct WhyOut {
    schema: &'static str,
    image: String,
    results: Vec<Explained>,
}

#[derive(Clone, Debug, Serialize)]
struct Explained {
    #[serde(flatten)]
    result: ResultOut,
    /// Path of child numbers to the clause that decided; empty: none.
    deciding: Vec<usize>,
}

impl WhyOut {
    /// The traces in their order.
    #[must_use]
    pub fn of<'a>(image: &str, traces: impl Iterator<Item = &'a Trace>) -> Self {
        Self {
            schema: SCHEMA,
            image: image.to_owned(),
            results: traces
                .map(|trace| Explained { result: ResultOut::of(trace), deciding: trace.deciding.clone() })
                .collect(),
        }
    }
}

/// Columns of the text.
const WIDTH: usize = 100;

/// The traces as text, one below the other.
#[must_use]
pub fn text<'a>(world: &World, traces: impl Iterator<Item = &'a Trace>, ink: Ink) -> String {
    let style = Style { width: WIDTH, ascii: ink.ascii };
    let all: Vec<String> = traces
        .map(|trace| {
            let place = trace.location.as_ref().map(|span| &span.file);
            let policy = world.files.iter().find(|file| Some(&file.path) == place).map(|file| &*file.text);
            lines(&why_text_in(trace, policy, &style)).into_owned()
        })
        .collect();
    all.join("\n")
}

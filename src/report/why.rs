//! The whole trace of an image as JSON and as text.

use serde::Serialize;

use super::audit::ResultOut;
use crate::model::Trace;

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

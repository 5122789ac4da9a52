//! What the cluster's side tells the engine.

use super::pod::Pod;
use super::problem::Problem;
use crate::port::Question;

/// News of a cluster, in the order in which it came.
#[derive(Clone, Debug)]
pub enum Event {
    /// Connected: the context, and the namespace or `None` for all of them.
    Connected {
        /// Name of the context, or `in-cluster`.
        context: String,
        /// The one namespace that is looked at.
        namespace: Option<String>,
    },
    /// These pods are new or have changed.
    Pods(Vec<Pod>),
    /// The pods of these keys are gone.
    Gone(Vec<String>),
    /// All policies that can be read, as name and text, in place of those told before.
    Policies(Vec<(String, String)>),
    /// So many lists have to be completed before all is known; 1 unless told otherwise.
    Lists(usize),
    /// One list is complete.
    Complete,
    /// The API server cannot be asked; what is known stays.
    Lost(Problem),
    /// The API server has not answered yet, and it is still waited for.
    Slow(Problem),
    /// These answers to questions about single objects are not true any more.
    Changed(Question),
    /// The API server answers again.
    Back,
    /// A part cannot be seen; the rest goes on.
    Hidden(String),
    /// There is nothing to look at and waiting will not help.
    Failed(Problem),
}

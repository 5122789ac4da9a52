//! What was read of the documents that hang on an image: for display, made off the screen's thread.

use std::sync::Arc;

use super::artifact::Evidence;
use super::digest::Digest;
use super::facts::Fact;
use super::moment::Moment;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Something was built, scanned or written down.
    Made,
    /// The validity of a signing certificate begins.
    Begins,
    /// The validity of a signing certificate ends.
    Ends,
    /// A certificate was logged.
    Certified,
    /// A signature was logged.
    Logged,
    /// A time stamp was made over a signature.
    Stamped,
    /// A signature was made, as the signer says.
    Signed,
    /// A signature ends to count.
    Expires,
}

/// Something that a document says happened. It proves nothing by being here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What kind of thing.
    pub kind: EventKind,
    /// What, in words.
    pub what: String,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerReading {
    /// Manifest that holds it.
    pub artifact: Digest,
    /// Which layer of that manifest, counted from 0.
    pub index: usize,
    /// What it says.
    pub facts: Fact,
    /// Its times.
    pub events: Vec<Event>,
}

/// All layers of an image's artifacts.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The image as written.
    pub image: Arc<str>,
    /// What was read.
    pub evidence: Arc<Evidence>,
    /// The layers that are at hand.
    pub layers: Vec<LayerReading>,
}

//! Values that pass between the stages: no I/O, no clock, no runtime, no foreign formats.

pub mod artifact;
pub mod code;
pub mod demand;
pub mod digest;
pub mod identity;
pub mod image;
pub mod missing;
pub mod moment;
pub mod node;
pub mod notary;
pub mod proof;
pub mod reason;
pub mod safe;
pub mod span;
pub mod trace;
pub mod verdict;
pub mod verifier;
pub mod workload;
pub mod world;

pub use artifact::{Artifact, ArtifactKind, Blob, Evidence, Found, Gap, Layer, Platform, Signature};
pub use code::Code;
pub use demand::Demand;
pub use digest::Digest;
pub use image::Reference;
pub use missing::Missing;
pub use moment::Moment;
pub use node::{Node, NodeValue};
pub use proof::{Proof, Step, StepName};
pub use reason::Reason;
pub use span::{Position, Span};
pub use trace::{Clause, Outcome, Trace};
pub use verdict::Verdict;
pub use verifier::Verifier;
pub use workload::{ContainerImage, ResourceId};
pub use world::World;

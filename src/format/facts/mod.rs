//! What documents say, for display only: lenient, and never asked by what judges.

mod any;
mod bundle;
mod certificate;
mod json;
mod layer;
mod log;
mod name;
mod notary;
mod stamp;
mod statement;
mod times;

pub use any::document;
pub use json::fact as plain;
pub use layer::layer;
pub use statement::beside;
pub use times::events;

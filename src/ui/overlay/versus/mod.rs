//! Two policies over the same images: where they disagree and why, image by image.

mod part;
mod state;
mod view;

pub use state::{VersusPane, other};

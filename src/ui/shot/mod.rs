//! Pictures of the program without a terminal: as text and as SVG.

pub mod border;
pub mod scene;
pub mod svg;
pub mod text;
pub mod tour;

pub use scene::{Picture, SCENES, Scene, picture};
pub use svg::svg;
pub use text::text;
pub use tour::{Recording, recording};

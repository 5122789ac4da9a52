//! Text on its way to cells: made safe, measured, cut and broken at grapheme clusters.

pub mod line;
pub mod page;
pub mod safe;
pub mod width;
pub mod wrap;

pub use line::Line;
pub use safe::Shown;
pub use width::width;

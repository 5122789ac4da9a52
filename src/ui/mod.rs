//! The terminal program: a pure `update`, effects as data, a view drawn from the model, and a loop that only moves
//! messages.

pub mod action;
mod contexts;
mod copy;
pub mod counts;
pub mod detail;
pub mod effect;
pub mod evidence;
mod export;
pub mod filter;
pub mod frames;
pub mod header;
pub mod history;
pub mod keymap;
pub mod layout;
pub mod locator;
pub mod model;
pub mod msg;
pub mod notice;
pub mod overlay;
pub mod part;
mod perform;
mod pivot;
pub mod places;
pub mod prepared;
pub mod run;
pub mod runtime;
pub mod screen;
pub mod settings;
pub mod shot;
pub mod subject;
pub mod term;
pub mod text;
pub mod theme;
mod try_out;
pub mod update;
pub mod view;
pub mod widget;

pub use keymap::keys_markdown;
pub use model::Model;
pub use msg::Msg;
pub use run::{Left, run};
pub use settings::Settings;
pub use update::update;
pub use view::view;

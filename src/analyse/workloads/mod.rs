//! Whose pods run which images and how they stand: a table of owners with their containers, in groups.

mod declared;
mod drift;
mod group;
mod identity;
mod table;

pub use declared::declared;
pub use drift::Drift;
pub use group::{By, Group, Member, group};
pub use identity::signers;
pub use table::{Container, Table, Template, Workload};

//! What the program can be told to do: one table from which keys, help, palette, hints and documents are made.

pub mod act;
pub mod scope;
pub mod table;
pub mod when;

pub use act::{
    Act, Audit, Copy, Diff, Evidence, Export, Field, Fold, Go, Jobs, Move, Pane, Policies, Show, Sort,
    Switch, Versus, WhatIf, Why,
};
pub use scope::Scope;
pub use table::{ACTIONS, ActionSpec, named};
pub use when::When;

//! Conditions of Kyverno's classic engine: operators over keys and values (`pkg/engine/variables/operator`).

mod equals;
mod list;
mod operator;
mod order;
mod sets;
mod span;

pub use list::{Checked, Decision, decide, decide_values};
pub use operator::{ConditionError, Operator, evaluate};
pub use sets::{is_in, is_not_in, key_exists_in_array, set_exists_in_array};
pub use span::{durations, seconds};

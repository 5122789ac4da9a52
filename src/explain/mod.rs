//! Turns a trace into words: the sentence, both sides of the comparison, the nearest miss, what to do, the whole why
//! as text, and a page for every code. It decides nothing, and every text that it returns is bounded and escaped.

mod attested;
mod clause;
mod edit;
mod excerpt;
mod keyless;
mod nearest;
mod page;
mod pair;
mod plain;
mod remedy;
mod sentence;
mod text;

pub use clause::{ClauseRow, clause_rows, outcome_symbol, outcome_word, tally, unreached_notes};
pub use edit::{PolicyEdit, policy_edits};
pub use nearest::{Nearest, nearest};
pub use page::page;
pub use pair::{Fitted, Pair, pair, pair_of};
pub use plain::plain;
pub use remedy::{Remedy, RemedyKind, remedies, remedies_of};
pub use sentence::{outcome_sentence, sentence};
pub use text::{Style, engine_lines, verdict_symbol, why_text, why_text_in};

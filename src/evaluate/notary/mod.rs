//! What all families share about Notary Project signatures: certificates of a policy as trust, notation's search, its words.

mod pinned;
mod referrer;
mod search;
mod words;

pub use pinned::{Pinned, certificates};
pub use referrer::{NoStatement, gap, of_type, search_referrer, statement};
pub use search::{Limits, NotaryEnding, NotaryJudgement, PlaceOf, reference, search, signatures};
pub use words::words_of;

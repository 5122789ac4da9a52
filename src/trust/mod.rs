//! What is trusted before anything is verified: keys of transparency logs, and where they come from.

mod authority;
mod error;
mod material;

pub use authority::authority_name;
pub use error::TrustError;
pub use material::{Material, log_id, log_key_from_pem};

//! Fetches the evidence of one image, for the commands that ask about one.

use crate::cli::exit::Stop;
use crate::cli::resolve::Meant;
use crate::discover::{Limits, evidence};
use crate::model::{Evidence, Missing, Reference};

use super::start::{runtime, store};

/// What hangs on the image; the inner error is why the image itself cannot be had. With `insecure` the image's host may
/// speak plain HTTP.
///
/// # Errors
/// When the sources cannot be set up.
pub(super) fn look(
    meant: &Meant,
    reference: &Reference,
    insecure: bool,
) -> Result<Result<Evidence, Missing>, Stop> {
    let mut meant = meant.clone();
    if insecure {
        meant.insecure.push(reference.registry.clone());
    }
    let store = store(&meant)?;
    Ok(runtime()?.block_on(evidence(&store, reference, &Limits::default())))
}

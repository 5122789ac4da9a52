//! Time stamp countersignatures (RFC 3161) over the signature (`notation-go/verifier/verifier.go`, `verifyTimestamp`).

use std::cell::Cell;

use super::certificate::{Cert, Flaw};
use super::chain::{self, Purpose};
use super::integrity::Sound;
use super::revocation::{self, Inquiry};
use super::signer;
use super::{authenticity, time};
use crate::format::time_stamp::Token;
use crate::model::notary::NotaryDemand;
use crate::model::{Missing, Moment, Outcome, Reason};
use crate::port::{Nobody, Outside};
use crate::verify::scheme::CHECKS;

/// Longest chain from an authority to its root.
const DEEPEST: usize = 8;
/// Most certificates of a token.
const MOST_CERTIFICATES: usize = 32;

/// What a good time stamp says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The stated time less its accuracy.
    pub earliest: Moment,
    /// The stated time with its accuracy.
    pub latest: Moment,
    /// What stays open: the authority's certificates name a place to ask about revocation, and nobody was asked.
    pub open: Option<Missing>,
}

/// The token is by an authority that the policy trusts, over this signature, and all certificates of the signature were
/// valid at its time, give or take its accuracy.
pub(super) fn check(token: &[u8], sound: &Sound, demand: &NotaryDemand, outside: &dyn Outside) -> Outcome {
    let roots = match authenticity::certificates("tsa", demand) {
        Ok(roots) => roots,
        Err(problem) => return time::stamp_failed(problem),
    };
    let inquiry = Inquiry { outside, now: demand.as_of, signed: None };
    match verify(token, &sound.envelope.signature, &roots, inquiry).map_err(outcome) {
        Err(outcome) => outcome,
        Ok(stamp) => match time::valid_at(&sound.chain, stamp.earliest, stamp.latest) {
            Outcome::Held => stamp.open.map_or(Outcome::Held, Outcome::Undecided),
            failed => failed,
        },
    }
}

/// Verifies an RFC 3161 token over a message; the time that counts for its certificates is its own. Nobody is asked about
/// revocation.
///
/// # Errors
/// How the check ended when it did not hold.
pub fn verify_stamp(token: &[u8], message: &[u8], roots: &[&[u8]]) -> Result<Stamp, Outcome> {
    let inquiry = Inquiry { outside: &Nobody, now: Moment::default(), signed: None };
    verify(token, message, roots, inquiry).map_err(outcome)
}

fn outcome(flaw: Flaw) -> Outcome {
    match flaw {
        Flaw::Wrong(problem) => time::stamp_failed(problem),
        Flaw::Unknown(missing) => Outcome::Undecided(missing),
    }
}

fn verify(token: &[u8], message: &[u8], roots: &[&[u8]], inquiry: Inquiry<'_>) -> Result<Stamp, Flaw> {
    // notation reads BER too, where a length may be left open.
    if token.get(1) == Some(&0x80) {
        return Err(Flaw::unknown("time stamp tokens in BER"));
    }
    let token = Token::read(token).map_err(Flaw::Wrong)?;
    if signer::digest(&token.info.hash, message)? != token.info.imprint {
        return Err(Flaw::wrong("mismatched message: the time stamp is over another signature"));
    }
    let roots = read_all(roots.iter().copied())?;
    if token.certificates.len() > MOST_CERTIFICATES {
        return Err(Flaw::wrong("the token holds too many certificates"));
    }
    let pool = read_all(token.certificates.iter().map(Vec::as_slice))?;
    let mut last = Flaw::wrong("signerInfo not found");
    for info in token.signers.iter().take(MOST_CERTIFICATES) {
        let (earliest, latest) = (token.info.earliest, token.info.latest);
        let chain = match authority(info, &token, &pool, &roots) {
            Ok(chain) => chain,
            Err(flaw) => {
                last = flaw;
                continue;
            }
        };
        // The chain of the time authority must not be revoked, whatever the policy says of revocation.
        return match revocation::check(&chain, inquiry) {
            Outcome::Undecided(missing) => Ok(Stamp { earliest, latest, open: Some(missing) }),
            Outcome::Failed(Reason::Notary(failure)) => {
                Err(Flaw::Wrong(format!("timestamping certificate: {}", failure.sides().1)))
            }
            Outcome::Failed(_) => Err(Flaw::wrong("timestamping certificate is revoked")),
            _ => Ok(Stamp { earliest, latest, open: None }),
        };
    }
    Err(last)
}

fn read_all<'a>(all: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Cert>, Flaw> {
    all.map(Cert::read).collect::<Result<_, _>>().map_err(Flaw::Wrong)
}

/// The signer is an authority below one of the roots; its chain.
fn authority(
    info: &cms::signed_data::SignerInfo,
    token: &Token,
    pool: &[Cert],
    roots: &[Cert],
) -> Result<Vec<Cert>, Flaw> {
    let signed = signer::check(info, &token.content, pool)?;
    let chain = climb(vec![signed.cert], pool, roots, token.info.at, &Cell::new(CHECKS))?;
    if let Some(at) = signed.signing_time
        && chain.iter().any(|cert| at < cert.from || at > cert.until)
    {
        return Err(Flaw::wrong(format!("signing time, {at}, is outside certificate's validity period")));
    }
    let chain: Vec<Cert> = chain.into_iter().cloned().collect();
    chain::check(&chain, Purpose::TimeStamping)?;
    chain::check_path(&chain)?;
    Ok(chain)
}

/// The way from the last certificate of `chain` to a root, every certificate valid at the time.
fn climb<'a>(
    chain: Vec<&'a Cert>,
    pool: &'a [Cert],
    roots: &'a [Cert],
    at: Moment,
    left: &Cell<u32>,
) -> Result<Vec<&'a Cert>, Flaw> {
    let Some(last) = chain.last().copied() else { return Err(Flaw::wrong("no certificate")) };
    if at < last.from || at > last.until {
        return Err(Flaw::wrong(format!("certificate {:?} was not valid at {at}", last.subject())));
    }
    if roots.contains(last) {
        return Ok(chain);
    }
    let mut flaw = Flaw::wrong(format!("no trusted authority issued the certificate {:?}", last.subject()));
    if chain.len() == DEEPEST {
        return Err(flaw);
    }
    for issuer in roots.iter().chain(pool) {
        if chain.contains(&issuer) || !last.names_as_issuer(issuer) || !issuer.is_ca() {
            continue;
        }
        let Some(more) = left.get().checked_sub(1) else {
            return Err(Flaw::wrong(
                "signature check attempts limit reached while verifying certificate chain",
            ));
        };
        left.set(more);
        let way = last.signed_by(issuer).and_then(|()| {
            let mut longer = chain.clone();
            longer.push(issuer);
            climb(longer, pool, roots, at, left)
        });
        match way {
            Ok(way) => return Ok(way),
            Err(problem) => flaw = problem,
        }
    }
    Err(flaw)
}

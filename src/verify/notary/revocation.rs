//! Whether a certificate was revoked: OCSP first, revocation lists where that gives no answer (`notation-core-go/revocation`).
//!
//! Only what is asked about a chain that is trusted goes out: the URLs are those of its certificates.

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::AuthorityInfoAccessSyntax;
use x509_cert::ext::pkix::name::GeneralName;

use super::certificate::Cert;
use super::responder::{self, Status};
use super::signed_list::{List, points, revokes};
use crate::model::notary::NotaryFailure;
use crate::model::trace::Why;
use crate::model::{Missing, Moment, Outcome, Reason};
use crate::port::{Outside, Question, Reply};

const ACCESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const LISTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");
const FRESHEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.46");
/// Most places that one certificate may name.
const MOST_PLACES: usize = 8;

/// Who is asked, as of when.
#[derive(Clone, Copy)]
pub(super) struct Inquiry<'a> {
    pub(super) outside: &'a dyn Outside,
    pub(super) now: Moment,
    /// When it was signed, where an authority vouches for that time.
    pub(super) signed: Option<Moment>,
}

/// Places that a certificate names.
struct Places {
    responders: Vec<String>,
    lists: Vec<String>,
}

impl Places {
    fn of(cert: &Cert) -> Result<Self, Missing> {
        let unreadable = |part: &str| Missing::Malformed {
            what: format!("{part} of the certificate {}", cert.subject()),
            problem: "it cannot be read".to_owned(),
        };
        let mut responders = Vec::new();
        if let Some(extension) = cert.extension(ACCESS) {
            let access = AuthorityInfoAccessSyntax::from_der(extension.extn_value.as_bytes());
            for entry in access.map_err(|_| unreadable("authority information access"))?.0 {
                if let (OCSP, GeneralName::UniformResourceIdentifier(url)) =
                    (entry.access_method, &entry.access_location)
                {
                    responders.push(url.to_string());
                }
            }
        }
        let lists = match cert.extension(LISTS) {
            Some(extension) => points(extension.extn_value.as_bytes())
                .ok_or_else(|| unreadable("distribution points of revocation lists"))?,
            None => Vec::new(),
        };
        if responders.len() + lists.len() > MOST_PLACES {
            return Err(Missing::TooMany { what: "places of revocation".to_owned(), limit: MOST_PLACES });
        }
        Ok(Self { responders, lists })
    }

    fn is_empty(&self) -> bool {
        self.responders.is_empty() && self.lists.is_empty()
    }
}

/// Whether no certificate below the root names a place to ask.
pub(super) fn is_nothing_to_ask(chain: &[Cert]) -> bool {
    let below = chain.split_last().map(|(_, below)| below).unwrap_or_default();
    below.iter().all(|cert| Places::of(cert).is_ok_and(|places| places.is_empty()))
}

/// The whole chain, which must be trusted: revoked beats open.
pub(super) fn check(chain: &[Cert], inquiry: Inquiry<'_>) -> Outcome {
    if is_nothing_to_ask(chain) {
        return Outcome::NotExercised(Why::NothingThere);
    }
    let mut open = None;
    for pair in chain.windows(2) {
        let [cert, issuer] = pair else { continue };
        match one(cert, issuer, inquiry) {
            Ok(None) => {}
            Ok(Some(by)) => {
                let subject = cert.subject();
                return Outcome::Failed(Reason::Notary(NotaryFailure::Revoked { subject, by }));
            }
            Err(missing) => open = open.or(Some(missing)),
        }
    }
    open.map_or(Outcome::Held, Outcome::Undecided)
}

/// `Some`: who says that it is revoked.
fn one(cert: &Cert, issuer: &Cert, inquiry: Inquiry<'_>) -> Result<Option<String>, Missing> {
    let places = Places::of(cert)?;
    if places.is_empty() {
        return Ok(None);
    }
    let mut missing = None;
    for url in &places.responders {
        match by_responder(cert, issuer, url, inquiry) {
            Ok(Status::Good) => return Ok(None),
            Ok(Status::Revoked) => return Ok(Some(url.clone())),
            Ok(Status::Unknown) => {
                let problem = "the responder does not know the certificate".to_owned();
                missing =
                    Some(Missing::Malformed { what: format!("status of a certificate at {url}"), problem });
                break;
            }
            // The answer is on its way: nobody else is asked before.
            Err(Missing::Waiting) => return Err(Missing::Waiting),
            Err(why) => missing = Some(why),
        }
    }
    if places.lists.is_empty() {
        return missing.map_or(Ok(None), Err);
    }
    // The lists of all places together say it: one that is missing may be the one that names the certificate.
    for url in &places.lists {
        if by_list(cert, issuer, url, inquiry)? {
            return Ok(Some(url.clone()));
        }
    }
    Ok(None)
}

fn ask(question: &Question, inquiry: Inquiry<'_>) -> Result<std::sync::Arc<[u8]>, Missing> {
    match inquiry.outside.ask(question)? {
        Reply::Bytes(bytes) => Ok(bytes),
        Reply::Evidence(_) => Err(Missing::Unsupported { what: question.words() }),
    }
}

fn by_responder(cert: &Cert, issuer: &Cert, url: &str, inquiry: Inquiry<'_>) -> Result<Status, Missing> {
    let request = responder::request(cert, issuer)
        .ok_or_else(|| Missing::NotImplemented { what: "OCSP for a certificate of this form".to_owned() })?;
    let question = Question::Ocsp { url: url.to_owned(), request };
    let bytes = ask(&question, inquiry)?;
    responder::status(&bytes, cert, issuer, inquiry.now, inquiry.signed)
        .map_err(|problem| Missing::Malformed { what: question.words(), problem })
}

fn by_list(cert: &Cert, issuer: &Cert, url: &str, inquiry: Inquiry<'_>) -> Result<bool, Missing> {
    let question = Question::Crl { url: url.to_owned() };
    let malformed = |problem: String| Missing::Malformed { what: question.words(), problem };
    let bytes = ask(&question, inquiry)?;
    let base = List::read(&bytes).map_err(malformed)?;
    base.verify(cert, issuer, Some(url), inquiry.now).map_err(malformed)?;
    if base.is_of_changes() {
        return Err(malformed("it lists changes to another list alone".to_owned()));
    }
    let serial = responder::serial(cert);
    let mut entries = base.entries(serial).map_err(malformed)?;
    let fresher = base.fresher().map_err(malformed)?;
    if fresher.is_empty() && cert.extension(FRESHEST).is_some() {
        return Err(malformed("a freshest list that only the certificate names is not supported".to_owned()));
    }
    if !fresher.is_empty() {
        let bytes = first(&fresher, inquiry)?;
        let delta = List::read(&bytes).map_err(malformed)?;
        delta.verify(cert, issuer, None, inquiry.now).map_err(malformed)?;
        base.is_changed_by(&delta).map_err(malformed)?;
        entries.extend(delta.entries(serial).map_err(malformed)?);
    }
    Ok(revokes(&entries, inquiry.signed))
}

/// The first of several places of the same list that answers.
fn first(urls: &[String], inquiry: Inquiry<'_>) -> Result<std::sync::Arc<[u8]>, Missing> {
    let mut last = Missing::Unsupported { what: "a freshest revocation list".to_owned() };
    for url in urls.iter().take(MOST_PLACES) {
        match ask(&Question::Crl { url: url.clone() }, inquiry) {
            Err(Missing::Waiting) => return Err(Missing::Waiting),
            Err(why) => last = why,
            answer => return answer,
        }
    }
    Err(last)
}

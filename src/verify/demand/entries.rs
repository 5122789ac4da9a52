//! Log entries of a bundle or of an annotation: about this signature, promised, included.

use super::body::Body;
use super::order::{moments, stamped};
use super::parts::{Form, Parts};
use crate::format::bundle::{Entry, InclusionProof};
use crate::format::hash::sha256_hex;
use crate::format::key::PublicKey;
use crate::format::log_entry::LogEntry;
use crate::format::note::{self, Checkpoint};
use crate::format::{base64, note::leaf_hash};
use crate::model::demand::{Demand, Log};
use crate::model::digest::hex;
use crate::model::reason::LogPart;
use crate::model::trace::Why;
use crate::model::verifier::{HashAlgorithm, LogDemand};
use crate::model::{Missing, Moment, Outcome, Reason, StepName};
use crate::verify::case::{Ended, fact};
use crate::verify::scheme;
use crate::verify::signature::switched_off;

/// Most entries of a bundle (sigstore-go, `maxAllowedTlogEntries`).
const MOST: usize = 32;
const STEPS: [StepName; 6] = [
    StepName::LogPresent,
    StepName::LogBinding,
    StepName::LogPromise,
    StepName::LogTime,
    StepName::LogProof,
    StepName::LogCheckpoint,
];
/// Entry of a log of tiles.
pub(super) const TILES: &str = "hashedrekord 0.0.2";

/// What the log says.
pub(super) struct Logged {
    pub(super) steps: Vec<Ended>,
    /// Integrated times that a verified promise covers, of entries that count.
    pub(super) times: Vec<Moment>,
}

fn not_reached(from: usize) -> impl Iterator<Item = Ended> {
    STEPS.into_iter().skip(from).map(|name| Ended::new(name, Outcome::NotReached))
}

/// All steps about the log. `stamped`: the verified times of signing, for entries that have none themselves.
pub(super) fn steps(parts: &Parts, demand: &Demand, stamped: &[Moment]) -> Logged {
    let LogDemand::Required { url, offline, .. } = &demand.log else {
        return Logged { steps: STEPS.map(switched_off).into(), times: Vec::new() };
    };
    let first = present(parts, url, *offline);
    if !first.goes_on() {
        return Logged { steps: std::iter::once(first).chain(not_reached(1)).collect(), times: Vec::new() };
    }
    let all: Vec<Vec<Ended>> = parts.entries.iter().map(|entry| one(parts, demand, entry, stamped)).collect();
    let good = |steps: &Vec<Ended>| steps.iter().all(Ended::goes_on);
    let times = parts
        .entries
        .iter()
        .zip(&all)
        .filter(|(entry, steps)| {
            let promised = |ended: &Ended| {
                ended.step.name == StepName::LogPromise && ended.step.outcome == Outcome::Held
            };
            good(steps) && entry.integrated > 0 && steps.iter().any(promised)
        })
        .map(|(entry, _)| Moment(entry.integrated))
        .collect();
    // An entry of an unknown log, or with a bad promise, is passed over; any other fault of any entry is final.
    let final_fault = all.iter().position(|steps| fault(steps).is_some_and(|ended| !passed_over(ended)));
    let shown = final_fault.or_else(|| all.iter().position(good)).unwrap_or(0);
    let rest = all.into_iter().nth(shown).unwrap_or_default();
    Logged { steps: std::iter::once(first).chain(rest).collect(), times }
}

/// The entries that count: all that is demanded of them holds.
pub(super) fn good<'a>(parts: &'a Parts, demand: &Demand) -> Vec<&'a Entry> {
    if demand.log == LogDemand::Ignored {
        return Vec::new();
    }
    let stamped = moments(&stamped(parts, demand));
    let holds = |entry: &&Entry| one(parts, demand, entry, &stamped).iter().all(Ended::goes_on);
    parts.entries.iter().filter(holds).collect()
}

fn fault(steps: &[Ended]) -> Option<&Ended> {
    steps.iter().find(|ended| !ended.goes_on())
}

fn passed_over(ended: &Ended) -> bool {
    matches!(ended.step.name, StepName::LogPromise | StepName::LogTime)
}

fn present(parts: &Parts, url: &str, offline: bool) -> Ended {
    let name = StepName::LogPresent;
    let facts = parts
        .entries
        .iter()
        .map(|entry| fact("log entry", format!("{} of log {} at {}", entry.kind, entry.log, entry.index)))
        .collect();
    let twice = parts.entries.iter().enumerate().any(|(at, entry)| {
        parts.entries.iter().take(at).any(|other| (&other.log, other.index) == (&entry.log, entry.index))
    });
    let problem = match parts.entries.len() {
        0 if parts.form == Form::Bundle || offline || url.is_empty() => {
            let words = match parts.form {
                Form::Bundle => "not enough verified log entries from transparency log: 0 < 1",
                _ => "offline verification failed",
            };
            return Ended::failed(name, Reason::LogAbsent { url: url.to_owned() }, words);
        }
        // What the log knows is somebody else's question.
        0 => return Ended::undecided(name, Missing::Waiting),
        count if count > MOST => format!("too many tlog entries: {count} > {MOST}"),
        _ if twice => "duplicate tlog entries found".to_owned(),
        _ => return Ended::new(name, Outcome::Held).with(facts),
    };
    Ended::failed(name, Reason::Malformed { what: "log entry", problem: problem.clone() }, problem)
}

fn one(parts: &Parts, demand: &Demand, entry: &Entry, stamped: &[Moment]) -> Vec<Ended> {
    // Of two logs with one identifier the last counts, as in sigstore-go.
    let log = demand.logs.iter().rfind(|log| log.id == entry.log);
    let Some(log) = log else {
        let trusted = demand.logs.iter().map(|log| log.id.clone()).collect();
        let reason = Reason::LogUnknown { found: entry.log.clone(), trusted };
        let words = "not enough verified log entries from transparency log: 0 < 1";
        let mut steps =
            vec![binding(parts, demand, entry), Ended::failed(StepName::LogPromise, reason, words)];
        steps.extend(not_reached(3));
        return steps;
    };
    let mut steps =
        vec![binding(parts, demand, entry), promise(parts.form, entry, log), time(entry, log, stamped)];
    match (&entry.proof, parts.form) {
        (Some(proof), Form::Bundle) => {
            steps.push(inclusion(entry, proof));
            steps.push(checkpoint(entry, proof, log));
        }
        // A log of tiles promises nothing: what it does not prove is not there.
        (None, Form::Bundle) if entry.kind == TILES => steps.extend(unproved()),
        _ => steps.extend(
            STEPS.into_iter().skip(4).map(|name| Ended::new(name, Outcome::NotExercised(Why::NothingThere))),
        ),
    }
    steps
}

/// Inclusion and checkpoint of an entry that a log of version 1 gave when it was asked.
pub(in crate::verify) fn included(entry: &Entry, log: &Log) -> [Ended; 2] {
    match &entry.proof {
        Some(proof) if entry.kind != TILES => [inclusion(entry, proof), checkpoint(entry, proof, log)],
        _ => unproved(),
    }
}

fn unproved() -> [Ended; 2] {
    let reason = Reason::LogProof { wanted: "an inclusion proof".to_owned(), found: "none".to_owned() };
    [
        Ended::failed(StepName::LogProof, reason, "inclusion proof not provided"),
        Ended::new(StepName::LogCheckpoint, Outcome::NotReached),
    ]
}

/// Refuses an entry of a kind that is not read for this form of signature.
fn unaccepted(parts: &Parts, entry: &Entry) -> Option<Ended> {
    let name = StepName::LogBinding;
    let accepted: &[&str] = match parts.form {
        Form::Bundle if parts.message.is_some() => &["hashedrekord 0.0.1", TILES],
        Form::Bundle => &["dsse 0.0.1", "intoto 0.0.2", TILES],
        Form::Signature => &["hashedrekord 0.0.1"],
        Form::Attestation => &["dsse 0.0.1", "intoto 0.0.1", "intoto 0.0.2"],
    };
    if !accepted.contains(&entry.kind.as_str()) && parts.form == Form::Bundle {
        // sigstore-go 1.2 reads no other kind, and dropped dsse 0.0.2.
        let problem = format!("unsupported log entry kind {}", entry.kind);
        return Some(Ended::failed(
            name,
            Reason::Malformed { what: "log entry", problem: problem.clone() },
            problem,
        ));
    }
    if !accepted.contains(&entry.kind.as_str()) {
        let what = format!("log entries of the kind {} for this form of signature", entry.kind);
        return Some(Ended::undecided(name, Missing::NotImplemented { what }));
    }
    None
}

/// The comparisons with the body; none of them is left out where the body has the part.
fn binding(parts: &Parts, demand: &Demand, entry: &Entry) -> Ended {
    let name = StepName::LogBinding;
    if let Some(ended) = unaccepted(parts, entry) {
        return ended;
    }
    let body = match Body::parse(&entry.kind, &entry.body) {
        Ok(body) => body,
        Err(problem) => {
            return Ended::failed(
                name,
                Reason::Malformed { what: "log entry", problem: problem.clone() },
                problem,
            );
        }
    };
    let differs = |part, wanted: String, found: String, words: &str| {
        Ended::failed(name, Reason::LogBinding { part, wanted, found }, words)
    };
    let signature = parts.signatures.first().map(Vec::as_slice).unwrap_or_default();
    // cosign does not compare the signature of a classic attestation; the hash of the envelope covers it.
    if let Some(found) = &body.signature
        && found != signature
    {
        let words = "transparency log signature does not match";
        return differs(LogPart::Signature, base64::encode(signature), base64::encode(found), words);
    }
    let Some(key) = super::signed::verifying_der(parts, demand) else {
        return Ended::new(name, Outcome::NotReached);
    };
    if body.key != key {
        let side = |der: &[u8]| format!("SHA256:{}", sha256_hex(der));
        let words = "transparency log certificate does not match";
        return differs(LogPart::Key, side(&key), side(&body.key), words);
    }
    let hash = |bytes: &[u8]| format!("sha256:{}", sha256_hex(bytes));
    let payload = match parts.form {
        Form::Bundle => body.payload.as_ref().map(|found| (found, hash(&parts.payload))),
        // What is logged of a classic attestation is the whole envelope.
        _ => body.envelope.as_ref().map(|found| (found, hash(&parts.layer))),
    };
    let compared = payload.or_else(|| body.digest.as_ref().map(|found| (found, parts.signed.sha256())));
    match compared {
        Some((found, wanted)) if *found != wanted => differs(
            LogPart::Payload,
            wanted,
            found.clone(),
            "transparency log entry hash does not match artifact",
        ),
        Some(_) => Ended::new(name, Outcome::Held),
        None => differs(LogPart::Payload, hash(&parts.payload), String::new(), "no hash in the entry"),
    }
}

fn promise(form: Form, entry: &Entry, log: &Log) -> Ended {
    let name = StepName::LogPromise;
    let facts = vec![fact("log key", log.key.origin.as_str())];
    let Some(promise) = &entry.promise else {
        if entry.proof.is_none() || form != Form::Bundle {
            let reason = Reason::LogPromise { log: entry.log.clone() };
            return Ended::failed(name, reason, "no inclusion promise");
        }
        return Ended::new(name, Outcome::NotExercised(Why::NothingThere)).with(facts);
    };
    let set = LogEntry {
        promise: promise.clone(),
        body: base64::encode(&entry.body),
        integrated_time: entry.integrated,
        log_index: entry.index,
        log_id: entry.log.clone(),
    };
    let key = PublicKey::from_spki(&log.key.spki);
    let good = match (key, set.signed_bytes()) {
        (Ok(key), Ok(bytes)) => scheme::check_promise(&key, &bytes, promise),
        _ => false,
    };
    let ended = if good {
        Ended::new(name, Outcome::Held)
    } else {
        let words = match form {
            Form::Bundle => "not enough verified log entries from transparency log: 0 < 1",
            _ => "error verifying bundle: unable to verify SET",
        };
        Ended::failed(name, Reason::LogPromise { log: entry.log.clone() }, words)
    };
    ended.with(facts)
}

/// The window of the log's key at the integrated time. What the log did not promise it gave no time; then one of the
/// verified time stamps must be in the window: a key that is out of service signs trees of any size.
fn time(entry: &Entry, log: &Log, stamped: &[Moment]) -> Ended {
    let name = StepName::LogTime;
    let (from, until) = (log.key.valid_from, log.key.valid_until);
    let inside =
        |at: &&Moment| from.is_none_or(|from| from <= **at) && until.is_none_or(|until| **at <= until);
    let promised = [Moment(entry.integrated)];
    let (times, label) = match entry.promise {
        Some(_) => (promised.as_slice(), "integrated time"),
        None => (stamped, "time stamp"),
    };
    match (times.iter().find(inside), times.first()) {
        (_, None) => Ended::new(name, Outcome::NotExercised(Why::NothingThere)),
        (Some(at), _) => Ended::new(name, Outcome::Held).with(vec![fact(label, at.to_string())]),
        (None, Some(at)) => Ended::failed(
            name,
            Reason::LogTime { at: *at, from, until },
            "rekor log public key not valid at payload integrated time",
        ),
    }
}

fn inclusion(entry: &Entry, proof: &InclusionProof) -> Ended {
    let name = StepName::LogProof;
    let (index, size) = (u64::try_from(proof.index), u64::try_from(proof.size));
    let facts = vec![
        fact("index in the tree", proof.index.to_string()),
        fact("size of the tree", proof.size.to_string()),
        fact("root", hex(&proof.root)),
    ];
    let found = match (index, size) {
        (Ok(index), Ok(size)) => note::root(leaf_hash(&entry.body), index, size, &proof.hashes),
        _ => Err("a negative number".to_owned()),
    };
    let ended = match found {
        Ok(root) if root.as_slice() == proof.root => Ended::new(name, Outcome::Held),
        other => {
            let found = other.map_or_else(|problem| problem, |root| hex(&root));
            let words = "calculated root does not match expected root";
            Ended::failed(name, Reason::LogProof { wanted: hex(&proof.root), found }, words)
        }
    };
    ended.with(facts)
}

/// The host of the log's address: the origin of the checkpoints of a log of tiles.
fn host(base_url: &str) -> Option<&str> {
    let rest = base_url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.split(':').next().filter(|host| !host.is_empty())
}

/// Whether the origin is that of a log of version 1 (sigstore-go, `hasRekorV1STH`): a host and the number of a tree.
fn of_version_1(origin: &str) -> bool {
    let number = origin.rsplit_once(" - ").map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn checkpoint(entry: &Entry, proof: &InclusionProof, log: &Log) -> Ended {
    let name = StepName::LogCheckpoint;
    let fails = |wanted: String, found: String, words: &str| {
        Ended::failed(name, Reason::LogCheckpoint { wanted, found }, words)
    };
    let read = match Checkpoint::parse(&proof.checkpoint) {
        Ok(read) => read,
        Err(problem) => return fails("a checkpoint".to_owned(), problem, "unverified checkpoint"),
    };
    let facts = vec![fact("origin", read.origin.as_str()), fact("size", read.size.to_string())];
    let tiles = entry.kind == TILES;
    if tiles && host(&log.base_url) != Some(read.origin.as_str()) {
        let wanted = host(&log.base_url).unwrap_or_default().to_owned();
        return fails(wanted, read.origin, "cannot verify the origin of the checkpoint").with(facts);
    }
    if !tiles && !of_version_1(&read.origin) {
        let words = "cannot verify the origin of the checkpoint";
        return fails("HOST - TREE".to_owned(), read.origin, words).with(facts);
    }
    let Ok(key) = PublicKey::from_spki(&log.key.spki) else {
        return Ended::undecided(name, Missing::NotImplemented { what: "a log key of this kind".to_owned() });
    };
    let valid = |(signer, hint, bytes): &(String, [u8; 4], Vec<u8>)| {
        (!tiles || *signer == read.origin)
            && log.id.starts_with(&hex(hint))
            && scheme::check(&key, HashAlgorithm::Sha256, read.signed.as_bytes(), bytes)
                == scheme::Check::Valid
    };
    // Version 1 demands all signatures to be the log's (rekor, `util/signed_note.go`); tiles may have witnesses.
    let good = match tiles {
        true => read.signatures.iter().any(valid),
        false => read.signatures.iter().all(valid) && !read.signatures.is_empty(),
    };
    if !good {
        let wanted = format!("a signature by log {}", log.id);
        return fails(wanted, "none that verifies".to_owned(), "signature on checkpoint did not verify")
            .with(facts);
    }
    if read.root != proof.root || i64::try_from(read.size) != Ok(proof.size) {
        let side = |root: &[u8], size: String| format!("root {} of {size} entries", hex(root));
        return fails(
            side(&read.root, read.size.to_string()),
            side(&proof.root, proof.size.to_string()),
            "proof root hash does not match signed tree head",
        )
        .with(facts);
    }
    Ended::new(name, Outcome::Held).with(facts)
}

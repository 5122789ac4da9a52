//! The times that documents name, as instants with words.

use crate::model::Moment;
use crate::model::facts::Fact;
use crate::model::reading::{Event, EventKind};

/// Keys of predicates that hold a time, with what happened then.
const PREDICATE: &[(&str, &str)] = &[
    ("started", "build started"),
    ("finished", "build finished"),
    ("scan_finished", "scan finished"),
    ("created", "document created"),
    ("timestamp", "document created"),
    ("time", "verified"),
];

/// The times of a layer's facts, earliest first.
#[must_use]
pub fn events(facts: &Fact) -> Vec<Event> {
    let mut out = Vec::new();
    if let Some(certificate) = facts.get("certificate") {
        of_certificate(certificate, &mut out);
    }
    if let Some(leaf) = facts.get("chain").and_then(|chain| chain.items().first()) {
        of_certificate(leaf, &mut out);
    }
    let logs = facts.get("rekor").into_iter().chain(facts.get("tlog").into_iter().flat_map(Fact::items));
    for entry in logs {
        let index = entry.get("log_index").and_then(Fact::text).unwrap_or_default();
        push(entry.get("time"), EventKind::Logged, &format!("logged, entry {index}"), &mut out);
    }
    let countersigned = facts.get("timestamp_countersignature").and_then(|one| one.get("token"));
    for stamp in facts.get("timestamps").into_iter().flat_map(Fact::items).chain(countersigned) {
        push(stamp.get("at"), EventKind::Stamped, "time stamp", &mut out);
    }
    for (key, kind, what) in [
        ("signingTime", EventKind::Signed, "signed, as the signer says"),
        ("authenticSigningTime", EventKind::Signed, "signed, as the authority says"),
        ("expiry", EventKind::Expires, "signature expires"),
    ] {
        push(facts.get(key), kind, what, &mut out);
    }
    if let Some(predicate) = facts.get("predicate") {
        for (key, what) in PREDICATE {
            push(predicate.get(key), EventKind::Made, what, &mut out);
        }
    }
    out.sort_by_key(|event| event.at);
    out
}

fn of_certificate(certificate: &Fact, out: &mut Vec<Event>) {
    push(certificate.get("not_before"), EventKind::Begins, "certificate begins", out);
    push(certificate.get("not_after"), EventKind::Ends, "certificate ends", out);
    for sct in certificate.get("scts").into_iter().flat_map(Fact::items) {
        push(sct.get("timestamp"), EventKind::Certified, "certificate logged (SCT)", out);
    }
}

fn push(fact: Option<&Fact>, kind: EventKind, what: &str, out: &mut Vec<Event>) {
    if let Some(at) = fact.and_then(Fact::text).and_then(moment) {
        out.push(Event { at, kind, what: what.to_owned() });
    }
}

/// RFC 3339, fractions cut off.
fn moment(text: &str) -> Option<Moment> {
    text.parse::<jiff::Timestamp>().ok().map(|stamp| Moment(stamp.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sorted_and_what_is_none_is_left_out() {
        let certificate = Fact::map()
            .with("not_before", "2026-01-01T00:00:00Z")
            .with("not_after", "2026-01-01T00:10:00Z")
            .with("scts", vec![Fact::map().with("timestamp", "2026-01-01T00:00:01.500Z")]);
        let predicate = Fact::map().with("started", "2025-12-31T23:00:00+01:00").with("finished", "soon");
        let facts = Fact::map().with("certificate", certificate).with("predicate", predicate);
        let words: Vec<String> = events(&facts).into_iter().map(|event| event.what).collect();
        assert_eq!(
            words,
            ["build started", "certificate begins", "certificate logged (SCT)", "certificate ends"]
        );
    }
}

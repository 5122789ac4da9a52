//! The times that hang on an image, in one line each: certificates, logs, time stamps, builds, now.

use crate::model::artifact::Evidence;
use crate::model::reading::{Event, EventKind};
use crate::model::{Moment, World};
use crate::ui::text::Shown;
use crate::ui::text::width::{pad, width};

/// Most columns of the strip that shows where a time lies between the first and the last.
const STRIP: usize = 28;
/// Columns of all else in a line, about.
const REST: usize = 96;
/// Most times that are listed.
const MOST: usize = 2_000;

/// The lines for `room` columns, with the world's now among them. Every time but those of verified steps is a claim.
#[must_use]
pub fn timeline(world: &World, evidence: &Evidence, room: usize, ascii: bool) -> Vec<String> {
    let now = world.as_of;
    let mut all: Vec<(Event, String)> = Vec::new();
    for artifact in &evidence.artifacts {
        for index in 0..artifact.layers.len() {
            let Some(read) = world.read_of(&artifact.digest, index) else { continue };
            let of = format!("{} {:.7}", artifact.kind, artifact.digest.short());
            all.extend(read.events.iter().map(|event| (event.clone(), of.clone())));
        }
    }
    for row in world.proofs.iter().filter(|row| row.subject == evidence.digest) {
        let Some(at) = row.proof.logged_at else { continue };
        let what = "logged, and the promise of the log holds".to_owned();
        let event = (Event { at, kind: EventKind::Logged, what }, format!("layer {}", row.index + 1));
        if !all.contains(&event) {
            all.push(event);
        }
    }
    if all.is_empty() {
        return vec!["No time is named by what hangs on this image, or it has not been read yet.".to_owned()];
    }
    all.push((Event { at: now, kind: EventKind::Made, what: "now".to_owned() }, String::new()));
    all.sort_by_key(|(event, _)| event.at);
    let left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let first = all.first().map_or(now, |(event, _)| event.at);
    // What happened at signing lies close together: now, long after it, is drawn at the end and does not set the scale.
    let last = all.iter().map(|(event, _)| event.at).filter(|at| *at < now).max().unwrap_or(now);
    let mut out = vec![
        "Every time is as the document says; only what a step of a verification names was verified."
            .to_owned(),
        String::new(),
    ];
    let widest = all.iter().map(|(event, _)| width(&event.what)).max().unwrap_or(0).min(60);
    let mut before = first;
    for (event, of) in &all {
        let strip = strip(event.at, (first, last), room.saturating_sub(REST).min(STRIP), ascii);
        let since = distance(event.at.0.saturating_sub(before.0));
        out.push(format!(
            "{}  {since:>12}  {strip}{}  {of}",
            event.at,
            pad(&Shown::new(&event.what), widest, "…").as_str()
        ));
        before = event.at;
    }
    if left_out > 0 {
        out.push(format!("{left_out} more"));
    }
    out
}

/// A mark between the first and the last; nothing where there is no room.
fn strip(at: Moment, (first, last): (Moment, Moment), room: usize, ascii: bool) -> String {
    if room < 8 {
        return String::new();
    }
    let (line, mark) = if ascii { ('-', '*') } else { ('─', '●') };
    let span = i128::from(last.0) - i128::from(first.0);
    let columns = i128::try_from(room - 1).unwrap_or(0);
    let place = match i128::from(at.0) - i128::from(first.0) {
        _ if at > last => columns,
        since if span > 0 => since * columns / span,
        _ => 0,
    };
    let place = usize::try_from(place.max(0)).unwrap_or(0).min(room - 1);
    (0..room).map(|column| if column == place { mark } else { line }).chain("  ".chars()).collect()
}

/// A length of time in its two largest units.
fn distance(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("+{seconds} s"),
        (0, 0, minutes) => format!("+{minutes} m {} s", seconds % 60),
        (0, hours, minutes) => format!("+{hours} h {minutes} m"),
        (days, hours, _) => format!("+{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_stay_within_their_columns() {
        for at in [i64::MIN, 0, 5, 10, 11, i64::MAX] {
            let drawn = strip(Moment(at), (Moment(0), Moment(10)), STRIP, true);
            assert_eq!((drawn.len(), drawn.matches('*').count()), (STRIP + 2, 1), "{at}");
        }
        assert_eq!(strip(Moment(7), (Moment(7), Moment(7)), STRIP, true).find('*'), Some(0));
        assert_eq!(distance(90_061), "+1 d 1 h");
        assert_eq!((distance(61).as_str(), distance(-5).as_str()), ("+1 m 1 s", "+0 s"));
    }
}

//! Functions over times (`pkg/engine/jmespath/time.go`).

use serde_json::Value;

use super::arguments::{Answer, Arguments};
use crate::lang::duration;
use crate::lang::go_time::{self, GoTime, RFC3339};
use crate::lang::jmespath::Fault;

fn refused(problem: String) -> Fault {
    Fault::Value { problem }
}

fn time(args: &Arguments<'_>, index: usize) -> Result<GoTime, Fault> {
    go_time::parse(RFC3339, args.text(index)?).map_err(refused)
}

fn span(args: &Arguments<'_>, index: usize) -> Result<i64, Fault> {
    let text = args.text(index)?;
    duration::parse(text).ok_or_else(|| refused(format!("time: invalid duration {text:?}")))
}

fn printed(time: Option<GoTime>) -> Answer {
    let time =
        time.ok_or_else(|| Fault::Unknowable { what: "a time beyond what can be counted".to_owned() })?;
    Ok(time.text().into())
}

/// The difference, held at the longest duration that there is, as Go holds it.
fn between_times(from: GoTime, to: GoTime) -> Value {
    let difference = to.total() - from.total();
    let held = difference.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
    duration::text(i64::try_from(held).unwrap_or_default()).into()
}

pub(super) fn since(args: &Arguments<'_>, now: &dyn Fn() -> Result<GoTime, Fault>) -> Answer {
    let layout = args.text(0)?;
    let layout = if layout.is_empty() { RFC3339 } else { layout };
    let (first, second) = (args.text(1)?, args.text(2)?);
    let from = go_time::parse(layout, first).map_err(refused)?;
    let to = if second.is_empty() { now()? } else { go_time::parse(layout, second).map_err(refused)? };
    Ok(between_times(from, to))
}

pub(super) fn to_cron(args: &Arguments<'_>) -> Answer {
    let time = time(args, 0)?;
    let [_, month, day, hour, minute, _] = time.civil();
    Ok(format!("{minute} {hour} {day} {month} {}", time.weekday()).into())
}

pub(super) fn add(args: &Arguments<'_>) -> Answer {
    // Kyverno's table has the name of `time_to_cron` in the errors of this one.
    let (time, span) = (time(args, 0)?, span(args, 1)?);
    printed(time.at(time.total() + i128::from(span)))
}

pub(super) fn parse(args: &Arguments<'_>) -> Answer {
    let (layout, text) = (args.text(0)?, args.text(1)?);
    if layout.parse::<i64>().is_ok() {
        let seconds: i64 = text
            .parse()
            .map_err(|_| refused(format!("strconv.ParseInt: parsing {text:?}: invalid syntax")))?;
        let epoch = GoTime { seconds: 0, nanos: 0, offset: 0 };
        return printed(epoch.at(i128::from(seconds) * 1_000_000_000));
    }
    Ok(go_time::parse(layout, text).map_err(refused)?.text().into())
}

pub(super) fn utc(args: &Arguments<'_>) -> Answer {
    Ok(GoTime { offset: 0, ..time(args, 0)? }.text().into())
}

pub(super) fn diff(args: &Arguments<'_>) -> Answer {
    Ok(between_times(time(args, 0)?, time(args, 1)?))
}

pub(super) fn before(args: &Arguments<'_>) -> Answer {
    Ok((time(args, 0)?.total() < time(args, 1)?.total()).into())
}

pub(super) fn after(args: &Arguments<'_>) -> Answer {
    Ok((time(args, 0)?.total() > time(args, 1)?.total()).into())
}

pub(super) fn between(args: &Arguments<'_>) -> Answer {
    let (at, start, end) = (time(args, 0)?.total(), time(args, 1)?.total(), time(args, 2)?.total());
    Ok((at > start && at < end).into())
}

pub(super) fn truncate(args: &Arguments<'_>) -> Answer {
    printed(time(args, 0)?.truncate(span(args, 1)?))
}

//! Times as Go's `time.Parse` reads them by a layout, and as RFC 3339 prints them.

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// The layout of RFC 3339.
pub const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
/// Layouts' words, the longer ones before those that they begin with.
const WORDS: [&str; 31] = [
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "-07:00:00",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00:00",
    "Z07:00",
    "Z0700",
    "Z07",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "PM",
    "pm",
    "_2",
    "1",
    "2",
    "3",
    "4",
    "5",
    "\u{0}",
];

/// A time with the offset that it is printed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoTime {
    /// Seconds since 1970.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: i64,
    /// Seconds east of UTC.
    pub offset: i64,
}

impl GoTime {
    /// Nanoseconds since 1970.
    #[must_use]
    pub fn total(self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos)
    }

    /// The time at a number of nanoseconds since 1970, in this offset; none beyond what seconds can count.
    #[must_use]
    pub fn at(self, total: i128) -> Option<Self> {
        let seconds = i64::try_from(total.div_euclid(1_000_000_000)).ok()?;
        let nanos = i64::try_from(total.rem_euclid(1_000_000_000)).ok()?;
        (seconds.abs() < 1 << 40).then_some(Self { seconds, nanos, offset: self.offset })
    }

    /// Rounds down to a multiple of a duration since the year 1 (`Time.Truncate`).
    #[must_use]
    pub fn truncate(self, span: i64) -> Option<Self> {
        if span <= 0 {
            return Some(self);
        }
        let zero = i128::from(days_before(1, 1, 1) * DAY) * 1_000_000_000;
        let since = self.total() - zero;
        self.at(zero + since - since.rem_euclid(i128::from(span)))
    }

    /// Year, month, day, hour, minute, second in its offset.
    #[must_use]
    pub fn civil(self) -> [i64; 6] {
        let local = self.seconds + self.offset;
        let (days, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let z = days + 719_468;
        let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        [year, month, doy - (153 * mp + 2) / 5 + 1, second / 3600, second / 60 % 60, second % 60]
    }

    /// Day of the week, Sunday is 0.
    #[must_use]
    pub fn weekday(self) -> i64 {
        ((self.seconds + self.offset).div_euclid(DAY) + 4).rem_euclid(7)
    }

    /// RFC 3339, without fractions.
    #[must_use]
    pub fn text(self) -> String {
        let [year, month, day, hour, minute, second] = self.civil();
        let zone = if self.offset == 0 {
            "Z".to_owned()
        } else {
            let sign = if self.offset < 0 { '-' } else { '+' };
            let minutes = self.offset.abs() / 60;
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        };
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }
}

/// Days from 1970-01-01 to a date.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, yoe) = (year.div_euclid(400), year.rem_euclid(400));
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Days of a month.
fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The parts of a time while it is read.
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    offset: i64,
    pm: Option<bool>,
    day_of_year: Option<i64>,
}

/// Reads a time by a layout.
///
/// # Errors
/// What Go says, without its escapes.
pub fn parse(layout: &str, value: &str) -> Result<GoTime, String> {
    let wrong = |rest: &str, word: &str| {
        format!("parsing time {value:?} as {layout:?}: cannot parse {rest:?} as {word:?}")
    };
    let mut parts = Parts {
        year: 0,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
        offset: 0,
        pm: None,
        day_of_year: None,
    };
    let (mut left, mut rest) = (layout, value);
    while !left.is_empty() {
        if let Some((word, after)) = fraction_word(left) {
            rest = take_fraction(rest, word, &mut parts).ok_or_else(|| wrong(rest, word))?;
            left = after;
        } else if let Some(word) = word_at(left) {
            let after = left.get(word.len()..).unwrap_or_default();
            rest = take(rest, word, &mut parts).ok_or_else(|| wrong(rest, word))?;
            // A fraction is read although the layout has none.
            if matches!(word, "05" | "5") && fraction_word(after).is_none() {
                rest = take_fraction(rest, "", &mut parts).unwrap_or(rest);
            }
            left = after;
        } else {
            let mut chars = left.chars();
            let wanted = chars.next().unwrap_or_default();
            rest = rest.strip_prefix(wanted).ok_or_else(|| wrong(rest, left))?;
            left = chars.as_str();
        }
    }
    if !rest.is_empty() {
        return Err(format!("parsing time {value:?}: extra text: {rest:?}"));
    }
    finish(&parts).ok_or_else(|| format!("parsing time {value:?}: out of range"))
}

/// `Jan` does not stand in `January`, nor does it begin another word with a small letter.
fn word_at(left: &str) -> Option<&'static str> {
    let word = WORDS.iter().find(|word| left.starts_with(**word))?;
    let small =
        left.get(word.len()..).and_then(|after| after.chars().next()).is_some_and(|c| c.is_ascii_lowercase());
    (!(matches!(*word, "Jan" | "Mon") && small)).then_some(*word)
}

/// `.000` and `.999` and their kin, when no digit follows.
fn fraction_word(left: &str) -> Option<(&str, &str)> {
    let digits = left.strip_prefix(['.', ','])?;
    let digit = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let end = digits.find(|c| c != digit).unwrap_or(digits.len());
    let after = digits.get(end..)?;
    (!after.starts_with(|c: char| c.is_ascii_digit())).then_some((left.get(..=end)?, after))
}

fn take_fraction<'a>(rest: &'a str, word: &str, parts: &mut Parts) -> Option<&'a str> {
    let exact = word.contains('0');
    let Some(digits) = rest.strip_prefix(['.', ',']) else { return (!exact).then_some(rest) };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if end == 0 || (exact && end + 1 != word.len()) {
        return (!exact).then_some(rest);
    }
    let nine: String = digits.get(..end)?.chars().chain("000000000".chars()).take(9).collect();
    parts.nanos = nine.parse().ok()?;
    digits.get(end..)
}

/// One or two digits, or exactly two.
fn small<'a>(rest: &'a str, fixed: bool, into: &mut i64, most: i64) -> Option<&'a str> {
    let count = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if count == 0 || (fixed && count < 2) {
        return None;
    }
    let number: i64 = rest.get(..count)?.parse().ok()?;
    *into = number;
    (number <= most).then(|| rest.get(count..))?
}

fn exactly<'a>(rest: &'a str, count: usize, into: &mut i64) -> Option<&'a str> {
    let digits = rest.get(..count).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
    *into = digits.parse().ok()?;
    rest.get(count..)
}

fn named<'a>(rest: &'a str, names: &[&str], short: bool) -> Option<(i64, &'a str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = if short { name.get(..3)? } else { name };
        let head = rest.get(..name.len())?;
        head.eq_ignore_ascii_case(name)
            .then(|| Some((i64::try_from(index).ok()?, rest.get(name.len()..)?)))?
    })
}

fn take<'a>(rest: &'a str, word: &str, parts: &mut Parts) -> Option<&'a str> {
    match word {
        "January" | "Jan" => {
            let (month, after) = named(rest, &MONTHS, word == "Jan")?;
            parts.month = month + 1;
            Some(after)
        }
        "Monday" | "Mon" => named(rest, &DAYS, word == "Mon").map(|(_, after)| after),
        "2006" => exactly(rest, 4, &mut parts.year),
        "06" => {
            let after = exactly(rest, 2, &mut parts.year)?;
            parts.year += if parts.year >= 69 { 1900 } else { 2000 };
            Some(after)
        }
        "01" | "1" => small(rest, word == "01", &mut parts.month, 12).filter(|_| parts.month > 0),
        "02" | "2" | "_2" => {
            let rest = if word == "_2" { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
            small(rest, word == "02", &mut parts.day, 99)
        }
        "002" => {
            let mut day = 0;
            let after = exactly(rest, 3, &mut day)?;
            parts.day_of_year = Some(day);
            Some(after)
        }
        "15" => small(rest, false, &mut parts.hour, 23),
        "03" | "3" => small(rest, word == "03", &mut parts.hour, 12),
        "04" | "4" => small(rest, word == "04", &mut parts.minute, 59),
        "05" | "5" => small(rest, word == "05", &mut parts.second, 59),
        "PM" | "pm" => {
            let (am, pm) = if word == "PM" { ("AM", "PM") } else { ("am", "pm") };
            parts.pm = Some(rest.starts_with(pm));
            rest.strip_prefix(pm).or_else(|| rest.strip_prefix(am))
        }
        "MST" => zone_name(rest, parts),
        _ => offset(rest, word, parts),
    }
}

/// A zone's abbreviation: only UTC is known, others get its offset, as in Go where the place is another.
fn zone_name<'a>(rest: &'a str, parts: &mut Parts) -> Option<&'a str> {
    let end = rest.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(rest.len());
    parts.offset = 0;
    matches!(end, 3..=5).then(|| rest.get(end..))?
}

fn offset<'a>(rest: &'a str, word: &str, parts: &mut Parts) -> Option<&'a str> {
    if word.starts_with('Z')
        && let Some(after) = rest.strip_prefix('Z')
    {
        parts.offset = 0;
        return Some(after);
    }
    let sign = match rest.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let mut rest = rest.get(1..)?;
    let mut seconds = 0;
    let fields = word.bytes().filter(u8::is_ascii_digit).count() / 2;
    for (index, unit) in [3600, 60, 1].into_iter().take(fields).enumerate() {
        if index > 0 && word.contains(':') {
            rest = rest.strip_prefix(':')?;
        }
        let mut number = 0;
        rest = exactly(rest, 2, &mut number)?;
        if number > if index == 0 { 24 } else { 60 } {
            return None;
        }
        seconds += number * unit;
    }
    parts.offset = sign * seconds;
    Some(rest)
}

fn finish(parts: &Parts) -> Option<GoTime> {
    let hour = match parts.pm {
        Some(true) if parts.hour < 12 => parts.hour + 12,
        Some(false) if parts.hour == 12 => 0,
        _ => parts.hour,
    };
    let days = match parts.day_of_year {
        Some(day) => {
            let most = 337 + length(parts.year, 2);
            ((1..=most).contains(&day)).then(|| days_before(parts.year, 1, 1) + day - 1)?
        }
        None if (1..=length(parts.year, parts.month)).contains(&parts.day) => {
            days_before(parts.year, parts.month, parts.day)
        }
        None => return None,
    };
    let seconds = days * DAY + hour * 3600 + parts.minute * 60 + parts.second - parts.offset;
    Some(GoTime { seconds, nanos: parts.nanos, offset: parts.offset })
}

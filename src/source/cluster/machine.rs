//! What to ask next for one kind of object: pages, then a watch, and again from the start when a version is too old.
//!
//! A pure step function: it neither waits nor asks.

use std::collections::HashSet;

use super::problem::Problem;

/// First pause after a failure, in milliseconds; it doubles.
const FIRST_PAUSE: u64 = 500;
/// Longest pause, in milliseconds.
const LONGEST_PAUSE: u64 = 30_000;

/// What is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// A page of the list; `None`: the first.
    List(Option<String>),
    /// Changes since a version.
    Watch(String),
}

/// Where one list and watch stand.
#[derive(Debug)]
pub(super) struct Machine {
    act: Act,
    /// Keys of all objects told of.
    known: HashSet<String>,
    /// Keys met since the list was begun.
    seen: HashSet<String>,
    /// Failures since something was answered.
    failures: u32,
    /// Times that a version was too old since a watch has told anything: a list in between is no progress.
    expired: u32,
    complete: bool,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self {
            act: Act::List(None),
            known: HashSet::new(),
            seen: HashSet::new(),
            failures: 0,
            expired: 0,
            complete: false,
        }
    }

    pub(super) fn act(&self) -> Act {
        self.act.clone()
    }

    /// Objects told of.
    pub(super) fn objects(&self) -> usize {
        self.known.len()
    }

    /// True once a list was read to its end.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// A page came. With the last one, gives the keys of what was told before and is gone: until then it stays.
    pub(super) fn page(&mut self, keys: &[String], next: Option<String>, version: &str) -> Vec<String> {
        self.failures = 0;
        self.seen.extend(keys.iter().cloned());
        self.known.extend(keys.iter().cloned());
        if let Some(next) = next.filter(|next| !next.is_empty()) {
            self.act = Act::List(Some(next));
            return Vec::new();
        }
        let mut gone: Vec<String> = self.known.difference(&self.seen).cloned().collect();
        gone.sort();
        self.known = std::mem::take(&mut self.seen);
        self.complete = true;
        self.act = Act::Watch(version.to_owned());
        gone
    }

    /// An object came or changed.
    pub(super) fn changed(&mut self, key: &str, version: &str) {
        self.known.insert(key.to_owned());
        self.moved(version);
    }

    /// An object went.
    pub(super) fn deleted(&mut self, key: &str, version: &str) {
        self.known.remove(key);
        self.moved(version);
    }

    /// The watch has come to a version.
    pub(super) fn moved(&mut self, version: &str) {
        self.progress();
        if !version.is_empty() {
            self.act = Act::Watch(version.to_owned());
        }
    }

    /// A watch ended; gives the pause in milliseconds before the next one. The API server ends watches after minutes; one
    /// that tells nothing and ends at once must not be asked for again and again.
    pub(super) fn ended(&mut self, at_once: bool) -> u64 {
        if at_once { pause(&mut self.failures) } else { self.progress() }
    }

    /// Something failed; gives the pause in milliseconds before the next try. A version or page that is too old means a
    /// new list, and what is known stays until that is complete. A page that a lost server owes is asked for again.
    pub(super) fn failed(&mut self, problem: &Problem) -> u64 {
        let expired = matches!(problem, Problem::Expired);
        let owed = matches!(problem, Problem::Unreachable { .. });
        if expired || (matches!(self.act, Act::List(Some(_))) && !owed) {
            self.act = Act::List(None);
            self.seen.clear();
        }
        if !expired {
            return pause(&mut self.failures);
        }
        let first = self.expired == 0;
        let pause = pause(&mut self.expired);
        if first { 0 } else { pause }
    }

    fn progress(&mut self) -> u64 {
        (self.failures, self.expired) = (0, 0);
        0
    }
}

/// The pause after so many failures in a row, one more than before.
fn pause(failures: &mut u32) -> u64 {
    let pause = FIRST_PAUSE.saturating_mul(1 << (*failures).min(10)).min(LONGEST_PAUSE);
    *failures = failures.saturating_add(1);
    pause
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_known_stays_until_the_new_list_is_complete() {
        let mut machine = Machine::new();
        assert!(machine.page(&keys(&["a", "b"]), Some("t".into()), "").is_empty());
        assert_eq!(machine.act(), Act::List(Some("t".into())));
        assert!(!machine.is_complete());
        assert!(machine.page(&keys(&["c"]), None, "7").is_empty());
        assert_eq!(machine.act(), Act::Watch("7".into()));
        machine.changed("d", "8");
        machine.deleted("a", "9");
        assert_eq!(machine.act(), Act::Watch("9".into()));
        assert_eq!(machine.failed(&Problem::Expired), 0);
        assert_eq!(machine.act(), Act::List(None));
        assert!(machine.page(&keys(&["c"]), Some("u".into()), "").is_empty());
        assert_eq!(machine.page(&keys(&["e"]), None, "12"), keys(&["b", "d"]));
    }

    #[test]
    fn a_lost_server_is_asked_again_for_the_same_and_less_often() {
        let mut machine = Machine::new();
        machine.page(&keys(&["a"]), None, "3");
        let lost = Problem::Unreachable { server: String::new(), detail: String::new() };
        assert_eq!(
            [machine.failed(&lost), machine.failed(&lost), machine.failed(&lost)],
            [500, 1_000, 2_000]
        );
        assert_eq!(machine.act(), Act::Watch("3".into()));
        for _ in 0..99 {
            assert!(machine.failed(&lost) <= LONGEST_PAUSE);
        }
        machine.moved("4");
        assert_eq!(machine.failed(&lost), 500);
    }

    #[test]
    fn a_watch_that_ends_at_once_is_not_asked_for_without_a_pause() {
        let mut machine = Machine::new();
        machine.page(&keys(&["a"]), None, "3");
        assert_eq!([machine.ended(true), machine.ended(true), machine.ended(false)], [500, 1_000, 0]);
    }

    #[test]
    fn an_expired_page_begins_the_list_anew_and_does_not_spin() {
        let mut machine = Machine::new();
        machine.page(&keys(&["a"]), Some("t".into()), "");
        assert_eq!(machine.failed(&Problem::Expired), 0);
        assert_eq!(machine.act(), Act::List(None));
        assert!(machine.failed(&Problem::Expired) > 0);
        machine.page(&keys(&["a"]), None, "3");
        assert!(machine.failed(&Problem::Expired) > 0);
    }
}

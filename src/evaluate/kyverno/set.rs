//! Attestor sets: so many entries of each set must verify, and every set must (spec A.5).

use super::case::{Case, Ending, Judged, can_reach};
use super::policy::AttestorSet;
use super::route;
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome};

/// Judges one set. Entries behind the last one that the engine would have looked at are judged for information.
pub(super) fn judge(case: &Case<'_>, set: &AttestorSet, path: &str) -> Judged {
    let required = set.required();
    let (mut verified, mut undecided) = (0, 0);
    let mut entries = Vec::with_capacity(set.entries.len());
    for (number, entry) in set.entries.iter().enumerate() {
        let mut judged = route::signature(case, entry, &format!("{path}.entries[{number}]"));
        let enough = required > 0 && verified >= required;
        judged.clause.reached = !enough;
        if !enough {
            match judged.ending {
                Ending::Pass => verified += 1,
                Ending::Error => undecided += 1,
                Ending::Fail(_) => {}
            }
        }
        entries.push(judged);
    }
    let ending = if verified >= required && required > 0 {
        Ending::Pass
    } else if can_reach(set, verified, undecided) && undecided > 0 {
        Ending::Error
    } else {
        let texts: Vec<&str> = entries
            .iter()
            .filter_map(|judged| match &judged.ending {
                Ending::Fail(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        Ending::Fail(texts.join("; "))
    };
    let (outcome, deciding) = conclusion(&ending, &entries, required, verified);
    let mut clause = Clause::new(path.trim_start_matches('.'), outcome).at(&set.span);
    clause.children = entries.into_iter().map(|judged| judged.clause).collect();
    Judged { clause, ending, deciding }
}

/// The set's own outcome and the path to the clause that decided it.
fn conclusion(
    ending: &Ending,
    entries: &[Judged],
    required: usize,
    verified: usize,
) -> (Outcome, Vec<usize>) {
    let to = |index: usize, judged: &Judged| {
        let path = std::iter::once(index).chain(judged.deciding.iter().copied()).collect();
        (judged.clause.outcome.clone(), path)
    };
    let threshold = || Outcome::Failed(Reason::Threshold { required, found: verified });
    match ending {
        Ending::Pass => (Outcome::Held, Vec::new()),
        Ending::Error => {
            let first = entries.iter().enumerate().find(|(_, judged)| judged.ending == Ending::Error);
            first.map_or((Outcome::Undecided(Missing::Waiting), Vec::new()), |(index, judged)| {
                to(index, judged)
            })
        }
        Ending::Fail(_) => {
            let mut failed = entries.iter().enumerate().filter(|(_, j)| matches!(j.ending, Ending::Fail(_)));
            let Some((index, first)) = failed.next() else { return (threshold(), Vec::new()) };
            let code = first.clause.outcome.code();
            // Entries that fail for different causes are told apart by the set; one cause is named as what it is.
            if failed.all(|(_, judged)| judged.clause.outcome.code() == code) {
                to(index, first)
            } else {
                (threshold(), Vec::new())
            }
        }
    }
}

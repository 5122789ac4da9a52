//! Near misses on screen: those that the draft lets in first, each with the place that is too wide.

use crate::model::Code;
use crate::model::probe::{Probe, ProbeAnswer};
use crate::ui::text::width::middle;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Glyphs, Role};

/// The code that a probe leads to.
#[must_use]
pub(super) fn code(probe: &Probe) -> Code {
    match probe.answer {
        ProbeAnswer::Admitted => Code::PolWide,
        ProbeAnswer::Refused(code) | ProbeAnswer::Undecided(code) => code,
    }
}

/// What they come to, in one line.
pub(super) fn head(probes: &[Probe]) -> Line {
    let wide = probes.iter().filter(|probe| probe.answer == ProbeAnswer::Admitted).count();
    let all = probes.len();
    match wide {
        0 => Line::of(Role::Ok, format!("probes: none of {all} near misses would be admitted")),
        wide => Line::of(Role::Error, format!("probes: {wide} of {all} near misses would be admitted")),
    }
}

/// Their places in the order of the screen: what is admitted first, then what cannot be decided.
pub(super) fn order(probes: &[Probe]) -> Vec<usize> {
    let rank = |probe: &Probe| match probe.answer {
        ProbeAnswer::Admitted => 0,
        ProbeAnswer::Undecided(_) => 1,
        ProbeAnswer::Refused(_) => 2,
    };
    let mut places: Vec<usize> = (0..probes.len()).collect();
    places.sort_by_key(|at| probes.get(*at).map(rank));
    places
}

/// Identifies one over answers.
pub(super) fn id(probe: &Probe) -> String {
    format!("probe {} {} {}", probe.image, probe.kind.name(), probe.signer)
}

/// A near miss with its answer.
pub(super) fn line(probe: &Probe, width: usize, glyphs: Glyphs) -> Line {
    let words = probe.kind.words();
    let mut line = Line::of(Role::Text, "  ");
    match probe.answer {
        ProbeAnswer::Admitted => {
            line.push(Role::Error, format!("! ADMITS  {words}"));
            line.push(Role::Code, format!("  {}", Code::PolWide));
        }
        ProbeAnswer::Refused(code) => {
            let symbol = if glyphs.ascii { "x" } else { "✗" };
            line.push(Role::Muted, format!("{symbol} refuses {words}  {code}"));
        }
        ProbeAnswer::Undecided(code) => line.push(Role::Error, format!("? cannot decide {words}  {code}")),
    }
    let room = width.saturating_sub(line.width() + 2);
    if !probe.signer.is_empty() && room > 12 {
        line.push(Role::Muted, "  ");
        line.push(Role::Have, middle(&Shown::new(&probe.signer), room, glyphs.dots));
    }
    line
}

/// What the selected near miss is, in one line.
#[must_use]
pub(super) fn because(probe: &Probe) -> Line {
    let mut line = Line::of(Role::Code, code(probe).as_str());
    let what = match probe.answer {
        ProbeAnswer::Admitted => "  lets in what ",
        ProbeAnswer::Refused(_) => "  refuses what ",
        ProbeAnswer::Undecided(_) => "  cannot decide about what ",
    };
    line.push(Role::Muted, what);
    line.push(Role::Muted, Shown::new(&probe.image));
    line.push(Role::Muted, " would be with: ");
    line.push(
        Role::Have,
        Shown::new(if probe.signer.is_empty() { probe.kind.words() } else { &probe.signer }),
    );
    if let Some(span) = &probe.location {
        line.push(Role::Muted, format!("  line {}", span.start.line));
    }
    line
}

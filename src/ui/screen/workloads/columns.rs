//! The columns of the list: which fit, how wide they are, and one row in them.

use crate::analyse::workloads::{Container, Drift, Group, Table, Workload};
use crate::model::verdict::Verdict;
use crate::ui::detail::{verdict_role, verdict_words};
use crate::ui::text::width::{end, middle, pad, width};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Glyphs, Role};

use super::rows::{Row, has_below};
use super::state::State;

/// Mark, fold and verdict.
const LEAD: usize = 13;
/// The number of pods.
const PODS: usize = 5;
/// How long ago a lost source was heard.
const AGE: usize = 5;
/// Least useful width of an owner and of an image.
const LEAST: usize = 12;

/// The longest texts of a table, from which columns are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Longest {
    /// Owner.
    pub owner: usize,
    /// Owner without its namespace.
    pub bare: usize,
    /// Image, without the registry that all have.
    pub image: usize,
    /// Code.
    pub code: usize,
}

impl Longest {
    /// Of a table whose images have this registry in common.
    #[must_use]
    pub fn of(table: &Table, host: &str) -> Self {
        let mut found = Self::default();
        for workload in &table.workloads {
            found.owner = found.owner.max(width(&workload.label));
            found.bare = found.bare.max(width(bare(&workload.label)));
            for (_, _, container) in workload.containers() {
                found.image = found.image.max(width(short(&container.used.image, host)));
            }
        }
        let codes = table.causes.iter().filter_map(|cause| cause.code);
        found.code = codes.map(|code| code.as_str().len()).max().unwrap_or(0);
        found
    }
}

/// An image without the registry that all images have.
#[must_use]
pub fn short<'a>(image: &'a str, host: &str) -> &'a str {
    image.strip_prefix(host).unwrap_or(image)
}

/// An owner without its namespace.
fn bare(label: &str) -> &str {
    label.split_once('/').map_or(label, |(_, rest)| rest)
}

/// Widths of the columns behind the verdict; 0: left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// All of the row.
    pub room: usize,
    /// Owner.
    pub owner: usize,
    /// True when owners lose their namespace.
    pub bare: bool,
    /// Pods.
    pub pods: usize,
    /// Image.
    pub image: usize,
    /// Code.
    pub code: usize,
    /// Age of what is shown, while the source is lost.
    pub age: usize,
}

impl Columns {
    /// The columns for a pane of `room` columns. Where there is no room they are dropped in a fixed order (code, age, pods,
    /// the owner's namespace), never the verdict, the owner and the image.
    #[must_use]
    pub fn fit(room: usize, longest: Longest, wide: bool, lost: bool) -> Self {
        let whole = Self::widths(room, longest, wide, lost);
        let cut = whole.owner < longest.owner;
        // A name without its namespace says more than one with a hole in it.
        let shorter = Longest { owner: longest.bare, ..longest };
        if cut && !wide { Self { bare: true, ..Self::widths(room, shorter, wide, lost) } } else { whole }
    }

    fn widths(room: usize, longest: Longest, wide: bool, lost: bool) -> Self {
        let (all, room) = (room, room.saturating_sub(LEAD));
        let owner = longest.owner.max(LEAST) + 1;
        let image = longest.image.max(LEAST) + 1;
        let wanted =
            [(longest.code + 1) * usize::from(longest.code > 0), (AGE + 1) * usize::from(lost), PODS + 1];
        // Ages and pods are worth a cut in the texts; the code, which stands in the detail too, is not.
        let whole = owner + image;
        let least = if wide { whole } else { owner * 2 / 3 + image * 2 / 3 };
        let mut drop = 0;
        while drop < wanted.len() {
            let texts = if drop == 0 { whole } else { least };
            if wanted.iter().skip(drop).sum::<usize>() + texts <= room {
                break;
            }
            drop += 1;
        }
        let kept = |at: usize| if at >= drop { wanted.get(at).map_or(0, |w| w.saturating_sub(1)) } else { 0 };
        let (code, age, pods) = (kept(0), kept(1), kept(2));
        let left = room.saturating_sub(wanted.iter().skip(drop).sum::<usize>());
        let (owner, image) = if owner + image <= left {
            (owner, left - owner)
        } else {
            let part = (left * owner).checked_div(owner + image).unwrap_or(0);
            let part = part.max(LEAST.min(left / 2));
            (part, left.saturating_sub(part))
        };
        Self {
            room: all,
            owner: owner.saturating_sub(1),
            bare: false,
            pods,
            image: image.saturating_sub(1),
            code,
            age,
        }
    }

    /// The headings.
    #[must_use]
    pub fn head(self) -> Line {
        let mut line = Line::of(Role::Muted, format!("{:LEAD$}", "    VERDICT"));
        let columns = [
            (self.owner, "OWNER", false),
            (self.pods, "PODS", true),
            (self.image, "IMAGE", false),
            (self.code, "CODE", false),
            (self.age, "AGE", true),
        ];
        for (room, title, right) in columns.into_iter().filter(|(room, _, _)| *room > 0) {
            let text = if right {
                format!("{title:>room$}")
            } else {
                pad(&Shown::new(title), room, "").as_str().to_owned()
            };
            line.push(Role::Muted, text);
            line.push(Role::Muted, " ");
        }
        line
    }

    /// A row.
    #[must_use]
    pub fn row(self, state: &State, row: Row, marked: bool, age: &str, glyphs: Glyphs) -> Line {
        let Some(group) = state.groups.get(row.group()) else { return Line::new() };
        match row {
            Row::Group(_) => self.group(group, state.folding.folds.open(group), glyphs),
            Row::More { count, .. } => Line::of(Role::Text, " ".repeat(LEAD))
                .with(Role::Muted, format!("{} {count} more", glyphs.dots)),
            _ => self.member(state, row, marked, age, glyphs),
        }
    }

    /// The counts stay, whatever room the sentence takes.
    fn group(self, group: &Group, open: bool, glyphs: Glyphs) -> Line {
        let mut line = Line::of(Role::Text, " ").with(Role::Muted, if open { "▾ " } else { "▸ " });
        match (group.verdict, &group.cause) {
            (Some(verdict), Some(_)) => line.extend(verdict_words(verdict, glyphs)),
            (None, _) => line.push(Role::Changed, "~ DRIFT"),
            // Of a group by another mark the word would be read as one for all of it.
            (Some(verdict), None) => {
                line.push(verdict_role(verdict), crate::explain::verdict_symbol(verdict, glyphs.ascii));
            }
        }
        line.push(Role::Text, " ");
        let counts = format!("  ({})", group.counts());
        let room = self.room.saturating_sub(line.width() + width(&counts));
        line.push(Role::Title, end(&Shown::new(&group.title), room, glyphs.dots));
        line.push(Role::Muted, counts);
        line
    }

    fn member(self, state: &State, row: Row, marked: bool, age: &str, glyphs: Glyphs) -> Line {
        let (Some(workload), Some(container)) = (row.workload(&state.table), row.container(&state.table))
        else {
            return Line::new();
        };
        let verdict = match row {
            Row::Owner { .. } => workload.verdict,
            Row::Pods { member, .. } => {
                let pods = workload.templates.get(member.template);
                let all = pods.into_iter().flat_map(|pods| &pods.containers);
                all.map(|one| one.verdict).reduce(Verdict::worse).unwrap_or(container.verdict)
            }
            _ => container.verdict,
        };
        let fold = match row {
            Row::Owner { .. } if !has_below(workload) => " ",
            Row::Owner { .. } if state.is_open(row) => "▾",
            Row::Owner { .. } => "▸",
            _ => " ",
        };
        let heading = state.groups.get(row.group()).is_some_and(|group| !group.key.is_empty());
        let indent = if heading { " " } else { "" };
        let mut line = Line::of(Role::Mark, if marked { "●" } else { " " })
            .with(Role::Muted, format!("{indent}{fold} "));
        line.extend(verdict_words(verdict, glyphs));
        let mut line = line.padded(LEAD);
        line.push(
            Role::Text,
            pad(&self.owner_text(row, workload, container, glyphs.dots), self.owner, glyphs.dots),
        );
        line.push(Role::Text, " ");
        if self.pods > 0 {
            line.push(Role::Text, format!("{:>width$} ", pods_text(row, workload), width = self.pods));
        }
        if matches!(row, Row::Pods { .. }) {
            line.push(Role::Text, " ".repeat(self.image + 1));
            return self.tail(state, None, age, line);
        }
        match container.drift.as_ref().filter(|_| state.groups.get(row.group()).is_some_and(Group::is_drift))
        {
            Some(drift) => line.extend(self.runs(drift, glyphs)),
            None => {
                let image = Shown::new(short(&container.used.image, &state.widths.1));
                line.push(Role::Text, pad(&middle(&image, self.image, glyphs.dots), self.image, glyphs.dots));
            }
        }
        line.push(Role::Text, " ");
        self.tail(state, Some(container), age, line)
    }

    /// What runs in place of what the image names, and how that stands.
    fn runs(self, drift: &Drift, glyphs: Glyphs) -> Line {
        let mut line = Line::of(Role::Changed, format!("runs {} ", drift.runs.short()));
        match drift.runs_stand {
            Some(verdict) => line.extend(verdict_words(verdict, glyphs)),
            None => line.push(Role::Muted, "not judged"),
        }
        line.cut(self.image, glyphs.dots).padded(self.image)
    }

    fn tail(self, state: &State, container: Option<&Container>, age: &str, mut line: Line) -> Line {
        if self.code > 0 {
            let code = container.and_then(|one| state.table.causes.get(one.cause)?.code);
            let code = match (code, container.and_then(|one| one.drift.as_ref())) {
                (None, Some(_)) => (Role::Changed, "drift"),
                (code, _) => (Role::Code, code.map_or("", |code| code.as_str())),
            };
            line.push(code.0, format!("{:width$} ", code.1, width = self.code));
        }
        if self.age > 0 {
            line.push(Role::Stale, format!("{age:>width$}", width = self.age));
        }
        line
    }

    fn owner_text(self, row: Row, workload: &Workload, container: &Container, dots: &str) -> Shown {
        let text = match row {
            Row::Pods { member, .. } => {
                let pods = workload.templates.get(member.template);
                format!("  {}", pods.map_or("", |pods| pods.pod.name.as_str()))
            }
            Row::Container { .. } => {
                let runs = if container.as_it_runs { " as it runs" } else { "" };
                format!("    {}{runs}", container.used.container)
            }
            _ if self.bare => bare(&workload.label).to_owned(),
            _ => workload.label.to_string(),
        };
        middle(&Shown::new(&text), self.owner, dots)
    }
}

/// `3`, `3/4` where more are wanted than there are, `(4)` where only the wish is known.
fn pods_text(row: Row, workload: &Workload) -> String {
    match (row, workload.replicas) {
        (Row::Container { .. }, _) => String::new(),
        (Row::Pods { member, .. }, _) => match workload.templates.get(member.template) {
            Some(pods) if pods.pods > 0 => pods.pods.to_string(),
            _ => String::new(),
        },
        (_, None) if workload.pods == 0 => "-".to_owned(),
        (_, Some(wanted)) if workload.pods == 0 => format!("({wanted})"),
        (_, Some(wanted)) if usize::try_from(wanted).ok() != Some(workload.pods) => {
            format!("{}/{wanted}", workload.pods)
        }
        _ => workload.pods.to_string(),
    }
}

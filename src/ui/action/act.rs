//! The values that actions send: small, comparable, nested by who handles them.

/// An action's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Move in what has the focus.
    Move(Move),
    /// Open what is selected.
    Open,
    /// Close the top thing, clear the filter, go back, leave.
    Back,
    /// Close the top overlay or clear what is typed.
    Escape,
    /// Leave.
    Quit,
    /// Cancel the work; a second time leave.
    Cancel,
    /// Stop the process until `fg`.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Look again at what is selected or marked.
    Refresh,
    /// Mark and move down.
    Mark,
    /// Look at the recording inside the program in place of what is looked at.
    Demo,
    /// Take all marks away.
    Unmark,
    /// Begin a range of marks, or keep it.
    Range,
    /// Set a bookmark (true) or go to one: the next key is its letter.
    Bookmark(bool),
    /// Show what would be copied.
    Print,
    /// Write the screen to a file.
    Dump,
    /// Go to a screen or place.
    Go(Go),
    /// Change panes.
    Pane(Pane),
    /// Begin a filter, or search.
    Filter,
    /// Filter by the value under the cursor.
    FilterValue,
    /// Go to the next (true) or previous thing that a search found.
    Found(bool),
    /// Open an overlay.
    Show(Show),
    /// Copy something to the clipboard.
    Copy(Copy),
    /// Sort or group the list.
    Sort(Sort),
    /// Fold a tree.
    Fold(Fold),
    /// Switch something on or off.
    Switch(Switch),
    /// For the Evidence screen.
    Evidence(Evidence),
    /// For the Policies screen.
    Policies(Policies),
    /// For the answer to *why*.
    Why(Why),
    /// For the list of jobs.
    Jobs(Jobs),
    /// For the Audit screen.
    Audit(Audit),
    /// The Identities screen, at who signed the selected image; true: at what stands on them.
    Identity(bool),
    /// What is otherwise between the selected image and the marked one, else the one before.
    Compare,
    /// For the differences of two images.
    Diff(Diff),
    /// For the comparison of two policies.
    Versus(Versus),
    /// Write something into a file or directory.
    Export(Export),
    /// Edit the policy that decides, and see what would change.
    Draft,
    /// For the what-if screen.
    WhatIf(WhatIf),
    /// In a text field.
    Field(Field),
}

/// Movements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// One down.
    Down,
    /// One up.
    Up,
    /// Collapse, or to the parent.
    Left,
    /// Expand, or open.
    Right,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the next sibling: image, clause.
    NextSibling,
    /// To the previous sibling.
    PreviousSibling,
}

impl Move {
    /// The place after this movement in a list of `length` with `page` rows in sight.
    #[must_use]
    pub fn target(self, at: usize, length: usize, page: usize) -> usize {
        let last = length.saturating_sub(1);
        let page = page.max(1);
        match self {
            Self::Down | Self::NextSibling => at.saturating_add(1),
            Self::Up | Self::PreviousSibling => at.saturating_sub(1),
            Self::First => 0,
            Self::Last => last,
            Self::HalfDown => at.saturating_add((page / 2).max(1)),
            Self::HalfUp => at.saturating_sub((page / 2).max(1)),
            Self::PageDown => at.saturating_add(page),
            Self::PageUp => at.saturating_sub(page),
            Self::Left | Self::Right => at,
        }
        .min(last)
    }
}

/// Places to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Go {
    /// The Workloads screen.
    Workloads,
    /// The Workloads screen, at an owner that uses the selected image.
    Owner,
    /// The Images screen.
    Images,
    /// The Evidence screen, for what is selected.
    Evidence,
    /// The Policies screen, at the policy that decided.
    Policies,
    /// The Identities screen.
    Identities,
    /// The Audit screen, at the selected finding.
    Audit,
    /// Back in the history.
    Back,
    /// Forward in the history.
    Forward,
    /// The screen before.
    Last,
}

/// Panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pane {
    /// Focus the next.
    Next,
    /// Focus the previous.
    Previous,
    /// Show the focused one alone, or all again.
    Full,
    /// Scroll the detail down.
    DetailDown,
    /// Scroll the detail up.
    DetailUp,
}

/// Overlays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Show {
    /// Help.
    Help,
    /// The palette.
    Palette,
    /// Why.
    Why,
    /// The page of the code.
    Code,
    /// Content as it came.
    Raw,
    /// Jobs.
    Jobs,
    /// Messages.
    Messages,
    /// What has been asked of whom.
    Requests,
    /// Everything about what is selected.
    Info,
}

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Copy {
    /// The digest.
    Digest,
    /// The image reference.
    Reference,
    /// The code.
    Code,
    /// The place in the document.
    Path,
    /// The value of the line.
    Value,
    /// The filter of jq for the place in the document.
    Filter,
    /// The whole why as text.
    Why,
    /// The command that shows the same.
    Command,
    /// The result as JSON.
    Json,
    /// The view, for `sigscope open`.
    Locator,
}

/// Orders and groups of the list of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By verdict, worst first.
    Verdict,
    /// By name.
    Name,
    /// By the number of places that use the image.
    Uses,
    /// Group by repository.
    ByRepository,
    /// Group by resource.
    ByResource,
    /// Group by verdict and code.
    ByVerdict,
    /// No groups.
    Flat,
    /// By the number of pods.
    Pods,
    /// Group by namespace.
    ByNamespace,
    /// Group by who signed.
    ByIdentity,
    /// Group by the next of these.
    NextGroup,
}

/// Folding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// Open or close this.
    Toggle,
    /// Open this.
    Open,
    /// Close this.
    Close,
    /// Open all.
    OpenAll,
    /// Close all.
    CloseAll,
    /// Bring the selection to the middle.
    Middle,
    /// Bring the selection to the top.
    Top,
    /// Bring the selection to the bottom.
    Bottom,
}

/// Switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Switch {
    /// The picture stands still while the work goes on.
    Freeze,
    /// The terminal's own mouse.
    Mouse,
    /// Wide columns.
    Wide,
    /// The next theme.
    Theme,
}

/// For the Evidence screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// Show or hide empty and noisy fields.
    Noise,
    /// Open the document of the selected line.
    Document,
    /// The times of everything that hangs on the image.
    Timeline,
}

/// For the Policies screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policies {
    /// To the next problem or failing line (true), or the previous.
    Problem(bool),
}

/// For the answer to *why*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The next (true) or previous result of the same image.
    Result(bool),
    /// Try the first remedy that is an edit of the policy.
    Try,
    /// The times of everything that hangs on the image.
    Times,
}

/// For the what-if screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhatIf {
    /// Type into the text.
    Insert,
    /// Stop typing.
    Normal,
    /// Type into a new line below.
    Line,
    /// Take a change back.
    Undo,
    /// Make it again.
    Redo,
    /// Delete the line.
    DeleteLine,
    /// Open the text in the user's editor.
    External,
    /// Save the draft.
    Save,
    /// Save the difference as a patch.
    Patch,
    /// Forget the draft, after a question.
    Discard,
    /// Forget the draft.
    Drop,
}

/// For the Audit screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audit {
    /// Acknowledge, with a note.
    Acknowledge,
    /// Change the note.
    Comment,
    /// Take the last change back.
    Undo,
}

/// For the comparison of two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Versus {
    /// Compare the selected policy with another.
    Compare,
    /// The next policy on the old side.
    Old,
    /// The next policy on the new side.
    New,
    /// Show or hide what both agree about.
    All,
}

/// For the differences of two images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Diff {
    /// Show or hide what differs between any two builds.
    Noise,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Export {
    /// What the screen holds: a draft as a patch, else the evidence.
    Here,
    /// The evidence of all verdicts, as a directory.
    Evidence,
    /// The audit as JSON.
    Json,
    /// As SARIF.
    Sarif,
    /// As JUnit.
    Junit,
    /// As Markdown.
    Markdown,
    /// As PolicyReports of the working group.
    PolicyReport,
    /// As PolicyReports of OpenReports.
    OpenReports,
}

/// For the list of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Jobs {
    /// Cancel the selected one.
    Cancel,
}

/// In a text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Take what is typed.
    Accept,
    /// Forget what is typed.
    Cancel,
    /// Complete.
    Complete,
    /// The next candidate.
    Next,
    /// The previous candidate.
    Previous,
}

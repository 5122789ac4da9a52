//! The table of actions.

use super::act::{
    Act, Audit, Copy, Diff, Evidence, Export, Field, Fold, Go, Jobs, Move, Pane, Policies, Show, Sort,
    Switch, Versus, WhatIf, Why,
};
use super::scope::Scope;
use super::when::When;
use crate::ui::model::Model;
use crate::ui::update::scopes;

/// An action.
#[derive(Clone, Copy, Debug)]
pub struct ActionSpec {
    /// Its name: the command of the palette.
    pub name: &'static str,
    /// What it does, for help and documents.
    pub doc: &'static str,
    /// Where it works.
    pub scope: Scope,
    /// Sequences of keys; the first one is shown in hints.
    pub keys: &'static [&'static str],
    /// When it works.
    pub when: When,
    /// What it sends.
    pub act: Act,
}

impl ActionSpec {
    /// Whether it works now: it has a meaning on what has the keys, and what it needs is there.
    ///
    /// # Errors
    /// Why not, in a few words.
    pub fn check(&self, model: &Model) -> Result<(), String> {
        if self.scope != Scope::Global && !scopes(model).contains(&self.scope) {
            return Err(format!("this is not the place for `{}`: {}", self.name, self.scope.place()));
        }
        self.when.check(model).map_err(str::to_owned)
    }
}

/// The action of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static ActionSpec> {
    ACTIONS.iter().find(|action| action.name == name)
}

const fn global(
    name: &'static str,
    keys: &'static [&'static str],
    when: When,
    act: Act,
    doc: &'static str,
) -> ActionSpec {
    ActionSpec { name, doc, scope: Scope::Global, keys, when, act }
}

const fn local(
    scope: Scope,
    name: &'static str,
    keys: &'static [&'static str],
    act: Act,
    doc: &'static str,
) -> ActionSpec {
    ActionSpec { name, doc, scope, keys, when: When::Always, act }
}

/// Every action.
#[rustfmt::skip]
pub static ACTIONS: &[ActionSpec] = &[
    global("down", &["j", "down"], When::Always, Act::Move(Move::Down), "move down"),
    global("up", &["k", "up"], When::Always, Act::Move(Move::Up), "move up"),
    global("left", &["h", "left", "backspace"], When::Always, Act::Move(Move::Left), "collapse, or to the parent"),
    global("right", &["l", "right"], When::Always, Act::Move(Move::Right), "expand, or open"),
    global("first", &["g g", "home"], When::Always, Act::Move(Move::First), "to the first"),
    global("last", &["G", "end"], When::Always, Act::Move(Move::Last), "to the last"),
    global("half-page-down", &["ctrl-d"], When::Always, Act::Move(Move::HalfDown), "half a page down"),
    global("half-page-up", &["ctrl-u"], When::Always, Act::Move(Move::HalfUp), "half a page up"),
    global("page-down", &["pgdn", "ctrl-f"], When::Always, Act::Move(Move::PageDown), "a page down"),
    global("page-up", &["pgup", "ctrl-b"], When::Always, Act::Move(Move::PageUp), "a page up"),
    global("next-sibling", &["]"], When::Always, Act::Move(Move::NextSibling), "next image or clause, without leaving"),
    global("previous-sibling", &["["], When::Always, Act::Move(Move::PreviousSibling), "previous image or clause, without leaving"),
    global("open", &["enter"], When::Always, Act::Open, "open what is selected"),
    global("escape", &["esc"], When::Always, Act::Escape, "close the top thing, or clear the filter"),
    global("back", &["q"], When::Always, Act::Back, "back; at the root quit"),
    global("quit", &["Q"], When::Always, Act::Quit, "quit"),
    global("cancel", &["ctrl-c"], When::Always, Act::Cancel, "cancel the work; again within 2 s, or with no work: quit"),
    global("suspend", &["ctrl-z"], When::Always, Act::Suspend, "stop the program; `fg` brings it back"),
    global("redraw", &["ctrl-l"], When::Always, Act::Redraw, "draw the screen anew"),
    global("help", &["?", "f1"], When::Always, Act::Show(Show::Help), "what works here; typing filters, Enter runs"),
    global("palette", &[":"], When::Always, Act::Show(Show::Palette), "run a command by its name"),
    global("filter", &["/"], When::Always, Act::Filter, "filter the list, or search in a text"),
    global("next-found", &["n"], When::Always, Act::Found(true), "next thing found"),
    global("previous-found", &["N"], When::Always, Act::Found(false), "previous thing found"),
    global("filter-value", &["*"], When::Image, Act::FilterValue, "filter by the value under the cursor"),
    global("why", &["w"], When::Verdict, Act::Show(Show::Why), "why: policy and evidence side by side"),
    global("what-if", &["e", "p"], When::Policy, Act::Draft, "edit the policy that decides as a draft, and see what would change"),
    global("explain", &["x"], When::Code, Act::Show(Show::Code), "explain the code: meaning, causes, what to do"),
    global("raw", &["r"], When::Raw, Act::Show(Show::Raw), "the manifest or content as it came"),
    global("mark", &["space"], When::Always, Act::Mark, "mark, and move down"),
    global("mark-range", &["v"], When::Image, Act::Range, "mark a range: move to its other end, again to keep it"),
    global("bookmark", &["m"], When::Always, Act::Bookmark(true), "set a bookmark: the next key is its letter"),
    global("go-bookmark", &["'"], When::Always, Act::Bookmark(false), "go to the bookmark of a letter"),
    global("dump", &["S"], When::Always, Act::Dump, "write the screen as text to a file"),
    global("print", &["P"], When::Always, Act::Print, "like copying, but shown: the next key says what"),
    global("unmark-all", &[], When::Marks, Act::Unmark, "take all marks away"),
    global("refresh", &["R"], When::Always, Act::Refresh, "fetch and verify again: the marked, else the selected image"),
    global("freeze", &["F"], When::Always, Act::Switch(Switch::Freeze), "freeze the picture; the work goes on"),
    global("mouse", &["M"], When::Always, Act::Switch(Switch::Mouse), "give the mouse to the terminal, or take it back"),
    global("wide", &["W"], When::Lists, Act::Switch(Switch::Wide), "wide columns"),
    global("theme", &[], When::Always, Act::Switch(Switch::Theme), "next theme; `:theme NAME` takes one by name"),
    global("next-pane", &["tab"], When::Always, Act::Pane(Pane::Next), "focus the next pane"),
    global("previous-pane", &["backtab"], When::Always, Act::Pane(Pane::Previous), "focus the previous pane"),
    global("full", &["f"], When::Always, Act::Pane(Pane::Full), "focused pane alone; again: all panes"),
    global("detail-down", &["J"], When::Always, Act::Pane(Pane::DetailDown), "scroll the detail down"),
    global("detail-up", &["K"], When::Always, Act::Pane(Pane::DetailUp), "scroll the detail up"),
    global("workloads", &["1"], When::Always, Act::Go(Go::Workloads), "the Workloads screen"),
    global("owner", &["g w"], When::Image, Act::Go(Go::Owner), "the Workloads screen, at an owner that uses this image"),
    global("images", &["2", "g i"], When::Always, Act::Go(Go::Images), "the Images screen"),
    global("evidence", &["3", "g e"], When::Always, Act::Go(Go::Evidence), "the Evidence screen, for the selected image"),
    global("policies", &["4", "g p"], When::Always, Act::Go(Go::Policies), "the Policies screen, at the rule that decided"),
    global("identities", &["5"], When::Always, Act::Go(Go::Identities), "the Identities screen: who signed what"),
    global("audit", &["6", "g a"], When::Always, Act::Go(Go::Audit), "the Audit screen: findings and what was said of them"),
    global("export", &["X"], When::Always, Act::Export(Export::Here), "export what the screen holds: the evidence as a directory, a draft as a patch"),
    global("export-evidence", &[], When::Always, Act::Export(Export::Evidence), "export the evidence of all verdicts as a directory, which `sigscope replay` verifies again"),
    global("jobs", &["g j"], When::Always, Act::Show(Show::Jobs), "running and waiting work"),
    global("messages", &["g m"], When::Always, Act::Show(Show::Messages), "all messages so far"),
    global("requests", &["g r"], When::Always, Act::Show(Show::Requests), "what has been asked of whom over the network"),
    global("info", &["I"], When::Always, Act::Show(Show::Info), "everything about what is selected"),
    global("history-back", &["H"], When::Past, Act::Go(Go::Back), "back in the history"),
    global("history-forward", &["L"], When::Future, Act::Go(Go::Forward), "forward in the history"),
    global("last-screen", &["-"], When::Past, Act::Go(Go::Last), "the screen before this one"),
    global("copy-digest", &["y y", "y d"], When::Digest, Act::Copy(Copy::Digest), "copy the digest"),
    global("copy-reference", &["y r"], When::Image, Act::Copy(Copy::Reference), "copy the image reference"),
    global("copy-code", &["y x"], When::Code, Act::Copy(Copy::Code), "copy the code"),
    global("copy-path", &["y p"], When::Always, Act::Copy(Copy::Path), "copy the place in the document"),
    global("copy-value", &["y v"], When::Always, Act::Copy(Copy::Value), "copy the value under the cursor"),
    global("copy-filter", &["y q"], When::Always, Act::Copy(Copy::Filter), "copy the filter of jq for the place in the document"),
    global("copy-why", &["y w"], When::Verdict, Act::Copy(Copy::Why), "copy the whole why as text"),
    global("copy-command", &["y c"], When::Image, Act::Copy(Copy::Command), "copy the command that shows the same, and what comes nearest in cosign, Kyverno or Notation"),
    global("copy-json", &["y j"], When::Verdict, Act::Copy(Copy::Json), "copy the result as JSON"),
    global("copy-locator", &["y l"], When::Always, Act::Copy(Copy::Locator), "copy this view for `sigscope open LOCATOR`"),
    global("sort-verdict", &["s v"], When::Lists, Act::Sort(Sort::Verdict), "sort by verdict, worst first; again: reversed"),
    global("sort-name", &["s n"], When::Lists, Act::Sort(Sort::Name), "sort by name; again: reversed"),
    global("sort-uses", &["s u"], When::Images, Act::Sort(Sort::Uses), "sort by the number of uses; again: reversed"),
    global("group-repository", &["s r"], When::Images, Act::Sort(Sort::ByRepository), "group by repository"),
    global("group-resource", &["s o"], When::Lists, Act::Sort(Sort::ByResource), "group by resource, or by owner"),
    global("group-cause", &["s c"], When::Lists, Act::Sort(Sort::ByVerdict), "group by verdict and code"),
    global("group-none", &["s f"], When::Lists, Act::Sort(Sort::Flat), "no groups"),
    global("sort-pods", &["s p"], When::Workloads, Act::Sort(Sort::Pods), "sort by the number of pods; again: reversed"),
    global("group-namespace", &["s N"], When::Workloads, Act::Sort(Sort::ByNamespace), "group by namespace"),
    global("group-identity", &["s i"], When::Workloads, Act::Sort(Sort::ByIdentity), "group by who signed"),
    global("group-next", &["s g"], When::Workloads, Act::Sort(Sort::NextGroup), "group by cause, owner, namespace or identity in turn"),
    global("fold", &["z a"], When::Always, Act::Fold(Fold::Toggle), "open or close this"),
    global("fold-open", &["z o"], When::Always, Act::Fold(Fold::Open), "open this"),
    global("fold-close", &["z c"], When::Always, Act::Fold(Fold::Close), "close this"),
    global("fold-open-all", &["z R"], When::Always, Act::Fold(Fold::OpenAll), "open all"),
    global("fold-close-all", &["z M"], When::Always, Act::Fold(Fold::CloseAll), "close all"),
    global("view-middle", &["z z"], When::Always, Act::Fold(Fold::Middle), "selection to the middle"),
    global("view-top", &["z t"], When::Always, Act::Fold(Fold::Top), "selection to the top"),
    global("view-bottom", &["z b"], When::Always, Act::Fold(Fold::Bottom), "selection to the bottom"),
    local(Scope::Evidence, "noise", &["."], Act::Evidence(Evidence::Noise), "show or hide the fields that seldom matter"),
    local(Scope::Evidence, "document", &["o"], Act::Evidence(Evidence::Document), "open the document: tables and JSON tree, searched with /"),
    local(Scope::Evidence, "timeline", &["t"], Act::Evidence(Evidence::Timeline), "the times of certificates, logs, time stamps and builds, and now"),
    local(Scope::Document, "tables", &["o"], Act::Pane(Pane::Next), "from the tables to the JSON tree, and back (tab too)"),
    local(Scope::Policies, "next-problem", &["}"], Act::Policies(Policies::Problem(true)), "to the next problem or failing line"),
    local(Scope::Policies, "previous-problem", &["{"], Act::Policies(Policies::Problem(false)), "to the previous problem or failing line"),
    local(Scope::Policies, "compare", &["C"], Act::Versus(Versus::Compare), "where this policy and another one disagree, image by image; `:compare OLD NEW` names both"),
    local(Scope::Versus, "versus-old", &["<"], Act::Versus(Versus::Old), "the next policy on the old side"),
    local(Scope::Versus, "versus-new", &[">"], Act::Versus(Versus::New), "the next policy on the new side"),
    local(Scope::Versus, "versus-all", &["."], Act::Versus(Versus::All), "show or hide the images about which both agree"),
    local(Scope::Image, "identity", &["i"], Act::Identity(false), "the Identities screen, at who signed this image"),
    local(Scope::Image, "blast", &["b"], Act::Identity(true), "what stands on who signed this image: the blast radius"),
    local(Scope::Image, "diff", &["d"], Act::Compare, "what is otherwise than in the marked image, else in the one before of its repository"),
    local(Scope::Diff, "diff-noise", &["."], Act::Diff(Diff::Noise), "show or hide what differs between any two builds"),
    local(Scope::Audit, "acknowledge", &["A"], Act::Audit(Audit::Acknowledge), "acknowledge the marked, else the selected finding, with a note"),
    local(Scope::Audit, "comment", &["c"], Act::Audit(Audit::Comment), "change the note of an acknowledgement"),
    local(Scope::Audit, "take-back", &["u"], Act::Audit(Audit::Undo), "take the last change back, else the selected acknowledgement"),
    local(Scope::Audit, "export-json", &["o j"], Act::Export(Export::Json), "export all results as JSON, with acknowledgements"),
    local(Scope::Audit, "export-sarif", &["o s"], Act::Export(Export::Sarif), "export all results as SARIF"),
    local(Scope::Audit, "export-junit", &["o u"], Act::Export(Export::Junit), "export all results as JUnit XML"),
    local(Scope::Audit, "export-markdown", &["o m"], Act::Export(Export::Markdown), "export all results as Markdown"),
    local(Scope::Audit, "export-policy-report", &["o p"], Act::Export(Export::PolicyReport), "export all results as PolicyReports (wgpolicyk8s.io)"),
    local(Scope::Audit, "export-open-reports", &["o o"], Act::Export(Export::OpenReports), "export all results as PolicyReports (openreports.io)"),
    local(Scope::Why, "next-result", &["}"], Act::Why(Why::Result(true)), "next result of this image"),
    local(Scope::Why, "previous-result", &["{"], Act::Why(Why::Result(false)), "previous result of this image"),
    local(Scope::Why, "try-remedy", &["a"], Act::Why(Why::Try), "try the remedy as a draft of the policy"),
    local(Scope::Why, "times", &["t"], Act::Why(Why::Times), "all times that hang on the image, beside now"),
    local(Scope::WhatIf, "insert", &["i"], Act::WhatIf(WhatIf::Insert), "type into the text"),
    local(Scope::WhatIf, "insert-line", &["o"], Act::WhatIf(WhatIf::Line), "type into a new line below"),
    local(Scope::WhatIf, "undo", &["u"], Act::WhatIf(WhatIf::Undo), "undo"),
    local(Scope::WhatIf, "redo", &["U", "ctrl-r"], Act::WhatIf(WhatIf::Redo), "redo"),
    local(Scope::WhatIf, "delete-line", &["D"], Act::WhatIf(WhatIf::DeleteLine), "delete the line"),
    local(Scope::WhatIf, "external-editor", &["E"], Act::WhatIf(WhatIf::External), "edit in `$VISUAL` or `$EDITOR`"),
    local(Scope::WhatIf, "save-draft", &["ctrl-s"], Act::WhatIf(WhatIf::Save), "save the draft as a file; `:w FILE` names it"),
    local(Scope::WhatIf, "save-patch", &[], Act::WhatIf(WhatIf::Patch), "save the difference as a patch"),
    local(Scope::WhatIf, "discard-draft", &["ctrl-x"], Act::WhatIf(WhatIf::Discard), "forget the draft"),
    local(Scope::Editor, "normal", &["esc"], Act::WhatIf(WhatIf::Normal), "stop typing"),
    local(Scope::Confirm, "confirm", &["Y"], Act::Open, "yes"),
    local(Scope::Workloads, "demo", &["D"], Act::Demo, "look at the demo: a recording inside the program, without any network"),
    local(Scope::Jobs, "cancel-job", &["x", "d"], Act::Jobs(Jobs::Cancel), "cancel the selected job: its image is undecided then"),
    local(Scope::Field, "accept", &["enter"], Act::Field(Field::Accept), "take what is typed"),
    local(Scope::Field, "dismiss", &["esc"], Act::Field(Field::Cancel), "forget what is typed"),
    local(Scope::Field, "complete", &["tab"], Act::Field(Field::Complete), "complete"),
    local(Scope::Field, "next-candidate", &["down", "ctrl-n"], Act::Field(Field::Next), "next candidate"),
    local(Scope::Field, "previous-candidate", &["up", "ctrl-p"], Act::Field(Field::Previous), "previous candidate"),
];

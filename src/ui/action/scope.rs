//! Where an action works.

/// A part of the program that has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere but in text fields.
    Global,
    /// The Workloads screen.
    Workloads,
    /// The Images screen.
    Images,
    /// The Evidence screen.
    Evidence,
    /// The Policies screen.
    Policies,
    /// Wherever an image is selected.
    Image,
    /// The Identities screen.
    Identities,
    /// The Audit screen.
    Audit,
    /// The differences of two images.
    Diff,
    /// Two policies over the same images.
    Versus,
    /// The answer to *why*.
    Why,
    /// The what-if screen.
    WhatIf,
    /// Typing into a policy.
    Editor,
    /// The question before a draft goes.
    Confirm,
    /// Content as it came.
    Raw,
    /// A document: its tables and its JSON tree.
    Document,
    /// Running work.
    Jobs,
    /// Any text field: filter, palette, help, search.
    Field,
}

impl Scope {
    /// All scopes, in the order of the documents.
    pub const ALL: &'static [Self] = &[
        Self::Global,
        Self::Image,
        Self::Workloads,
        Self::Images,
        Self::Evidence,
        Self::Policies,
        Self::Identities,
        Self::Audit,
        Self::Diff,
        Self::Versus,
        Self::Why,
        Self::WhatIf,
        Self::Editor,
        Self::Confirm,
        Self::Raw,
        Self::Document,
        Self::Jobs,
        Self::Field,
    ];

    /// True where keys on the selected image count too.
    #[must_use]
    pub fn has_images(self) -> bool {
        matches!(
            self,
            Self::Workloads
                | Self::Images
                | Self::Evidence
                | Self::Policies
                | Self::Identities
                | Self::Audit
                | Self::Why
        )
    }

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Workloads => "Workloads",
            Self::Images => "Images",
            Self::Evidence => "Evidence",
            Self::Policies => "Policies",
            Self::Image => "On an image",
            Self::Identities => "Identities",
            Self::Audit => "Audit",
            Self::Diff => "Differences",
            Self::Versus => "Two policies",
            Self::Why => "Why",
            Self::WhatIf => "What-if",
            Self::Editor => "What-if, while typing",
            Self::Confirm => "Before an unsaved draft goes",
            Self::Raw => "Raw content",
            Self::Document => "Documents",
            Self::Jobs => "Jobs",
            Self::Field => "Text fields",
        }
    }

    /// Where to go for its actions.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Global => "it works everywhere",
            Self::Workloads => "it works on the Workloads screen (1)",
            Self::Images => "it works on the Images screen (2)",
            Self::Evidence => "it works on the Evidence screen (3)",
            Self::Policies => "it works on the Policies screen (4)",
            Self::Image => "it works where an image is selected",
            Self::Identities => "it works on the Identities screen (5)",
            Self::Audit => "it works on the Audit screen (6)",
            Self::Diff => "it works in the differences of two images (d)",
            Self::Versus => "it works where two policies are compared (C on the Policies screen)",
            Self::Why => "it works in the answer to why (w)",
            Self::WhatIf => "it works on the what-if screen (e)",
            Self::Editor | Self::Field => "it works where text is typed",
            Self::Confirm => "nothing is asked now",
            Self::Raw => "it works in a page of text",
            Self::Document => "it works in a document",
            Self::Jobs => "it works in the list of jobs (gj)",
        }
    }

    /// One sentence about it.
    #[must_use]
    pub fn doc(self) -> &'static str {
        match self {
            Self::Global => "No screen gives these another meaning.",
            Self::Workloads => "Owners with their pods, by cause, owner, namespace or who signed.",
            Self::Images => "Images by repository, resource or verdict.",
            Self::Evidence => "What hangs on one image.",
            Self::Policies => {
                "Policy files, their policies and rules, and how often each line held and failed."
            }
            Self::Image => "On every screen but what-if, and in the answer to why.",
            Self::Identities => "Who signed what, and what stands on each of them.",
            Self::Diff => "What is otherwise between two images.",
            Self::Versus => "Where two policies disagree about the same images, and why.",
            Self::Audit => "Findings, what was said of them, and whether that still holds.",
            Self::Why => "Policy and evidence side by side.",
            Self::WhatIf => {
                "A policy as a draft, and what would stand otherwise under it. Nothing is ever applied."
            }
            Self::Editor => {
                "Every other key goes into the text; ctrl-u and ctrl-r undo and redo, tab indents."
            }
            Self::Confirm => "The only question that is ever asked.",
            Self::Document => "What an attestation says, as tables and as a JSON tree.",
            Self::Raw => "The bytes behind a line, made safe to show.",
            Self::Jobs => "Work that runs or waits.",
            Self::Field => "Everything else that is typed goes into the field.",
        }
    }
}

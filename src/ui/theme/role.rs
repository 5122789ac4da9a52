//! What a cell is for. Views draw roles; which colour a role has is the theme's business.

use ratatui::style::{Color, Style};

macro_rules! roles {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, falls back to $next:ident;)+) => {
        /// A role of text or ground.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in theme files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The role whose colours are used where a theme says nothing; `Text` falls back to itself.
            #[must_use]
            pub fn fallback(self) -> Self {
                match self { $(Self::$name => Self::$next,)+ }
            }
        }
    };
}

roles! {
    /// Ordinary text, and the ground of the whole screen.
    Text = "text", falls back to Text;
    /// What is beside the point.
    Muted = "muted", falls back to Text;
    /// Titles of panes and headings.
    Title = "title", falls back to Text;
    /// Borders.
    Border = "border", falls back to Muted;
    /// The border of the pane that has the focus.
    BorderFocus = "border-focus", falls back to Title;
    /// The selected row.
    Selection = "selection", falls back to Text;
    /// Keys in hints and help.
    Key = "key", falls back to Title;
    /// Passed, held.
    Ok = "ok", falls back to Text;
    /// Denied, failed.
    Deny = "deny", falls back to Text;
    /// Would be denied.
    Audit = "audit", falls back to Text;
    /// Could not be decided.
    Error = "error", falls back to Deny;
    /// Not verified yet.
    Wait = "wait", falls back to Muted;
    /// No rule matches.
    None = "none", falls back to Muted;
    /// Older than it should be.
    Stale = "stale", falls back to Muted;
    /// What a policy wants.
    Want = "want", falls back to Ok;
    /// What is there.
    Have = "have", falls back to Deny;
    /// What both sides share.
    Same = "same", falls back to Muted;
    /// Added.
    Added = "added", falls back to Ok;
    /// Removed.
    Removed = "removed", falls back to Deny;
    /// Where two sides differ.
    Changed = "changed", falls back to Audit;
    /// Stable codes, and code.
    Code = "code", falls back to Title;
    /// Links and what can be opened.
    Link = "link", falls back to Key;
    /// Badges in the header.
    Badge = "badge", falls back to Title;
    /// Marks, and what a filter found.
    Mark = "mark", falls back to Key;
}

impl Role {
    /// The role as the colour of text, in the tongue of views: `Ink` turns it into a real colour.
    #[must_use]
    pub fn ink(self) -> Style {
        Style::new().fg(self.tag())
    }

    /// The role as a ground below text.
    #[must_use]
    pub fn ground(self) -> Style {
        Style::new().bg(self.tag())
    }

    fn tag(self) -> Color {
        Color::Indexed(u8::try_from(self as usize).unwrap_or_default())
    }

    /// The role that a cell was drawn with.
    #[must_use]
    pub fn of(color: Color) -> Option<Self> {
        match color {
            Color::Indexed(number) => Self::ALL.get(usize::from(number)).copied(),
            _ => None,
        }
    }

    /// The role of a theme file's name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}

//! Theme files: `inherits`, `[palette]`, `[roles]`; read, resolved role by role, refused with the place of the mistake.

use std::collections::BTreeMap;
use std::fmt;

use ratatui::style::{Color, Modifier};
use serde::Deserialize;

use super::names;
use super::role::Role;

/// How deep themes may inherit.
const DEEPEST: usize = 8;

/// The themes inside the program: name and text.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("terminal", include_str!("../../../themes/terminal.toml")),
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("deutan", include_str!("../../../themes/deutan.toml")),
    ("tritan", include_str!("../../../themes/tritan.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// What a theme says about one role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Colour of the text.
    pub fg: Option<Color>,
    /// Colour of the ground.
    pub bg: Option<Color>,
    /// Bold, dim, italic, underlined, reversed.
    pub modifier: Modifier,
}

/// A theme with every role resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    looks: BTreeMap<Role, Look>,
}

/// Why a theme cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThemeError {
    /// No theme of that name.
    Unknown(String),
    /// Not TOML, or not of this form; with the place.
    Syntax {
        /// Theme.
        theme: String,
        /// The problem.
        problem: String,
    },
    /// A role that there is not.
    Role {
        /// Theme.
        theme: String,
        /// The name.
        name: String,
    },
    /// A colour that there is not.
    Color {
        /// Theme.
        theme: String,
        /// The name.
        name: String,
    },
    /// Themes that inherit each other.
    Circle(String),
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => {
                let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
                write!(f, "no theme `{name}`; there are {}", known.join(", "))
            }
            Self::Syntax { theme, problem } => write!(f, "theme `{theme}`: {problem}"),
            Self::Role { theme, name } => write!(f, "theme `{theme}`: no role `{name}`"),
            Self::Color { theme, name } => write!(f, "theme `{theme}`: no colour `{name}`"),
            Self::Circle(name) => write!(f, "theme `{name}` inherits itself"),
        }
    }
}

impl std::error::Error for ThemeError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    inherits: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    #[serde(default)]
    roles: BTreeMap<String, RoleText>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RoleText {
    Fg(String),
    Full(FullText),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullText {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    style: Vec<StyleText>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StyleText {
    Bold,
    Dim,
    Italic,
    Underlined,
    Reversed,
}

impl Theme {
    /// Names of the program's themes.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// A theme of the program by its name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn built_in(name: &str) -> Result<Self, ThemeError> {
        let (_, text) = BUILT_IN
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| ThemeError::Unknown(name.to_owned()))?;
        Self::parse(name, text)
    }

    /// Reads a theme; what it inherits must be one of the program's.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        let mut looks = BTreeMap::new();
        let mut palette = BTreeMap::new();
        let mut chain = Vec::new();
        let (mut next, mut text) = (name.to_owned(), text);
        loop {
            if chain.len() >= DEEPEST {
                return Err(ThemeError::Circle(name.to_owned()));
            }
            let file: FileText = toml::from_str(text).map_err(|error| ThemeError::Syntax {
                theme: next.clone(),
                problem: error.to_string().trim_end().to_owned(),
            })?;
            let parent = file.inherits.clone();
            chain.push((next, file));
            let Some(parent) = parent else { break };
            let found = BUILT_IN.iter().find(|(known, _)| *known == parent);
            let Some((_, parent_text)) = found else { return Err(ThemeError::Unknown(parent)) };
            (next, text) = (parent, parent_text);
        }
        // Ancestors first, so that every heir overrides single roles and single colours of the palette.
        for (_, file) in chain.iter().rev() {
            palette.extend(file.palette.clone());
        }
        for (theme, file) in chain.iter().rev() {
            for (role, written) in &file.roles {
                let known = Role::named(role)
                    .ok_or_else(|| ThemeError::Role { theme: theme.clone(), name: role.clone() })?;
                looks.insert(known, look(written, &palette, theme)?);
            }
        }
        Ok(Self { name: name.to_owned(), looks })
    }

    /// What the theme says about a role itself.
    #[must_use]
    pub fn own(&self, role: Role) -> Option<Look> {
        self.looks.get(&role).copied()
    }

    /// The look of a role, by its fallbacks where the theme says nothing.
    #[must_use]
    pub fn look(&self, role: Role) -> Look {
        let mut at = role;
        loop {
            if let Some(look) = self.looks.get(&at) {
                return *look;
            }
            let next = at.fallback();
            if next == at {
                return Look::default();
            }
            at = next;
        }
    }
}

fn look(written: &RoleText, palette: &BTreeMap<String, String>, theme: &str) -> Result<Look, ThemeError> {
    let color = |name: &String| {
        let value = palette.get(name).unwrap_or(name);
        names::color(value)
            .map(Some)
            .ok_or_else(|| ThemeError::Color { theme: theme.to_owned(), name: name.clone() })
    };
    match written {
        RoleText::Fg(name) => Ok(Look { fg: color(name)?, ..Look::default() }),
        RoleText::Full(full) => {
            let modifier = full.style.iter().fold(Modifier::empty(), |all, style| {
                all | match style {
                    StyleText::Bold => Modifier::BOLD,
                    StyleText::Dim => Modifier::DIM,
                    StyleText::Italic => Modifier::ITALIC,
                    StyleText::Underlined => Modifier::UNDERLINED,
                    StyleText::Reversed => Modifier::REVERSED,
                }
            });
            let fg = full.fg.as_ref().map_or(Ok(None), color)?;
            let bg = full.bg.as_ref().map_or(Ok(None), color)?;
            Ok(Look { fg, bg, modifier })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| Theme::parse("mine", text).unwrap_err().to_string();
        assert!(error("[roles]\nokay = \"red\"").contains("no role `okay`"));
        assert!(error("[roles]\nok = \"rd\"").contains("no colour `rd`"));
        assert!(error("inherits = \"nobody\"").contains("no theme `nobody`"));
        assert!(error("[roles\n").contains("mine"));
        assert!(error("wrong = 1").contains("unknown field"));
    }

    #[test]
    fn heirs_override_single_roles_and_colours() {
        let heir = "inherits = \"dark\"\n[palette]\nred = \"#010203\"\n[roles]\nok = \"#040506\"";
        let theme = Theme::parse("heir", heir).unwrap();
        assert_eq!(theme.look(Role::Ok).fg, Some(Color::Rgb(4, 5, 6)));
        assert_eq!(theme.look(Role::Deny).fg, Some(Color::Rgb(1, 2, 3)));
        let dark = Theme::built_in("dark").unwrap();
        assert_eq!(theme.look(Role::Text), dark.look(Role::Text));
    }
}

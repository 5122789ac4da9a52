//! The differences of two images, as text and as JSON.

use std::fmt::Write;

use serde::Serialize;

use super::ink::{Ink, pad};
use crate::model::diff::{Diff, Difference, Side};
use crate::model::safe::line;

/// Name of the format; it changes only when a reader would break.
pub const SCHEMA: &str = "sigscope.diff/v1";

/// Columns of a field's name in the text.
const FIELD: usize = 40;

/// The whole.
#[derive(Clone, Debug, Serialize)]
pub struct DiffOut {
    /// `sigscope.diff/v1`.
    pub schema: &'static str,
    /// The first image.
    pub a: SideOut,
    /// The second image.
    pub b: SideOut,
    /// What differs, noise too.
    pub differences: Vec<DifferenceOut>,
    /// Fields that are the same.
    pub same: usize,
    /// What could not be compared.
    pub gaps: Vec<String>,
}

/// One image.
#[derive(Clone, Debug, Serialize)]
pub struct SideOut {
    /// As written.
    pub image: String,
    /// Its digest.
    pub digest: String,
    /// Its worst verdict; `null`: no policy has judged it.
    pub verdict: Option<&'static str>,
    /// Verified signers.
    pub signers: Vec<String>,
}

/// A difference.
#[derive(Clone, Debug, Serialize)]
pub struct DifferenceOut {
    /// Where.
    pub section: String,
    /// Which field.
    pub field: String,
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    /// In the first image.
    pub a: Option<String>,
    /// In the second image.
    pub b: Option<String>,
    /// It differs between any two builds of the same source.
    pub noise: bool,
}

impl DiffOut {
    /// Everything.
    #[must_use]
    pub fn of(diff: &Diff) -> Self {
        let side = |side: &Side| SideOut {
            image: side.image.clone(),
            digest: side.digest.to_string(),
            verdict: side.verdict.map(super::super::model::verdict::Verdict::word),
            signers: side.signers.clone(),
        };
        let one = |one: &Difference| DifferenceOut {
            section: one.section.clone(),
            field: one.field.clone(),
            change: one.change().word(),
            a: one.a.clone(),
            b: one.b.clone(),
            noise: one.noise,
        };
        Self {
            schema: SCHEMA,
            a: side(&diff.a),
            b: side(&diff.b),
            differences: diff.differences.iter().map(one).collect(),
            same: diff.same,
            gaps: diff.gaps.clone(),
        }
    }
}

/// For people. Noise is counted, and shown with `noise`.
#[must_use]
pub fn text(diff: &Diff, noise: bool, ink: Ink) -> String {
    let mut out = String::new();
    for (letter, side) in [("A", &diff.a), ("B", &diff.b)] {
        let verdict = side.verdict.map_or_else(|| "not judged".to_owned(), |verdict| ink.verdict(verdict));
        let _ = writeln!(out, "{letter}  {}  {}  {verdict}", line(&side.image), side.digest);
        for signer in &side.signers {
            let _ = writeln!(out, "   signed by {}", line(signer));
        }
    }
    let mut section = "";
    for one in diff.differences.iter().filter(|one| noise || !one.noise) {
        if one.section != section {
            section = &one.section;
            let _ = writeln!(out, "\n{}", line(section));
        }
        let side =
            |value: &Option<String>| value.as_deref().map_or("-".to_owned(), |text| line(text).to_string());
        let field = pad(&line(&one.field), FIELD);
        let _ = writeln!(out, "  {} {field} {}  ->  {}", one.change().symbol(), side(&one.a), side(&one.b));
    }
    let hidden = diff.differences.iter().filter(|one| one.noise).count();
    let _ = writeln!(
        out,
        "\n{} differences that matter, {hidden} that any two builds have{}, {} fields the same",
        diff.matter().count(),
        if noise || hidden == 0 { "" } else { " (--noise shows them)" },
        diff.same
    );
    for gap in &diff.gaps {
        let _ = writeln!(out, "not compared: {}", line(gap));
    }
    out
}

//! What both kinds of bills of material share: packages with their licences.

use super::table::{Tally, cell};
use crate::model::document::Item;
use crate::model::view::{Row, Section, Weight};

/// Licences by how many packages have them, the most frequent first.
pub(super) fn licences(root: Item<'_>, tally: &Tally) -> Option<Section> {
    let mut list = tally.list().to_vec();
    list.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let rows: Vec<Row> = list
        .iter()
        .map(|(licence, count)| Row {
            cells: vec![cell(licence), count.to_string()],
            weight: if licence == UNKNOWN { Weight::Notable } else { Weight::Plain },
            node: root.id(),
        })
        .collect();
    (!rows.is_empty()).then(|| Section {
        title: "licences".to_owned(),
        columns: vec!["licence", "packages"],
        rows,
        left_out: 0,
    })
}

/// Word for a package without a licence.
pub(super) const UNKNOWN: &str = "none stated";

/// A licence, or the word for none (SPDX has two).
pub(super) fn stated(licence: &str) -> &str {
    if licence.is_empty() || matches!(licence, "NOASSERTION" | "NONE") { UNKNOWN } else { licence }
}

//! SPDX documents in tag-value form (SPDX 2.3, annex on tag-value), as the JSON that says the same, as far as it is shown.

use serde_json::{Map, Value, json};

/// Longest document that is read, in bytes.
pub const LIMIT: usize = 32 << 20;

/// Whether a text begins like such a document.
#[must_use]
pub fn is(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .is_some_and(|line| line.starts_with("SPDXVersion:"))
}

/// The document as SPDX in JSON.
///
/// # Errors
/// When it is too long, or a text in it has no end.
pub fn to_json(text: &str) -> Result<Value, String> {
    if text.len() > LIMIT {
        return Err(format!(
            "{} bytes in tag-value form are more than the {LIMIT} that are read",
            text.len()
        ));
    }
    let mut read = Reading::default();
    let mut rest = text;
    while let Some((line, behind)) = next_line(rest) {
        rest = behind;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // Old generators leave the colon out here.
        let bare = line.strip_prefix("Relationship ").map(|value| ("Relationship", value));
        let Some((tag, value)) = line.split_once(':').filter(|_| bare.is_none()).or(bare) else { continue };
        let value = value.trim();
        match value.strip_prefix("<text>") {
            Some(first) => {
                // The text goes on over lines; it is found again behind the tag, as its lines were trimmed.
                let (long, behind) = long_text(first, rest)?;
                rest = behind;
                read.take(tag.trim(), long.trim());
            }
            None => read.take(tag.trim(), value),
        }
    }
    Ok(read.finish())
}

fn next_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    Some(text.split_once('\n').unwrap_or((text, "")))
}

/// A text up to its end mark, in the rest of its line or in the lines below.
fn long_text<'a>(first: &str, rest: &'a str) -> Result<(String, &'a str), String> {
    if let Some((inside, _)) = first.split_once("</text>") {
        return Ok((inside.to_owned(), rest));
    }
    let (inside, behind) = rest.split_once("</text>").ok_or("a <text> has no end")?;
    let behind = behind.split_once('\n').map_or("", |(_, behind)| behind);
    Ok((format!("{first}\n{inside}"), behind))
}

/// What the tags are about.
#[derive(Clone, Copy, Default)]
enum About {
    #[default]
    Document,
    Package,
    File,
    /// Snippets, licence texts, annotations: they are not shown.
    Other,
}

#[derive(Default)]
struct Reading {
    about: About,
    document: Map<String, Value>,
    packages: Vec<Value>,
    files: Vec<Value>,
    relationships: Vec<Value>,
    creators: Vec<Value>,
    created: Option<String>,
}

impl Reading {
    fn take(&mut self, tag: &str, value: &str) {
        match tag {
            "PackageName" => {
                self.about = About::Package;
                self.packages.push(json!({"name": value}));
            }
            "FileName" => {
                self.about = About::File;
                self.files.push(json!({"fileName": value}));
            }
            "SnippetSPDXID" | "LicenseID" | "Annotator" | "Reviewer" => self.about = About::Other,
            "Relationship" => {
                if let [from, kind, to, ..] = value.split_whitespace().collect::<Vec<_>>()[..] {
                    self.relationships.push(
                        json!({"spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to}),
                    );
                }
            }
            "Creator" => self.creators.push(value.into()),
            "Created" => self.created = Some(value.to_owned()),
            _ => self.field(tag, value),
        }
    }

    fn field(&mut self, tag: &str, value: &str) {
        match self.about {
            About::Document => {
                let name = match tag {
                    "SPDXVersion" => "spdxVersion",
                    "DataLicense" => "dataLicense",
                    "SPDXID" => "SPDXID",
                    "DocumentName" => "name",
                    "DocumentNamespace" => "documentNamespace",
                    "DocumentComment" => "comment",
                    _ => return,
                };
                self.document.insert(name.to_owned(), value.into());
            }
            About::Package => {
                let Some(package) = self.packages.last_mut() else { return };
                match (tag, package_field(tag)) {
                    ("ExternalRef", _) => external(package, value),
                    (_, Some(name)) => package[name] = value.into(),
                    _ => {}
                }
            }
            About::File => {
                let Some(file) = self.files.last_mut() else { return };
                match tag {
                    "SPDXID" => file["SPDXID"] = value.into(),
                    "LicenseConcluded" => file["licenseConcluded"] = value.into(),
                    _ => {}
                }
            }
            About::Other => {}
        }
    }

    fn finish(self) -> Value {
        let mut document = self.document;
        let mut creation = json!({"creators": self.creators});
        if let Some(created) = self.created {
            creation["created"] = created.into();
        }
        document.insert("creationInfo".to_owned(), creation);
        document.insert("packages".to_owned(), self.packages.into());
        document.insert("files".to_owned(), self.files.into());
        document.insert("relationships".to_owned(), self.relationships.into());
        Value::Object(document)
    }
}

fn package_field(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "SPDXID" => "SPDXID",
        "PackageVersion" => "versionInfo",
        "PackageSupplier" => "supplier",
        "PackageOriginator" => "originator",
        "PackageDownloadLocation" => "downloadLocation",
        "PackageHomePage" => "homepage",
        "PackageLicenseConcluded" => "licenseConcluded",
        "PackageLicenseDeclared" => "licenseDeclared",
        "PackageCopyrightText" => "copyrightText",
        _ => return None,
    })
}

/// `CATEGORY TYPE LOCATOR`.
fn external(package: &mut Value, value: &str) {
    let [category, kind, locator, ..] = value.split_whitespace().collect::<Vec<_>>()[..] else { return };
    let one = json!({"referenceCategory": category, "referenceType": kind, "referenceLocator": locator});
    match &mut package["externalRefs"] {
        Value::Array(all) => all.push(one),
        none => *none = json!([one]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# a comment\nSPDXVersion: SPDX-2.3\nDocumentName: d\nCreator: Tool: t\nCreated: 2021-01-01T00:00:00Z\n\n\
        PackageName: p\nPackageVersion: 1\nPackageLicenseConcluded: MIT\nPackageComment: <text>one\nPackageName: no\n</text>\n\
        ExternalRef: PACKAGE-MANAGER purl pkg:npm/p@1\nPackageName: q\nPackageCopyrightText: <text>c</text>\n\
        FileName: ./f\nLicenseConcluded: MIT\nRelationship: A DESCRIBES B\nRelationship B CONTAINS C\n\
        LicenseID: L\nLicenseName: nothing\n";

    #[test]
    fn says_what_the_tags_say() {
        assert!(is(TEXT) && !is("{}") && !is("PackageName: p"));
        let document = to_json(TEXT).unwrap();
        assert_eq!(document["name"], "d");
        assert_eq!(document["creationInfo"]["creators"][0], "Tool: t");
        let packages = document["packages"].as_array().unwrap();
        assert_eq!(packages.len(), 2, "what stands in a text is no tag");
        assert_eq!(packages[0]["externalRefs"][0]["referenceLocator"], "pkg:npm/p@1");
        assert_eq!(packages[1]["copyrightText"], "c");
        assert_eq!(document["files"][0]["licenseConcluded"], "MIT");
        assert_eq!(document["relationships"].as_array().unwrap().len(), 2);
        assert!(to_json("SPDXVersion: x\nPackageName: p\nPackageComment: <text>").is_err());
    }
}

//! Recorded verdicts beside those of today: which are the same, which differ, which cannot be decided any more.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use crate::model::safe::line;

/// The verdict of one container under one rule, as recorded and as found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Resource, container, image, policy and rule.
    pub what: String,
    /// As recorded: verdict, code and digest; `null`: it is not among the recorded ones.
    pub recorded: Option<String>,
    /// As found now; `null`: there is no such result any more.
    pub found: Option<String>,
}

/// A comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Digest of the index.
    pub index: String,
    /// Version of the program that wrote the directory.
    pub version: String,
    /// The command that led to the verdicts.
    pub command: String,
    /// The instant that they are of.
    pub as_of: String,
    /// Results that came out as recorded.
    pub same: usize,
    /// Results of the same verdict, code and digest whose clauses or words are others (another version of the program).
    pub other_words: usize,
    /// Results that came out otherwise.
    pub different: Vec<Pair>,
    /// Results that were decided and cannot be decided any more.
    pub undecided: Vec<Pair>,
    /// The recorded verdicts are not those that were exported.
    pub changed: bool,
    /// What in the directory is not as it was exported.
    pub faults: Vec<String>,
}

/// Compares recorded verdicts (an audit as JSON) with those of now.
///
/// # Errors
/// When the recorded text is no audit, or not one of a version that is read here.
pub fn compare(recorded: &str, now: &Value) -> Result<Replayed, String> {
    let recorded: Value = serde_json::from_str(recorded).map_err(|error| error.to_string())?;
    if recorded.get("schema") != now.get("schema") {
        return Err("it is no audit of this version".to_owned());
    }
    let (before, after) = (by_name(&recorded)?, by_name(now)?);
    let mut out = Replayed::default();
    for (name, old) in &before {
        match after.get(name) {
            Some(new) if short(old) == short(new) => {
                out.same += 1;
                out.other_words += usize::from(!alike(old, new));
            }
            Some(new) if verdict(new) == "error" => out.undecided.push(pair(name, Some(old), Some(new))),
            new => out.different.push(pair(name, Some(old), new.copied())),
        }
    }
    let added = after.iter().filter(|(name, _)| !before.contains_key(*name));
    out.different.extend(added.map(|(name, new)| pair(name, None, Some(new))));
    Ok(out)
}

/// All fields of today's result are as they were; fields that only the record has do not count.
fn alike(old: &Value, new: &Value) -> bool {
    new.as_object().is_some_and(|new| new.iter().all(|(field, value)| old.get(field) == Some(value)))
}

/// Results by what they are about; a number is added to those that are about the same.
fn by_name(audit: &Value) -> Result<BTreeMap<String, &Value>, String> {
    let results = audit.get("results").and_then(Value::as_array).ok_or("it has no results")?;
    let mut all = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for result in results {
        let text = |path: &str| result.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let name = format!(
            "{}/{}/{} {} {} {}/{}",
            text("/resource/kind"),
            text("/resource/namespace"),
            text("/resource/name"),
            text("/resource/container"),
            text("/image"),
            text("/policy"),
            text("/rule")
        );
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        all.insert(if *count == 1 { name } else { format!("{name} #{count}") }, result);
    }
    Ok(all)
}

fn verdict(result: &Value) -> &str {
    result.get("verdict").and_then(Value::as_str).unwrap_or_default()
}

/// What has to be the same: verdict, code and digest.
fn short(result: &Value) -> String {
    let text = |field: &str| result.get(field).and_then(Value::as_str).unwrap_or("-");
    format!("{} {} {}", text("verdict"), text("code"), text("digest"))
}

fn pair(name: &str, recorded: Option<&Value>, found: Option<&Value>) -> Pair {
    Pair { what: name.to_owned(), recorded: recorded.map(short), found: found.map(short) }
}

impl Replayed {
    /// For people: one line for each thing, and a summary.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut put = |text: String| {
            let _ = writeln!(out, "{}", line(&text));
        };
        put(format!("command  {}", self.command));
        put(format!("as of    {}", self.as_of));
        put(format!("index    {}", self.index));
        for fault in &self.faults {
            put(format!("changed    {fault}"));
        }
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
        for (word, pairs) in [("different", &self.different), ("undecided", &self.undecided)] {
            for pair in pairs {
                let (was, is) = (or_none(&pair.recorded), or_none(&pair.found));
                put(format!("{word}  {}: recorded {was}, found {is}", pair.what));
            }
        }
        if self.other_words > 0 {
            put(format!(
                "note     {} results have the same verdict and other clauses (written by version {})",
                self.other_words, self.version
            ));
        }
        let counts = (self.same, self.different.len(), self.undecided.len());
        put(format!("{} same, {} different, {} undecided", counts.0, counts.1, counts.2));
        out
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn audit(verdict: &str, code: &str) -> Value {
        json!({"schema": "sigscope.audit/v1", "results": [{
            "resource": {"kind": "Pod", "namespace": "a", "name": "b", "container": "c"}, "image": "i",
            "digest": null, "policy": "p", "rule": "r", "verdict": verdict, "code": code}]})
    }

    #[test]
    fn tells_same_other_and_undecided_apart() {
        let was = audit("deny", "SIG-NONE").to_string();
        let found = |verdict, code| compare(&was, &audit(verdict, code)).unwrap();
        assert_eq!(found("deny", "SIG-NONE").same, 1);
        assert_eq!(found("deny", "SIG-KEY").different.len(), 1);
        assert_eq!(found("pass", "PASS").different.len(), 1);
        assert_eq!(found("error", "NET-TIMEOUT").undecided.len(), 1);
        let less = compare(&was, &json!({"schema": "sigscope.audit/v1", "results": []})).unwrap();
        assert_eq!(less.different.first().map(|pair| pair.found.clone()), Some(None));
        let error = audit("error", "NET-TIMEOUT").to_string();
        assert_eq!(compare(&error, &audit("error", "NET-TIMEOUT")).unwrap().same, 1);
        assert!(compare("{}", &audit("deny", "x")).is_err() && compare("x", &audit("deny", "x")).is_err());
    }
}

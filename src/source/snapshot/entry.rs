//! Answers of the index as JSON and back.

use serde_json::{Value, json};

use super::answers::{Given, Kind, Question};
use super::missing;

/// One answer as an object.
pub(super) fn to_json(question: &Question, given: &Given) -> Value {
    let mut entry = json!({
        "repository": question.repository,
        "asked": question.kind.word(),
        "key": question.key,
    });
    match given {
        Given::Manifest { digest, media_type } => {
            entry["digest"] = digest.as_str().into();
            entry["mediaType"] = media_type.as_str().into();
        }
        Given::Blob => entry["digest"] = question.key.as_str().into(),
        Given::Referrers(entries) => entry["entries"] = entries.clone().into(),
        Given::NoApi => entry["api"] = false.into(),
        Given::Missing(why) => entry["missing"] = missing::to_json(why),
    }
    entry
}

/// Reads it back; `None`: it has another form.
pub(super) fn from_json(entry: &Value) -> Option<(Question, Given)> {
    let text = |field: &str| entry.get(field).and_then(Value::as_str);
    let kind = match text("asked")? {
        "manifest" => Kind::Manifest,
        "blob" => Kind::Blob,
        "referrers" => Kind::Referrers,
        _ => return None,
    };
    let question =
        Question { repository: text("repository")?.to_owned(), kind, key: text("key")?.to_owned() };
    let given = match (entry.get("missing"), kind) {
        (Some(why), _) => Given::Missing(missing::from_json(why)),
        (None, Kind::Manifest) => Given::Manifest {
            digest: text("digest")?.parse().ok()?,
            media_type: text("mediaType")?.to_owned(),
        },
        (None, Kind::Blob) => Given::Blob,
        (None, Kind::Referrers) => match (entry.get("entries"), entry.get("api")) {
            (Some(Value::Array(entries)), None) => Given::Referrers(entries.clone()),
            (None, Some(Value::Bool(false))) => Given::NoApi,
            _ => return None,
        },
    };
    Some((question, given))
}

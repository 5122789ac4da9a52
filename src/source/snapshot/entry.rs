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
        Given::Reply(digest) => entry["digest"] = digest.as_str().into(),
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
        "log" => Kind::Log,
        "status" => Kind::Status,
        "list" => Kind::List,
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
        (None, Kind::Log | Kind::Status | Kind::List) => Given::Reply(text("digest")?.parse().ok()?),
        (None, Kind::Referrers) => match (entry.get("entries"), entry.get("api")) {
            (Some(Value::Array(entries)), None) => Given::Referrers(entries.clone()),
            (None, Some(Value::Bool(false))) => Given::NoApi,
            _ => return None,
        },
    };
    Some((question, given))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Missing;
    use crate::port::{self, Reply};
    use crate::source::snapshot::Record;

    #[test]
    fn answers_of_services_come_back_as_they_were() {
        let url = || "http://a.example".to_owned();
        let questions = [
            port::Question::Log { url: url(), search: "{}".to_owned() },
            port::Question::Ocsp { url: url(), request: vec![1] },
            port::Question::Ocsp { url: url(), request: vec![2] },
            port::Question::Crl { url: url() },
        ];
        let mut record = Record::default();
        for question in &questions {
            record.keep_service(question, &Ok(Reply::Bytes(question.words().into_bytes().into())));
        }
        let gone = Missing::Unreachable { host: "a".to_owned(), detail: "b".to_owned() };
        record.keep_service(&port::Question::Crl { url: "http://b.example".to_owned() }, &Err(gone));
        record
            .keep_service(&port::Question::Evidence { image: "a/b:c".to_owned() }, &Err(Missing::Cancelled));
        assert_eq!(record.answers.len(), 5, "each has a place of its own, and an image none");
        for (question, given) in &record.answers {
            assert_eq!(from_json(&to_json(question, given)), Some((question.clone(), given.clone())));
        }
    }
}

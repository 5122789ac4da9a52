//! Kyverno's libraries that need formats: `hash`, `yaml`, `gzip`.

use crate::format::hash::{sha1_hex, sha256_hex};
use crate::format::md5::md5_hex;
use crate::format::{gzip, yaml};
use crate::lang::expr::{Host, Nothing, Stop, Value};

pub(super) fn call(function: &str, args: &[Value]) -> Option<Result<Value, Stop>> {
    match (function, args) {
        ("hash.sha256" | "sha256", [Value::Text(text)]) => Some(Ok(Value::text(sha256_hex(text.as_bytes())))),
        ("hash.sha1" | "sha1", [Value::Text(text)]) => Some(Ok(Value::text(sha1_hex(text.as_bytes())))),
        ("hash.md5" | "md5", [Value::Text(text)]) => Some(Ok(Value::text(md5_hex(text.as_bytes())))),
        ("gzip.decompress", [Value::Bytes(bytes)]) => {
            Some(match gzip::unpack(bytes).map(String::from_utf8) {
                Some(Ok(text)) => Ok(Value::text(text)),
                // Too large, of several members, or broken: which of them is not told apart.
                _ => Err(Stop::not_implemented("gzip.decompress of this content")),
            })
        }
        ("yaml.parse", [Value::Text(text)]) => Some(match yaml::parse("yaml.parse".into(), text) {
            Ok(documents) => match documents.first() {
                // sigs.k8s.io/yaml reads by way of JSON: numbers are floating-point.
                Some(document) => Ok(Value::of_json(&yaml::to_json(document), true)),
                None => Ok(Value::Null),
            },
            Err(problem) => Err(Stop::error(problem.problem)),
        }),
        _ => None,
    }
}

/// The libraries alone, for expressions without a resource.
#[derive(Clone, Copy, Debug)]
pub struct Libraries;

impl Host for Libraries {
    fn variable(&self, name: &str) -> Option<Result<Value, Stop>> {
        Nothing.variable(name)
    }

    fn member(&self, map: &str, field: &str) -> Option<Result<Value, Stop>> {
        Nothing.member(map, field)
    }

    fn call(&self, function: &str, args: &[Value], _: (usize, usize)) -> Option<Result<Value, Stop>> {
        call(function, args)
    }
}

//! Functions over objects, lists, encodings and digests.

use std::fmt::Write as _;
use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::arguments::{Answer, Arguments, int_number, texted};
use super::problem::Problem;
use crate::evaluate::kyverno::reference::{ImageDefaults, ImageInfo};
use crate::format::{base64, hash, yaml};
use crate::lang::jmespath::Fault;
use crate::lang::semver::Version;
use crate::lang::semver_range::Range;

fn refused(problem: impl Into<String>) -> Fault {
    Fault::Value { problem: problem.into() }
}

fn unknowable(what: &str) -> Fault {
    Fault::Unknowable { what: what.to_owned() }
}

pub(super) fn label_match(args: &Arguments<'_>) -> Answer {
    // Kyverno counts the arguments of this function from zero.
    let object = |index: usize| {
        let found = args.value(index)?.as_object();
        found.ok_or_else(|| {
            let number = i64::try_from(index).unwrap_or_default();
            args.wrong(Problem::Type(number, "Object".to_owned()))
        })
    };
    let (wanted, found) = (object(0)?, object(1)?);
    Ok(wanted.iter().all(|(key, value)| found.get(key) == Some(value)).into())
}

pub(super) fn base64_decode(args: &Arguments<'_>) -> Answer {
    let bytes = base64::decode(args.text(0)?).map_err(refused)?;
    String::from_utf8(bytes).map(Value::String).map_err(|_| unknowable("bytes that are no text"))
}

pub(super) fn base64_encode(args: &Arguments<'_>) -> Answer {
    Ok(base64::encode(args.text(0)?.as_bytes()).into())
}

pub(super) fn semver_compare(args: &Arguments<'_>) -> Answer {
    let (version, range) = (args.text(0)?, args.text(1)?);
    // What is no version counts as 0.0.0.
    let version = Version::parse(version).or_else(|| Version::parse("0.0.0"));
    let range = Range::parse(range).map_err(refused)?;
    Ok(version.is_some_and(|version| range.holds(&version)).into())
}

pub(super) fn parse_json(args: &Arguments<'_>) -> Answer {
    serde_json::from_str(args.text(0)?).map_err(|error| refused(error.to_string()))
}

pub(super) fn parse_yaml(args: &Arguments<'_>) -> Answer {
    let documents = yaml::parse("parse_yaml".into(), args.text(0)?)
        .map_err(|error| refused(format!("yaml: {}", error.problem)))?;
    Ok(documents.first().map(yaml::to_json).unwrap_or_default())
}

pub(super) fn lookup(args: &Arguments<'_>) -> Answer {
    match args.value(0)? {
        Value::Object(map) => {
            let key = args.value(1)?.as_str().ok_or_else(|| args.wrong_type(1, "String"))?;
            Ok(map.get(key).cloned().unwrap_or_default())
        }
        Value::Array(items) => {
            let key = args.value(1)?.as_f64().ok_or_else(|| args.wrong_type(1, "Number"))?;
            let key = int_number(key)
                .map_err(|problem| args.wrong(Problem::Generic(format!("argument #2: {problem}"))))?;
            let item = usize::try_from(key).ok().and_then(|key| items.get(key));
            Ok(item.cloned().unwrap_or_default())
        }
        _ => Err(args.wrong_type(0, "Object or Array")),
    }
}

pub(super) fn items(args: &Arguments<'_>) -> Answer {
    let name = |index: usize| args.value(index)?.as_str().ok_or_else(|| args.wrong_type(index, "String"));
    let (key_name, value_name) = (name(1)?, name(2)?);
    let pair = |key: Value, value: &Value| {
        let mut map = Map::new();
        map.insert(key_name.to_owned(), key);
        map.insert(value_name.to_owned(), value.clone());
        Value::Object(map)
    };
    match args.value(0)? {
        Value::Object(map) => {
            let mut keys: Vec<(&String, &Value)> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            Ok(keys.into_iter().map(|(key, value)| pair(key.as_str().into(), value)).collect())
        }
        Value::Array(list) => {
            Ok(list.iter().enumerate().map(|(index, value)| pair(index.into(), value)).collect())
        }
        _ => Err(args.wrong_type(0, "Object or Array")),
    }
}

pub(super) fn object_from_lists(args: &Arguments<'_>) -> Answer {
    let list = |index: usize| args.value(index)?.as_array().ok_or_else(|| args.wrong_type(index, "Array"));
    let (keys, values) = (list(0)?, list(1)?);
    let mut out = Map::new();
    for (index, key) in keys.iter().enumerate() {
        let key = texted(key).ok_or_else(|| args.wrong_type(0, "StringArray"))?;
        out.insert(key, values.get(index).cloned().unwrap_or_default());
    }
    Ok(Value::Object(out))
}

pub(super) fn random(args: &Arguments<'_>) -> Answer {
    if args.text(0)?.is_empty() {
        return Err(refused("no pattern provided"));
    }
    Err(unknowable("a random text"))
}

pub(super) fn x509_decode(args: &Arguments<'_>) -> Answer {
    args.text(0)?;
    Err(unknowable("the fields of a certificate as Go lists them"))
}

pub(super) fn image_normalize(args: &Arguments<'_>) -> Answer {
    let image = args.text(0)?;
    match ImageInfo::parse(image, &ImageDefaults::default()) {
        Ok(info) => Ok(info.string().into()),
        Err(problem) => {
            // The reader wraps what this function prints bare.
            let bare = problem.split_once(" (").map_or(problem.as_str(), |(_, bare)| bare);
            let bare = bare.strip_suffix(')').unwrap_or(bare).to_owned();
            Err(args.wrong(Problem::Generic(bare)))
        }
    }
}

/// The host of a URL, without brackets and port.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => authority.split(':').next(),
    }
}

pub(super) fn is_external_url(args: &Arguments<'_>) -> Answer {
    let host = host(args.text(0)?).unwrap_or_default();
    let Ok(address) = host.parse::<IpAddr>() else {
        return Err(unknowable("the addresses of a host name"));
    };
    let internal = match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    Ok((!internal).into())
}

fn hexed(bytes: &[u8]) -> Value {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    json!(out)
}

pub(super) fn sha256(args: &Arguments<'_>) -> Answer {
    Ok(hash::sha256_hex(args.text(0)?.as_bytes()).into())
}

pub(super) fn sha1(args: &Arguments<'_>) -> Answer {
    Ok(hexed(&hash::sha1(args.text(0)?.as_bytes())))
}

pub(super) fn md5(args: &Arguments<'_>) -> Answer {
    args.text(0)?;
    Err(unknowable("MD5, which this program does not compute"))
}

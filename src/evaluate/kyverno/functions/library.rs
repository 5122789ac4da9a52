//! Which function does what: Kyverno's, else the standard's.

use serde_json::Value;

use super::arguments::{Answer, Arguments};
use super::{arithmetic, data, text, time};
use crate::lang::go_time::GoTime;
use crate::lang::jmespath::{Argument, Call, Fault, Functions, Standard};

/// Kyverno's functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Library {
    /// What "now" is, as seconds since 1970; without it `time_now` has no value.
    pub now: Option<i64>,
}

type Function = fn(&Arguments<'_>) -> Answer;

/// Names, numbers of arguments, functions.
const FUNCTIONS: &[(&str, usize, Function)] = &[
    ("compare", 2, text::compare),
    ("equal_fold", 2, text::equal_fold),
    ("replace", 4, text::replace),
    ("replace_all", 3, text::replace_all),
    ("to_upper", 1, text::to_upper),
    ("to_lower", 1, text::to_lower),
    ("trim", 2, text::trim),
    ("trim_prefix", 2, text::trim_prefix),
    ("split", 2, text::split),
    ("regex_replace_all", 3, text::regex_replace_all),
    ("regex_replace_all_literal", 3, text::regex_replace_all_literal),
    ("regex_match", 2, text::regex_match),
    ("pattern_match", 2, text::pattern_match),
    ("label_match", 2, data::label_match),
    ("to_boolean", 1, text::to_boolean),
    ("add", 2, arithmetic::add),
    ("sum", 1, arithmetic::sum),
    ("subtract", 2, arithmetic::subtract),
    ("multiply", 2, arithmetic::multiply),
    ("divide", 2, arithmetic::divide),
    ("modulo", 2, arithmetic::modulo),
    ("round", 2, arithmetic::round),
    ("base64_decode", 1, data::base64_decode),
    ("base64_encode", 1, data::base64_encode),
    ("path_canonicalize", 1, text::path_canonicalize),
    ("truncate", 2, text::truncate),
    ("semver_compare", 2, data::semver_compare),
    ("parse_json", 1, data::parse_json),
    ("parse_yaml", 1, data::parse_yaml),
    ("lookup", 2, data::lookup),
    ("items", 3, data::items),
    ("object_from_lists", 2, data::object_from_lists),
    ("random", 1, data::random),
    ("x509_decode", 1, data::x509_decode),
    ("image_normalize", 1, data::image_normalize),
    ("is_external_url", 1, data::is_external_url),
    ("sha256", 1, data::sha256),
    ("sha1", 1, data::sha1),
    ("md5", 1, data::md5),
    ("time_to_cron", 1, time::to_cron),
    ("time_add", 2, time::add),
    ("time_parse", 2, time::parse),
    ("time_utc", 1, time::utc),
    ("time_diff", 2, time::diff),
    ("time_before", 2, time::before),
    ("time_after", 2, time::after),
    ("time_between", 3, time::between),
    ("time_truncate", 2, time::truncate),
];

impl Functions for Library {
    fn call(&self, name: &str, arguments: &[Argument<'_>], call: &Call<'_>) -> Result<Value, Fault> {
        let args = Arguments { name, list: arguments };
        let now = || {
            self.now
                .map(|seconds| GoTime { seconds, nanos: 0, offset: 0 })
                .ok_or_else(|| Fault::Unknowable { what: "the time".to_owned() })
        };
        match name {
            "time_now" | "time_now_utc" => {
                args.arity(0)?;
                Ok(now()?.text().into())
            }
            "time_since" => {
                args.arity(3)?;
                time::since(&args, &now)
            }
            _ => match FUNCTIONS.iter().find(|(known, ..)| *known == name) {
                Some((_, count, function)) => {
                    args.arity(*count)?;
                    function(&args)
                }
                None => Standard.call(name, arguments, call),
            },
        }
    }
}

//! Booleans as cosign's users write them: `--flag`, `--flag=true`, `--flag=false`.

use clap::Arg;
use clap::builder::{PossibleValue, TypedValueParser};

/// Reads what Go's `strconv.ParseBool` reads, which is what cosign's flags accept.
#[derive(Clone, Debug)]
pub struct GoBool;

impl TypedValueParser for GoBool {
    type Value = bool;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<bool, clap::Error> {
        match value.to_str() {
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            _ => {
                let name = argument.map(|argument| format!("--{}", argument.get_id())).unwrap_or_default();
                let text =
                    format!("`{}` is neither `true` nor `false` for `{name}`", value.to_string_lossy());
                Err(clap::Error::raw(clap::error::ErrorKind::InvalidValue, text).with_cmd(command))
            }
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(["true", "false"].into_iter().map(PossibleValue::new)))
    }
}

//! Flags of `cosign verify` that sigscope knows by name: those that change nothing here, and those that change the
//! question and are therefore refused by name, never ignored.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::flag::GoBool;

/// What a flag of cosign does here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It cannot change the answer to a question about a key, or it is obeyed (upstream: `cmd/cosign/cli/options`).
    Harmless,
    /// It changes the question, in a way that is not supported yet.
    Unsupported,
    /// A boolean that changes the question only when it is not this value.
    UnsupportedUnless(bool),
}

/// A flag of cosign.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Its long name.
    pub name: &'static str,
    /// True when it takes a value (booleans take one only behind `=`).
    pub value: bool,
    /// What it does here.
    pub meaning: Meaning,
}

const fn unsupported(name: &'static str) -> Flag {
    Flag { name, value: true, meaning: Meaning::Unsupported }
}

const fn unless(name: &'static str, value: bool) -> Flag {
    Flag { name, value: false, meaning: Meaning::UnsupportedUnless(value) }
}

/// The flags of `cosign verify` (v3.1.3) beside those that `args` declares.
pub const FLAGS: &[Flag] = &[
    unsupported("certificate"),
    unsupported("certificate-chain"),
    unsupported("ca-roots"),
    unsupported("ca-intermediates"),
    unsupported("sct"),
    unsupported("timestamp-certificate-chain"),
    // A policy in CUE or Rego over attestations.
    unsupported("policy"),
    unsupported("signature"),
    unsupported("payload"),
    unsupported("attachment"),
    unsupported("attachment-tag-prefix"),
    unsupported("slot"),
    unsupported("registry-username"),
    unsupported("registry-password"),
    unsupported("registry-token"),
    unsupported("registry-cacert"),
    unsupported("registry-client-cert"),
    unsupported("registry-client-key"),
    unsupported("registry-server-name"),
    unless("sk", false),
    unless("experimental-oci11", false),
    unless("local-image", false),
    unless("check-claims", true),
    unless("allow-certificate-chain", false),
    unless("allow-insecure-registry", false),
    unless("k8s-keychain", false),
    // The number of workers changes no verdict. The others are obeyed.
    Flag { name: "rekor-url", value: true, meaning: Meaning::Harmless },
    Flag { name: "new-bundle-format", value: false, meaning: Meaning::Harmless },
    Flag { name: "allow-http-registry", value: false, meaning: Meaning::Harmless },
    Flag { name: "max-workers", value: true, meaning: Meaning::Harmless },
];

/// Adds the flags to the command `verify`, out of sight.
#[must_use]
pub fn with_flags(command: Command) -> Command {
    FLAGS.iter().fold(command, |command, flag| {
        let arg = Arg::new(flag.name).long(flag.name).hide(true);
        command.arg(if flag.value {
            arg.action(ArgAction::Append).num_args(1)
        } else {
            arg.action(ArgAction::Append)
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_parser(GoBool)
        })
    })
}

/// The flags that were given and change the question, as the user should read them: `--sk`, `--check-claims=false`.
#[must_use]
pub fn refused(verify: &ArgMatches) -> Vec<String> {
    FLAGS
        .iter()
        .filter_map(|flag| match flag.meaning {
            Meaning::Harmless => None,
            Meaning::Unsupported => verify.contains_id(flag.name).then(|| format!("--{}", flag.name)),
            Meaning::UnsupportedUnless(fine) => {
                let given = last(verify, flag.name).filter(|value| *value != fine)?;
                Some(if given { format!("--{}", flag.name) } else { format!("--{}=false", flag.name) })
            }
        })
        .collect()
}

/// `--new-bundle-format`: bundles are judged before classic signatures, as cosign 3 does by default.
#[must_use]
pub fn bundles(verify: &ArgMatches) -> bool {
    last(verify, "new-bundle-format").unwrap_or(true)
}

/// `--allow-http-registry`: the image's host may speak plain HTTP.
#[must_use]
pub fn insecure(verify: &ArgMatches) -> bool {
    last(verify, "allow-http-registry").unwrap_or(false)
}

/// `--rekor-url`: where entries are searched that do not travel with a signature.
#[must_use]
pub fn log_url(verify: &ArgMatches) -> Option<String> {
    verify.get_many::<String>("rekor-url").and_then(|mut values| values.next_back().cloned())
}

fn last(verify: &ArgMatches, name: &str) -> Option<bool> {
    verify.get_many::<bool>(name).and_then(|mut values| values.next_back().copied())
}

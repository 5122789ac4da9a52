//! What a plain scalar means to Kubernetes' YAML reader (sigs.k8s.io/yaml over goyaml.v2: YAML 1.1 with `y`, `yes`,
//! `on` as booleans, octal `017` and underscores in numbers).

use crate::model::node::NodeValue;

/// Takes a plain scalar for what it is.
pub(super) fn resolve(text: &str) -> NodeValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeValue::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return NodeValue::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return NodeValue::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return NodeValue::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return NodeValue::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return NodeValue::Float(f64::NEG_INFINITY),
        _ => {}
    }
    number(text).unwrap_or_else(|| NodeValue::Text(text.into()))
}

/// Takes a scalar with a core-schema tag (`!!int "5"`) for what the tag says; `None`: it is not of that kind.
pub(super) fn tagged(kind: &str, text: &str) -> Option<NodeValue> {
    let value = resolve(text);
    match (kind, &value) {
        ("str", _) => Some(NodeValue::Text(text.into())),
        ("null", NodeValue::Null) | ("bool", NodeValue::Bool(_)) | ("int", NodeValue::Int(_)) => Some(value),
        ("float", NodeValue::Float(_)) => Some(value),
        ("merge", _) if text == "<<" => Some(value),
        #[allow(clippy::cast_precision_loss, reason = "the tag asks for a floating-point number")]
        ("float", NodeValue::Int(whole)) => Some(NodeValue::Float(*whole as f64)),
        _ => None,
    }
}

fn number(text: &str) -> Option<NodeValue> {
    let first = text.chars().next()?;
    if !matches!(first, '0'..='9' | '+' | '-' | '.') {
        return None;
    }
    if first == '.' && !separates_digits(text) {
        return None;
    }
    let plain = text.replace('_', "");
    if let Some(whole) = whole(&plain) {
        return Some(NodeValue::Int(whole));
    }
    // What is left must look like a decimal number: Rust also reads `inf` and `nan`, YAML does not.
    let decimal = plain.chars().all(|c| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
        && plain.chars().any(|c| c.is_ascii_digit());
    let value: f64 = plain.parse().ok().filter(|_| decimal)?;
    value.is_finite().then_some(NodeValue::Float(value))
}

/// Go's `ParseFloat`, which gets a text that starts with a point as it is: a `_` needs a digit on both sides.
fn separates_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes.iter().enumerate().all(|(at, b)| *b != b'_' || (digit(at.wrapping_sub(1)) && digit(at + 1)))
}

fn whole(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (if text.starts_with('-') { "-" } else { "" }, digits),
        None => ("", text),
    };
    let radix = |prefix: &[&str], radix| {
        let digits = prefix.iter().find_map(|prefix| digits.strip_prefix(prefix))?;
        let unsigned = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        if unsigned { i64::from_str_radix(&format!("{sign}{digits}"), radix).ok() } else { None }
    };
    if let Some(value) = radix(&["0x", "0X"], 16)
        .or_else(|| radix(&["0b", "0B"], 2))
        .or_else(|| radix(&["0o", "0O"], 8))
        .or_else(|| radix(&["0"], 8))
    {
        return Some(value);
    }
    let decimal = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    // `08` is no octal number; goyaml then reads it as the float 8, which is whole.
    if decimal { format!("{sign}{digits}").parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What sigs.k8s.io/yaml v1.6.0 gives for `a: TEXT`.
    #[test]
    fn agrees_with_kubernetes() {
        for (text, value) in [
            ("017", 15),
            ("0o17", 15),
            ("0x1F", 31),
            ("0b11", 3),
            ("-0b11", -3),
            ("1_000", 1000),
            ("-1", -1),
            ("+1", 1),
            ("1__0", 10),
            ("08", 8),
            ("+0x1F", 31),
            ("-017", -15),
            ("0", 0),
        ] {
            assert_eq!(resolve(text), NodeValue::Int(value), "{text}");
        }
        for (text, value) in [
            ("1.5", 1.5),
            (".1_5", 0.15),
            ("1e3", 1e3),
            (".5", 0.5),
            ("12e03", 12e3),
            ("0.", 0.0),
            ("1.", 1.0),
        ] {
            assert_eq!(resolve(text), NodeValue::Float(value), "{text}");
        }
        for text in [
            "tRue",
            "nan",
            "inf",
            "1:30",
            "2001-01-01",
            "<<",
            "=",
            "0x",
            "_1",
            "._1",
            ".1_",
            ".1__2",
            "1e400",
            "+",
            "-",
            ".",
            "1.2.3",
            "e5",
        ] {
            assert_eq!(resolve(text), NodeValue::Text(text.into()), "{text}");
        }
        assert_eq!(
            (resolve("n"), resolve("on"), resolve("~")),
            (NodeValue::Bool(false), NodeValue::Bool(true), NodeValue::Null)
        );
        assert_eq!(tagged("str", "5"), Some(NodeValue::Text("5".into())));
        assert_eq!((tagged("int", "5"), tagged("int", "x")), (Some(NodeValue::Int(5)), None));
    }
}

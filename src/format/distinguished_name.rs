//! Distinguished names as notation compares them (`notation-go/internal/pkix/pkix.go`): RFC 4514 texts without doubled
//! attributes, with country, state and organisation.

use crate::model::notary::DistinguishedName as Subject;

/// Reads a distinguished name.
///
/// # Errors
/// The rule that it breaks.
pub fn parse(text: &str) -> Result<Subject, String> {
    if text.contains("=#") {
        return Err(format!("distinguished name {text:?} contains \"=#\""));
    }
    let mut subject = Subject::new();
    for (kind, value) in split(text)? {
        insert(&mut subject, kind, value)?;
    }
    complete(subject)
}

/// Puts an attribute into a name.
///
/// # Errors
/// When the name has it already, or type or value are empty.
pub fn insert(subject: &mut Subject, kind: String, value: String) -> Result<(), String> {
    // `S` is another name for `ST`.
    let kind = if kind == "S" { "ST".to_owned() } else { kind };
    if kind.is_empty() || value.is_empty() {
        return Err("a distinguished name with an empty attribute".to_owned());
    }
    if subject.contains_key(&kind) {
        return Err(format!("distinguished name with duplicate RDN attribute for {kind:?}"));
    }
    subject.insert(kind, value);
    Ok(())
}

/// Demands the attributes that notation demands.
///
/// # Errors
/// Which one is missing.
pub fn complete(subject: Subject) -> Result<Subject, String> {
    match ["C", "ST", "O"].into_iter().find(|kind| !subject.contains_key(*kind)) {
        None => Ok(subject),
        Some(kind) => Err(format!("distinguished name has no mandatory RDN attribute for {kind:?}")),
    }
}

/// Whether every attribute of the first stands in the second with the same value.
#[must_use]
pub fn is_subset(wanted: &Subject, found: &Subject) -> bool {
    wanted.iter().all(|(kind, value)| found.get(kind) == Some(value))
}

fn split(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut parts = Vec::new();
    let (mut kind, mut value) = (None, String::new());
    // Length of the value up to its last character that is no unescaped blank.
    let mut solid = 0;
    let mut chars = text.chars().peekable();
    loop {
        match chars.next() {
            Some('\\') => {
                value.push(escaped(&mut chars)?);
                solid = value.len();
            }
            Some('=') if kind.is_none() => {
                kind = Some(value.trim().to_owned());
                value.clear();
                solid = 0;
            }
            Some('+') => return Err("multi-valued RDN attributes are not supported".to_owned()),
            Some('"' | '<' | '>') => {
                return Err("an unescaped special character in a distinguished name".to_owned());
            }
            end @ (None | Some(',' | ';')) => {
                value.truncate(solid);
                let kind = kind
                    .take()
                    .ok_or_else(|| format!("distinguished name {text:?}: incomplete type, value pair"))?;
                parts.push((kind, std::mem::take(&mut value)));
                solid = 0;
                if end.is_none() {
                    return Ok(parts);
                }
            }
            Some(' ') if value.is_empty() => {}
            Some(other) => {
                value.push(other);
                if other != ' ' {
                    solid = value.len();
                }
            }
        }
    }
}

fn escaped(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, String> {
    match chars.next() {
        Some(c @ (' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\')) => Ok(c),
        Some(high) => {
            let digits = chars.next().and_then(|low| Some((high.to_digit(16)?, low.to_digit(16)?)));
            // Escapes of bytes beyond ASCII would have to be joined to characters; they are refused.
            let byte = digits.map(|(high, low)| high * 16 + low).filter(|byte| *byte < 128);
            byte.and_then(char::from_u32).ok_or_else(|| "an escape that is not understood".to_owned())
        }
        None => Err("an escape at the end of a distinguished name".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_compares_names() {
        let name = parse(" C=US, S=WA,O=My\\, Org ").unwrap();
        assert_eq!(name.get("ST").map(String::as_str), Some("WA"));
        assert_eq!(name.get("O").map(String::as_str), Some("My, Org"));
        let more = parse("CN=x,C=US,ST=WA,O=My\\2C Org").unwrap();
        assert!(is_subset(&name, &more) && !is_subset(&more, &name));
        for bad in
            ["C=US,ST=WA", "C=US,C=US,ST=WA,O=x", "C=US+ST=WA,O=x", "C=US,ST=WA,O=#6162", "", "C=US,ST=WA,O"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}

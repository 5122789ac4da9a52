//! Types of expressions, as far as a check before evaluation needs them.

use std::fmt;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any value; checked when it is evaluated.
    Dyn,
    /// A type without parameters, by its name here.
    Named(&'static str),
    /// A list.
    List(Box<Type>),
    /// A map.
    Map(Box<Type>, Box<Type>),
    /// An optional value.
    Optional(Box<Type>),
    /// Stands for a type in an overload.
    Any(char),
}

const NAMES: &[&str] = &[
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "null",
    "type",
    "timestamp",
    "duration",
    "quantity",
    "semver",
    "url",
    "ip",
    "cidr",
    "format",
    "image",
];

/// Types bound to A and B.
pub(super) type Bound = Vec<(char, Type)>;

impl Type {
    /// Reads a type: `map<string,list<A>>`. What is not known is any.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let inner = |start: &str| text.strip_prefix(start).and_then(|rest| rest.strip_suffix('>'));
        if let Some(item) = inner("list<") {
            return Self::List(Box::new(Self::parse(item)));
        }
        if let Some(item) = inner("optional<") {
            return Self::Optional(Box::new(Self::parse(item)));
        }
        if let Some((key, value)) = inner("map<").and_then(|inner| inner.split_once(',')) {
            return Self::Map(Box::new(Self::parse(key)), Box::new(Self::parse(value)));
        }
        match text {
            "A" => Self::Any('A'),
            "B" => Self::Any('B'),
            _ => NAMES.iter().find(|name| **name == text).map_or(Self::Dyn, |name| Self::Named(name)),
        }
    }

    /// Could a value of the type `found` be one of this type?
    pub(super) fn takes(&self, found: &Self, bound: &mut Bound) -> bool {
        match (self, found) {
            (Self::Any(name), _) => {
                let Some(at) = bound.iter().position(|(own, _)| own == name) else {
                    bound.push((*name, found.clone()));
                    return true;
                };
                let own = bound.get(at).map_or(Self::Dyn, |(_, own)| own.clone());
                // Any value makes the result any value; what is still open takes the other's type.
                let joined = match (&own, found) {
                    (_, Self::Any(_)) => own.clone(),
                    (_, Self::Dyn) => Self::Dyn,
                    (Self::Any(_), _) => found.clone(),
                    (Self::List(item), Self::List(_)) if item.is_open() => found.clone(),
                    _ => own.clone(),
                };
                if let Some(slot) = bound.get_mut(at) {
                    slot.1 = joined;
                }
                own.fits(found) || found.fits(&own)
            }
            (Self::List(own), Self::List(found)) | (Self::Optional(own), Self::Optional(found)) => {
                own.takes(found, bound)
            }
            // What is below any value is any value.
            (Self::List(own) | Self::Optional(own), Self::Dyn) => own.takes(&Self::Dyn, bound),
            (Self::Map(key, value), Self::Dyn) => {
                key.takes(&Self::Dyn, bound) && value.takes(&Self::Dyn, bound)
            }
            (Self::Dyn, _) | (_, Self::Dyn) => true,
            (Self::Map(key, value), Self::Map(found_key, found_value)) => {
                key.takes(found_key, bound) && value.takes(found_value, bound)
            }
            _ => self.fits(found),
        }
    }

    /// The type of what an empty list holds: not known yet.
    pub(super) const OPEN: Self = Self::Any('?');

    fn is_open(&self) -> bool {
        *self == Self::OPEN
    }

    /// The same without parameters. Null fits what is a message or opaque.
    pub(super) fn fits(&self, found: &Self) -> bool {
        match (self, found) {
            (Self::Dyn | Self::Any(_), _) | (_, Self::Dyn | Self::Any(_)) => true,
            (Self::List(own), Self::List(found)) | (Self::Optional(own), Self::Optional(found)) => {
                own.fits(found)
            }
            (Self::Map(key, value), Self::Map(found_key, found_value)) => {
                key.fits(found_key) && value.fits(found_value)
            }
            (Self::Named(own), Self::Named("null")) => {
                !matches!(*own, "bool" | "int" | "uint" | "double" | "string" | "bytes" | "type")
            }
            (Self::Optional(_), Self::Named("null")) => true,
            _ => self == found,
        }
    }

    /// With A and B replaced.
    pub(super) fn with(&self, bound: &Bound) -> Self {
        match self {
            Self::Any(name) => {
                bound.iter().find(|(own, _)| own == name).map_or(Self::OPEN, |(_, found)| found.clone())
            }
            Self::List(item) => Self::List(Box::new(item.with(bound))),
            Self::Optional(item) => Self::Optional(Box::new(item.with(bound))),
            Self::Map(key, value) => Self::Map(Box::new(key.with(bound)), Box::new(value.with(bound))),
            other => other.clone(),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn => f.write_str("dyn"),
            Self::Any(name) => write!(f, "{name}"),
            Self::Named(name) => f.write_str(match *name {
                "timestamp" => "google.protobuf.Timestamp",
                "duration" => "google.protobuf.Duration",
                name => name,
            }),
            Self::List(item) => write!(f, "list({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Optional(item) => write!(f, "optional_type({item})"),
        }
    }
}

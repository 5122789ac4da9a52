//! Values of expressions: what is large is shared, and nothing is copied to be looked at.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::lang::quantity::Quantity;
use crate::lang::semver::Version;
use crate::model::node::{Node, NodeValue};

use super::address::{Address, Network};
use super::image::ImageName;
use super::url::Url;

/// Longest text that is shown of a value, in characters.
const SHOWN: usize = 120;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed whole number.
    Int(i64),
    /// An unsigned whole number.
    Uint(u64),
    /// A floating-point number.
    Double(f64),
    /// A text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A map; keys are unique.
    Map(Arc<Map>),
    /// An optional value.
    Optional(Option<Arc<Value>>),
    /// An instant, in nanoseconds since 1970.
    Timestamp(i128),
    /// A duration, in nanoseconds.
    Duration(i64),
    /// A type.
    Type(Arc<str>),
    /// A value of a library.
    Opaque(Opaque),
    /// A map whose members the host computes when they are asked for: its name.
    Lazy(&'static str),
}

/// A value of a library.
#[derive(Clone, Debug, PartialEq)]
pub enum Opaque {
    /// `quantity('1Gi')`.
    Quantity(Quantity),
    /// `semver('1.2.3')`.
    Version(Arc<Version>),
    /// `url('https://…')`.
    Url(Arc<Url>),
    /// `ip('127.0.0.1')`.
    Address(Address),
    /// `cidr('10.0.0.0/8')`.
    Network(Network),
    /// `format.dns1123Label()`.
    Format(&'static str),
    /// `parseImageReference('nginx')`.
    Image(Arc<ImageName>),
    /// A thing of the host, by kind and name (an attestor).
    Named(&'static str, Arc<str>),
}

/// A map in the order in which it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<(Value, Value)>,
}

impl Map {
    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[(Value, Value)] {
        &self.entries
    }

    /// The value under a text.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Value> {
        let mut found = self.entries.iter();
        found.find(|(key, _)| matches!(key, Value::Text(text) if **text == *name)).map(|(_, value)| value)
    }

    /// The value under a key; whole numbers are equal across types.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        if let Value::Text(name) = key {
            return self.field(name);
        }
        self.entries.iter().find(|(own, _)| super::order::equal(own, key)).map(|(_, value)| value)
    }

    /// Adds an entry; false when the key was there.
    pub fn insert(&mut self, key: Value, value: Value) -> bool {
        let new = self.get(&key).is_none();
        if new {
            self.entries.push((key, value));
        }
        new
    }
}

impl FromIterator<(String, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(pairs: I) -> Self {
        let mut map = Self::default();
        for (key, value) in pairs {
            map.insert(Value::text(key), value);
        }
        map
    }
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }

    /// A list.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Arc::new(items))
    }

    /// A map.
    #[must_use]
    pub fn map(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }

    /// An optional that holds a value.
    #[must_use]
    pub fn some(value: Self) -> Self {
        Self::Optional(Some(Arc::new(value)))
    }

    /// What stands in a document. Depth is bounded by the parser of the document.
    #[must_use]
    pub fn of_node(node: &Node) -> Self {
        match &node.value {
            NodeValue::Null => Self::Null,
            NodeValue::Bool(value) => Self::Bool(*value),
            NodeValue::Int(value) => Self::Int(*value),
            NodeValue::Float(value) => Self::Double(*value),
            NodeValue::Text(text) => Self::Text(text.clone()),
            NodeValue::List(items) => Self::list(items.iter().map(Self::of_node).collect()),
            NodeValue::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.to_string(), Self::of_node(&entry.node)));
                Self::map(pairs.collect())
            }
        }
    }

    /// What stands in JSON as Go decodes it into `any` (numbers are floating-point) when `go`, else with whole numbers.
    #[must_use]
    pub fn of_json(value: &serde_json::Value, go: bool) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => match number.as_i64().filter(|_| !go) {
                Some(whole) => Self::Int(whole),
                None => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(items) => {
                Self::list(items.iter().map(|item| Self::of_json(item, go)).collect())
            }
            serde_json::Value::Object(map) => {
                let pairs = map.iter().map(|(key, value)| (key.clone(), Self::of_json(value, go)));
                Self::map(pairs.collect())
            }
        }
    }

    /// As JSON; `None` for what JSON has no form for.
    #[must_use]
    pub fn to_json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Uint(value) => (*value).into(),
            Self::Double(value) => serde_json::Number::from_f64(*value)?.into(),
            Self::Text(text) => text.to_string().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect::<Option<Vec<_>>>()?.into(),
            Self::Map(map) => {
                let pairs = map.entries.iter().map(|(key, value)| match key {
                    Self::Text(key) => Some((key.to_string(), value.to_json()?)),
                    _ => None,
                });
                pairs.collect::<Option<serde_json::Map<_, _>>>()?.into()
            }
            _ => return None,
        })
    }

    /// The name of its type, as `type()` and messages give it.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) | Self::Lazy(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Type(_) => "type",
            Self::Opaque(opaque) => match opaque {
                Opaque::Quantity(_) => "kubernetes.Quantity",
                Opaque::Version(_) => "kubernetes.Semver",
                Opaque::Url(_) => "kubernetes.URL",
                Opaque::Address(_) => "net.IP",
                Opaque::Network(_) => "net.CIDR",
                Opaque::Format(_) => "kubernetes.NamedFormat",
                Opaque::Image(_) => "kyverno.image",
                Opaque::Named(kind, _) => kind,
            },
        }
    }

    /// A short form for people; hostile text.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut text = String::new();
        self.show(&mut text);
        if text.chars().count() > SHOWN {
            text = text.chars().take(SHOWN).collect();
            text.push('…');
        }
        text
    }

    fn show(&self, text: &mut String) {
        // What is not shown need not be built.
        if text.len() > 4 * SHOWN {
            return;
        }
        let joined = |text: &mut String, items: &[Self]| {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                item.show(text);
            }
        };
        match self {
            Self::Text(own) => {
                let cut: String = own.chars().take(SHOWN).collect();
                let _ = write!(text, "\"{cut}\"");
            }
            Self::List(items) => {
                text.push('[');
                joined(text, items);
                text.push(']');
            }
            Self::Map(map) => {
                text.push('{');
                for (index, (key, value)) in map.entries.iter().enumerate() {
                    if index > 0 {
                        text.push_str(", ");
                    }
                    key.show(text);
                    text.push_str(": ");
                    value.show(text);
                }
                text.push('}');
            }
            Self::Optional(None) => text.push_str("optional.none()"),
            Self::Optional(Some(value)) => {
                text.push_str("optional.of(");
                value.show(text);
                text.push(')');
            }
            other => text.push_str(&other.scalar()),
        }
    }

    fn scalar(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Uint(value) => format!("{value}u"),
            Self::Double(value) => super::number::double_text(*value),
            Self::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Self::Timestamp(at) => super::time::timestamp_text(*at),
            Self::Duration(length) => super::time::duration_text(*length),
            Self::Type(name) => name.to_string(),
            Self::Opaque(opaque) => opaque.shown(),
            _ => self.type_name().to_owned(),
        }
    }
}

impl Opaque {
    fn shown(&self) -> String {
        match self {
            Self::Url(url) => url.text.clone(),
            Self::Address(address) => address.to_string(),
            Self::Network(network) => network.to_string(),
            Self::Format(name) => (*name).to_owned(),
            Self::Image(image) => image.written.clone(),
            Self::Named(_, name) => name.to_string(),
            Self::Quantity(_) => "quantity".to_owned(),
            Self::Version(_) => "version".to_owned(),
        }
    }
}

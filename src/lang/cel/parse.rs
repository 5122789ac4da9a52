//! Parses an expression with the parser of the `cel` crate, and lowers its tree.

use std::sync::Arc;

use cel::common::ast::{CallExpr, EntryExpr, Expr as Parsed, IdedExpr, LiteralValue, SourceInfo, operators};

use super::macros;
use super::stop::Stop;
use super::syntax::{Call, Expr, Kind};
use super::value::Value;
use crate::model::missing::Missing;

/// Longest expression that is read, in bytes.
const MOST_BYTES: usize = 32 << 10;
/// Deepest tree that is evaluated.
const DEEPEST: usize = 100;
/// Stack of the parser, which descends for every operator, in bytes.
const STACK: usize = 128 << 20;

/// Parses a text.
///
/// # Errors
/// What is wrong with it, or that it is larger than we read.
pub(super) fn parse(text: &str) -> Result<Expr, Stop> {
    if text.len() > MOST_BYTES {
        let (what, limit) = ("CEL expression".to_owned(), MOST_BYTES as u64);
        return Err(Stop::Undecided(Missing::TooLarge { what, size: text.len() as u64, limit }));
    }
    let owned = text.to_owned();
    let broken = || {
        let problem = "the parser gave up".to_owned();
        Stop::Undecided(Missing::Malformed { what: "CEL expression".to_owned(), problem })
    };
    // A stack of its own: what is nested or chained deeply must end as an answer, not as a crash.
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || parse_here(&owned));
    thread.map_err(|_| broken())?.join().unwrap_or_else(|_| Err(broken()))
}

fn parse_here(text: &str) -> Result<Expr, Stop> {
    let parser = cel::Env::default().parser().enable_ident_escape_syntax(true);
    let (tree, places) = parser.parse_with_source_info(text).map_err(|errors| {
        let texts: Vec<String> = errors
            .errors
            .iter()
            .map(|error| format!("<input>:{}:{}: Syntax error: {}", error.pos.0, error.pos.1, error.msg))
            .collect();
        Stop::error(format!("ERROR: {}", texts.join("\n")))
    })?;
    let bytes = text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len())).collect();
    Lowering { places: &places, bytes, text }.lower(tree, 0)
}

struct Lowering<'a> {
    places: &'a SourceInfo,
    /// Byte offset of each character: the parser counts characters.
    bytes: Vec<usize>,
    text: &'a str,
}

impl Lowering<'_> {
    fn byte(&self, index: u32) -> usize {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        self.bytes.get(index).copied().unwrap_or(self.text.len())
    }

    fn lower(&self, tree: IdedExpr, depth: usize) -> Result<Expr, Stop> {
        if depth > DEEPEST {
            let what = "CEL expression".to_owned();
            return Err(Stop::Undecided(Missing::TooDeep { what, limit: DEEPEST as u32 }));
        }
        let (start, stop) = self.places.offset_for(tree.id).unwrap_or((0, 0));
        let token = (self.byte(start), self.byte(stop.saturating_add(1)));
        let next = |inner: IdedExpr| self.lower(inner, depth + 1);
        let kind = match tree.expr {
            Parsed::Literal(value) => Kind::Literal(literal(&value)),
            Parsed::Ident(name) => Kind::Ident(name.into()),
            Parsed::Select(select) => Kind::Select {
                operand: Box::new(next(*select.operand)?),
                field: select.field.into(),
                test: select.test,
                optional: false,
            },
            Parsed::Call(call) => return self.call(call, token, depth),
            Parsed::List(list) => {
                let optional = list.optional_indices;
                let items = list.elements.into_iter().enumerate();
                Kind::List(
                    items
                        .map(|(at, item)| Ok((next(item)?, optional.contains(&at))))
                        .collect::<Result<_, Stop>>()?,
                )
            }
            Parsed::Map(map) => {
                let entries = map.entries.into_iter().filter_map(|entry| match entry.expr {
                    EntryExpr::MapEntry(entry) => Some(entry),
                    EntryExpr::StructField(_) => None,
                });
                let entries = entries.map(|entry| Ok((next(entry.key)?, next(entry.value)?, entry.optional)));
                Kind::Map(entries.collect::<Result<_, Stop>>()?)
            }
            Parsed::Struct(value) => Kind::Struct(value.type_name),
            Parsed::Comprehension(_) | Parsed::Unspecified => {
                return Err(Stop::not_implemented("this form of CEL expression"));
            }
        };
        Ok(self.placed(kind, token))
    }

    fn call(&self, call: CallExpr, token: (usize, usize), depth: usize) -> Result<Expr, Stop> {
        let target = call.target.map(|target| self.lower(*target, depth + 1)).transpose()?;
        let args: Vec<Expr> =
            call.args.into_iter().map(|arg| self.lower(arg, depth + 1)).collect::<Result<_, _>>()?;
        if call.func_name == operators::OPT_SELECT
            && let [operand, Expr { kind: Kind::Literal(Value::Text(field)), .. }] = args.as_slice()
        {
            let (operand, field) = (Box::new(operand.clone()), field.clone());
            return Ok(self.placed(Kind::Select { operand, field, test: false, optional: true }, token));
        }
        let call = Call { function: call.func_name.into(), target: target.map(Box::new), args };
        let kind = macros::expand(call)?;
        Ok(self.placed(kind, token))
    }

    /// The place of a node: its token and all below it, with the bracket that ends it.
    fn placed(&self, kind: Kind, token: (usize, usize)) -> Expr {
        let (mut start, mut end) = token;
        for inner in kind.children() {
            start = start.min(inner.start);
            end = end.max(inner.end);
        }
        match &kind {
            Kind::Select { field, .. } => {
                // The token is the dot; `has` ends with a bracket.
                let rest = self.text.get(end..).unwrap_or_default();
                if let Some(at) = rest.find(&**field).filter(|at| *at <= 2) {
                    end += at + field.len();
                }
            }
            Kind::Call(call) if !call.function.contains(['_', '@', '!']) => end = self.closing(end, ')'),
            Kind::List(_) => end = self.closing(end, ']'),
            Kind::Map(_) => end = self.closing(end, '}'),
            Kind::Call(call) if call.function.starts_with("_[") => end = self.closing(end, ']'),
            Kind::Loop(_) | Kind::Bind { .. } | Kind::OptMap { .. } => end = self.closing(end, ')'),
            _ => {}
        }
        if let Kind::Call(call) = &kind
            && call.target.is_none()
            && !call.function.contains(['_', '@', '!'])
        {
            // The token is the opening bracket.
            let before = self.text.get(..start).unwrap_or_default().trim_end();
            if let Some(rest) = before.strip_suffix(&*call.function) {
                start = rest.len();
            }
        }
        Expr { start, end, kind }
    }

    fn closing(&self, end: usize, bracket: char) -> usize {
        let rest = self.text.get(end..).unwrap_or_default();
        let skipped = rest.len() - rest.trim_start_matches([' ', '\n', '\t', '\r']).len();
        let inner = rest.get(skipped..).unwrap_or_default();
        if inner.starts_with(bracket) { end + skipped + 1 } else { end }
    }
}

fn literal(value: &LiteralValue) -> Value {
    match value {
        LiteralValue::Boolean(value) => Value::Bool(*value.inner()),
        LiteralValue::Bytes(value) => Value::Bytes(Arc::from(value.inner())),
        LiteralValue::Double(value) => Value::Double(*value.inner()),
        LiteralValue::Int(value) => Value::Int(*value.inner()),
        LiteralValue::Null => Value::Null,
        LiteralValue::String(value) => Value::text(value.inner()),
        LiteralValue::UInt(value) => Value::Uint(*value.inner()),
    }
}

impl Kind {
    /// The nodes directly below.
    pub(super) fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Literal(_) | Self::Ident(_) | Self::Struct(_) => Vec::new(),
            Self::Select { operand, .. } => vec![operand],
            Self::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).collect(),
            Self::List(items) => items.iter().map(|(item, _)| item).collect(),
            Self::Map(entries) => entries.iter().flat_map(|(key, value, _)| [key, value]).collect(),
            Self::Loop(inner) => {
                std::iter::once(&inner.range).chain(&inner.filter).chain([&inner.body]).collect()
            }
            Self::Bind { value, body, .. } => vec![value, body],
            Self::OptMap { operand, body, .. } => vec![operand, body],
        }
    }
}

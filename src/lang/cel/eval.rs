//! Evaluates an expression, bounded, and keeps what each of its parts came to.

use std::sync::Arc;

use super::functions;
use super::host::Host;
use super::iterate;
use super::order::equal;
use super::stop::Stop;
use super::syntax::{Call, Expr, Kind};
use super::value::{Map, Value};
use crate::model::missing::Missing;

/// Most nodes that are evaluated for one expression.
const MOST_STEPS: usize = 1_000_000;
/// Most values of parts that are kept.
const MOST_SEEN: usize = 200;
/// Names that stand before the dot of a function and are no variables.
pub(super) const NAMESPACES: &[&str] = &[
    "math",
    "sets",
    "lists",
    "base64",
    "strings",
    "regex",
    "optional",
    "ip",
    "format",
    "hash",
    "json",
    "yaml",
    "gzip",
    "time",
    "random",
    "transform",
    "image",
    "http",
    "resource",
    "globalContext",
    "proto",
];

/// What a part of an expression came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// First byte of the part in the expression.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The value, shortened for people, or why there is none.
    pub value: Result<String, Stop>,
    /// The value, when it is a boolean.
    pub truth: Option<bool>,
}

/// An evaluation under way.
pub(super) struct Eval<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) names: Vec<(Arc<str>, Value)>,
    pub(super) seen: Vec<Seen>,
    steps: usize,
}

impl<'a> Eval<'a> {
    pub(super) fn new(host: &'a dyn Host) -> Self {
        Self { host, names: Vec::new(), seen: Vec::new(), steps: 0 }
    }

    /// Counts work that is done outside of nodes.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MOST_STEPS {
            let what = "steps of one CEL expression".to_owned();
            return Err(Stop::Undecided(Missing::TooMany { what, limit: MOST_STEPS }));
        }
        Ok(())
    }

    pub(super) fn eval(&mut self, expr: &Expr) -> Result<Value, Stop> {
        self.spend(1)?;
        let value = self.eval_kind(expr);
        let shown = !matches!(expr.kind, Kind::Literal(_) | Kind::List(_) | Kind::Map(_));
        if shown && self.seen.len() < MOST_SEEN {
            let truth = match &value {
                Ok(Value::Bool(truth)) => Some(*truth),
                _ => None,
            };
            let text = value.as_ref().map(Value::shown).map_err(Clone::clone);
            self.seen.push(Seen { start: expr.start, end: expr.end, value: text, truth });
        }
        value
    }

    fn eval_kind(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match &expr.kind {
            Kind::Literal(value) => Ok(value.clone()),
            Kind::Ident(name) => self.ident(name),
            Kind::Select { operand, field, test, optional } => {
                let value = self.eval(operand)?;
                if *optional {
                    return self.opt_select(&value, field);
                }
                if *test { self.has(&value, field) } else { self.select(&value, field) }
            }
            Kind::Call(call) => self.call(call, (expr.start, expr.end)),
            Kind::List(items) => self.list(items),
            Kind::Map(entries) => self.map(entries),
            Kind::Struct(name) => Err(Stop::not_implemented(format!("CEL message {name}"))),
            Kind::Loop(inner) => iterate::run(self, inner),
            Kind::Bind { name, value, body } => {
                let value = self.eval(value)?;
                self.with(&[(name, value)], body)
            }
            Kind::OptMap { operand, name, body, flat } => match self.eval(operand)? {
                Value::Optional(None) => Ok(Value::Optional(None)),
                Value::Optional(Some(value)) => {
                    let mapped = self.with(&[(name, (*value).clone())], body)?;
                    if *flat { Ok(mapped) } else { Ok(Value::some(mapped)) }
                }
                _ => Err(Stop::no_overload()),
            },
        }
    }

    /// Evaluates with names bound.
    pub(super) fn with(&mut self, names: &[(&Arc<str>, Value)], body: &Expr) -> Result<Value, Stop> {
        let depth = self.names.len();
        self.names.extend(names.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        let value = self.eval(body);
        self.names.truncate(depth);
        value
    }

    fn local(&self, name: &str) -> Option<&Value> {
        self.names.iter().rev().find(|(own, _)| **own == *name).map(|(_, value)| value)
    }

    fn ident(&self, name: &str) -> Result<Value, Stop> {
        if let Some(value) = self.local(name) {
            return Ok(value.clone());
        }
        // A leading dot names the outermost scope.
        let name = name.strip_prefix('.').unwrap_or(name);
        self.host.variable(name).unwrap_or_else(|| match type_named(name) {
            Some(value) => Ok(value),
            None => Err(Stop::error(format!("no such attribute(s): {name}"))),
        })
    }

    fn select(&self, value: &Value, field: &str) -> Result<Value, Stop> {
        match value {
            Value::Map(map) => map.field(field).cloned().ok_or_else(|| no_such_key(field)),
            Value::Lazy(name) => self.host.member(name, field).unwrap_or_else(|| Err(no_such_key(field))),
            Value::Optional(None) => Ok(Value::Optional(None)),
            Value::Optional(Some(inner)) => self.opt_select(inner, field),
            Value::Opaque(opaque) => Err(Stop::not_implemented(format!(
                "CEL field {field} of {}",
                Value::Opaque(opaque.clone()).type_name()
            ))),
            _ => Err(Stop::no_overload()),
        }
    }

    fn opt_select(&self, value: &Value, field: &str) -> Result<Value, Stop> {
        match value {
            Value::Optional(None) => Ok(Value::Optional(None)),
            Value::Optional(Some(inner)) => self.opt_select(inner, field),
            Value::Map(map) => Ok(Value::Optional(map.field(field).cloned().map(Arc::new))),
            Value::Lazy(name) => match self.host.member(name, field) {
                Some(found) => Ok(Value::some(found?)),
                None => Ok(Value::Optional(None)),
            },
            Value::Opaque(_) => self.select(value, field),
            _ => Err(Stop::no_overload()),
        }
    }

    fn has(&self, value: &Value, field: &str) -> Result<Value, Stop> {
        match value {
            Value::Map(map) => Ok(Value::Bool(map.field(field).is_some())),
            Value::Lazy(name) => match self.host.member(name, field) {
                // What is not known may not be there.
                Some(Err(stop @ Stop::Undecided(_))) => Err(stop),
                member => Ok(Value::Bool(member.is_some())),
            },
            Value::Optional(Some(inner)) => self.has(inner, field),
            Value::Optional(None) => Ok(Value::Bool(false)),
            Value::Opaque(_) => self.select(value, field),
            _ => Err(Stop::no_overload()),
        }
    }

    fn list(&mut self, items: &[(Expr, bool)]) -> Result<Value, Stop> {
        let mut list = Vec::new();
        for (item, optional) in items {
            match (self.eval(item)?, *optional) {
                (Value::Optional(None), true) => {}
                (Value::Optional(Some(value)), true) => list.push((*value).clone()),
                (_, true) => return Err(Stop::no_overload()),
                (value, false) => list.push(value),
            }
        }
        Ok(Value::list(list))
    }

    fn map(&mut self, entries: &[(Expr, Expr, bool)]) -> Result<Value, Stop> {
        let mut map = Map::default();
        for (key, value, optional) in entries {
            let key = self.eval(key)?;
            if !matches!(key, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Text(_)) {
                return Err(Stop::error(format!("unsupported key type: {}", key.type_name())));
            }
            let value = match (self.eval(value)?, *optional) {
                (Value::Optional(None), true) => continue,
                (Value::Optional(Some(value)), true) => (*value).clone(),
                (_, true) => return Err(Stop::no_overload()),
                (value, false) => value,
            };
            let shown = key.shown();
            if !map.insert(key, value) {
                return Err(Stop::error(format!("failed with repeated key: {shown}")));
            }
        }
        Ok(Value::map(map))
    }

    fn call(&mut self, call: &Call, at: (usize, usize)) -> Result<Value, Stop> {
        match (&*call.function, call.args.as_slice()) {
            ("_&&_", [a, b]) => return self.logic(a, b, false),
            ("_||_", [a, b]) => return self.logic(a, b, true),
            ("_?_:_", [condition, yes, no]) => {
                return match self.eval(condition)? {
                    Value::Bool(true) => self.eval(yes),
                    Value::Bool(false) => self.eval(no),
                    _ => Err(Stop::no_overload()),
                };
            }
            _ => {}
        }
        let space = call.target.as_deref().and_then(|target| self.namespace(target));
        if let Some(space) = space {
            let function = format!("{space}.{}", call.function);
            let args = self.args(None, &call.args)?;
            return self.dispatch(&function, false, &args, at);
        }
        // `a.or(b)` and `a.orValue(b)` evaluate `b` only where `a` is none.
        if let (Some(target), [other], "or" | "orValue") =
            (&call.target, call.args.as_slice(), &*call.function)
        {
            return match (self.eval(target)?, &*call.function) {
                (Value::Optional(Some(value)), "orValue") => Ok((*value).clone()),
                (value @ Value::Optional(Some(_)), _) => Ok(value),
                (Value::Optional(None), _) => self.eval(other),
                _ => Err(Stop::no_overload()),
            };
        }
        let args = self.args(call.target.as_deref(), &call.args)?;
        self.dispatch(&call.function, call.target.is_some(), &args, at)
    }

    fn args(&mut self, target: Option<&Expr>, args: &[Expr]) -> Result<Vec<Value>, Stop> {
        target.into_iter().chain(args).map(|arg| self.eval(arg)).collect()
    }

    fn namespace(&self, target: &Expr) -> Option<&'static str> {
        let Kind::Ident(name) = &target.kind else { return None };
        let space = NAMESPACES.iter().find(|space| ***space == **name)?;
        self.local(name).is_none().then_some(*space)
    }

    fn dispatch(
        &mut self,
        function: &str,
        member: bool,
        args: &[Value],
        at: (usize, usize),
    ) -> Result<Value, Stop> {
        self.spend(args.iter().map(functions::size_of_value).sum())?;
        if let (Some(value), "_[_]") = (self.lazy_index(args), function) {
            return value;
        }
        match functions::call(function, member, args).or_else(|| self.host.call(function, args, at)) {
            Some(value) => {
                let value = value?;
                self.spend(functions::size_of_value(&value))?;
                Ok(value)
            }
            None if super::declared::is_unsupported(function) => {
                Err(Stop::not_implemented(format!("CEL function {function}")))
            }
            None => Err(Stop::no_overload()),
        }
    }

    fn lazy_index(&self, args: &[Value]) -> Option<Result<Value, Stop>> {
        match args {
            [Value::Lazy(_), Value::Text(field)] => Some(self.select(args.first()?, field)),
            _ => None,
        }
    }

    /// `&&` and `||`: one side that settles the answer is enough, whatever the other came to.
    fn logic(&mut self, a: &Expr, b: &Expr, settles: bool) -> Result<Value, Stop> {
        let left = self.eval(a);
        if left == Ok(Value::Bool(settles)) {
            return left;
        }
        let right = self.eval(b);
        match (left, right) {
            (_, Ok(Value::Bool(right))) if right == settles => Ok(Value::Bool(settles)),
            (Ok(Value::Bool(_)), Ok(Value::Bool(right))) => Ok(Value::Bool(right)),
            (Err(left), Err(right)) => Err(left.or(right)),
            (Err(stop), Ok(_)) | (Ok(_), Err(stop)) => Err(stop),
            (Ok(_), Ok(_)) => Err(Stop::no_overload()),
        }
    }
}

/// cel-go's error for a key that is not there.
pub(super) fn no_such_key(key: &str) -> Stop {
    Stop::error(format!("no such key: {key}"))
}

pub(super) fn type_named(name: &str) -> Option<Value> {
    let types = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"];
    types.contains(&name).then(|| Value::Type(name.into()))
}

/// The item at an index, or the value under a key.
pub(super) fn index(of: &Value, key: &Value) -> Result<Option<Value>, Stop> {
    match (of, key) {
        (Value::List(items), key) => {
            let at = match key {
                Value::Int(at) => usize::try_from(*at).ok(),
                Value::Uint(at) => usize::try_from(*at).ok(),
                Value::Double(at) if at.fract() == 0.0 && *at >= 0.0 && *at < 1e15 => Some(*at as usize),
                Value::Double(_) => None,
                _ => return Err(Stop::no_overload()),
            };
            Ok(at.and_then(|at| items.get(at)).cloned())
        }
        (Value::Map(map), key) => {
            if matches!(key, Value::Null | Value::List(_) | Value::Map(_)) {
                return Err(Stop::no_overload());
            }
            Ok(map.entries().iter().find(|(own, _)| equal(own, key)).map(|(_, value)| value.clone()))
        }
        _ => Err(Stop::no_overload()),
    }
}

//! What cel-go finds before it evaluates anything: names that nobody declares, and calls that no overload takes.

use std::sync::Arc;

use super::declared::OVERLOADS;
use super::eval::NAMESPACES;
use super::stop::Stop;
use super::syntax::{Call, Expr, Kind, Loop, LoopKind};
use super::types::{Bound, Type};
use super::value::Value;

/// Variables with their types.
pub(super) type Names<'a> = &'a [(String, Type)];

/// Types that are compared by `<`; numbers among each other too.
const ORDERED: &[&str] = &["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];
const NUMBERS: &[&str] = &["int", "uint", "double"];

/// Checks a tree.
///
/// # Errors
/// cel-go's words, with the place.
pub(super) fn check(tree: &Expr, text: &str, names: Names<'_>) -> Result<Type, Stop> {
    Check { text, names, locals: Vec::new() }.of(tree)
}

struct Check<'a> {
    text: &'a str,
    names: Names<'a>,
    locals: Vec<(Arc<str>, Type)>,
}

const BOOL: Type = Type::Named("bool");

impl Check<'_> {
    fn error<T>(&self, at: &Expr, problem: &str) -> Result<T, Stop> {
        let before = self.text.get(..at.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Err(Stop::error(format!("ERROR: <input>:{line}:{column}: {problem}")))
    }

    fn of(&mut self, expr: &Expr) -> Result<Type, Stop> {
        match &expr.kind {
            Kind::Literal(value) => Ok(literal(value)),
            Kind::Ident(name) => self.ident(expr, name),
            Kind::Select { operand, field, test, optional } => {
                let selected = match self.declared(expr, operand, field)? {
                    Some(found) => found,
                    None => {
                        let operand = self.of(operand)?;
                        self.select(expr, &operand)?
                    }
                };
                Ok(match (test, optional, selected) {
                    (true, ..) => BOOL,
                    (_, true, Type::Optional(inner)) => Type::Optional(inner),
                    (_, true, selected) => Type::Optional(Box::new(selected)),
                    (_, _, selected) => selected,
                })
            }
            Kind::Call(call) => self.call(expr, call),
            Kind::List(items) => {
                let mut joined = Type::OPEN;
                for (item, optional) in items {
                    let found = unwrapped(self.of(item)?, *optional);
                    joined = self.join(item, joined, found)?;
                }
                Ok(Type::List(Box::new(joined)))
            }
            Kind::Map(entries) => {
                let (mut keys, mut values) = (Type::OPEN, Type::OPEN);
                for (key, value, optional) in entries {
                    let (found_key, found) = (self.of(key)?, unwrapped(self.of(value)?, *optional));
                    keys = self.join(key, keys, found_key)?;
                    values = self.join(value, values, found)?;
                }
                Ok(Type::Map(Box::new(keys), Box::new(values)))
            }
            Kind::Struct(_) => Ok(Type::Dyn),
            Kind::Loop(inner) => self.in_loop(expr, inner),
            Kind::Bind { name, value, body } => {
                let value = self.of(value)?;
                self.with(&[(name.clone(), value)], body)
            }
            Kind::OptMap { operand, name, body, flat } => {
                let inner = match self.of(operand)? {
                    Type::Optional(inner) => *inner,
                    Type::Dyn => Type::Dyn,
                    other => return self.no_overload(expr, "optMap", &[other]),
                };
                let mapped = self.with(&[(name.clone(), inner)], body)?;
                Ok(if *flat { mapped } else { Type::Optional(Box::new(mapped)) })
            }
        }
    }

    /// Kyverno turns on cel-go's check that literals hold values of one type.
    fn join(&self, at: &Expr, joined: Type, found: Type) -> Result<Type, Stop> {
        match (&joined, &found) {
            (Type::Any(_), _) => Ok(found),
            (Type::Dyn, _) | (_, Type::Dyn) => Ok(Type::Dyn),
            (_, found) if joined.fits(found) || found.fits(&joined) => Ok(joined),
            _ => self.error(at, &format!("expected type '{joined}' but found '{found}'")),
        }
    }

    fn with(&mut self, names: &[(Arc<str>, Type)], body: &Expr) -> Result<Type, Stop> {
        let depth = self.locals.len();
        self.locals.extend_from_slice(names);
        let found = self.of(body);
        self.locals.truncate(depth);
        found
    }

    fn local(&self, name: &str) -> Option<&Type> {
        self.locals.iter().rev().find(|(own, _)| **own == *name).map(|(_, found)| found)
    }

    fn ident(&self, expr: &Expr, name: &str) -> Result<Type, Stop> {
        if let Some(found) = self.local(name) {
            return Ok(found.clone());
        }
        let bare = name.strip_prefix('.').unwrap_or(name);
        if let Some((_, found)) = self.names.iter().find(|(own, _)| *own == bare) {
            return Ok(found.clone());
        }
        if super::eval::type_named(bare).is_some() {
            return Ok(Type::Named("type"));
        }
        self.error(expr, &format!("undeclared reference to '{name}' (in container '')"))
    }

    /// The type of `variables.name`, and of other fields that are declared one by one.
    fn declared(&self, expr: &Expr, operand: &Expr, field: &str) -> Result<Option<Type>, Stop> {
        let Some(name) = self.dotted(operand) else { return Ok(None) };
        let of = |name: &str| self.names.iter().find(|(own, _)| own == name).map(|(_, found)| found.clone());
        match of(&format!("{name}.{field}")) {
            Some(found) => Ok(Some(found)),
            None if self.is_closed(&name) => self.error(expr, &format!("undefined field '{field}'")),
            None => Ok(None),
        }
    }

    /// A variable whose fields are declared has no others.
    fn is_closed(&self, name: &str) -> bool {
        let field = |own: &str| own.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.names.iter().any(|(own, _)| field(own) || (own == name && name == "variables"))
    }

    /// `a.b.c` where `a` is a variable.
    fn dotted(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            Kind::Ident(name) => {
                let name = name.strip_prefix('.').unwrap_or(name);
                self.local(name).is_none().then(|| name.to_owned())
            }
            Kind::Select { operand, field, test: false, .. } => {
                Some(format!("{}.{field}", self.dotted(operand)?))
            }
            _ => None,
        }
    }

    fn select(&self, expr: &Expr, operand: &Type) -> Result<Type, Stop> {
        match operand {
            Type::Dyn | Type::Any(_) => Ok(Type::Dyn),
            Type::Map(_, value) => Ok((**value).clone()),
            Type::Optional(inner) => Ok(Type::Optional(Box::new(self.select(expr, inner)?))),
            other => self.error(expr, &format!("type '{other}' does not support field selection")),
        }
    }

    fn no_overload<T>(&self, at: &Expr, function: &str, args: &[Type]) -> Result<T, Stop> {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        self.error(
            at,
            &format!("found no matching overload for '{function}' applied to '({})'", args.join(", ")),
        )
    }

    fn call(&mut self, expr: &Expr, call: &Call) -> Result<Type, Stop> {
        let space = call.target.as_deref().and_then(|target| match &target.kind {
            Kind::Ident(name) if self.local(name).is_none() => NAMESPACES.iter().find(|own| ***own == **name),
            _ => None,
        });
        let target = call.target.as_deref().filter(|_| space.is_none());
        let mut args = Vec::new();
        for arg in target.into_iter().chain(&call.args) {
            args.push(self.of(arg)?);
        }
        let name =
            space.map_or_else(|| call.function.to_string(), |space| format!("{space}.{}", call.function));
        match (&*name, args.as_slice()) {
            ("_&&_" | "_||_", [a, b]) if BOOL.fits(a) && BOOL.fits(b) => return Ok(BOOL),
            ("_?_:_", [condition, yes, no]) if BOOL.fits(condition) => {
                return match (yes, no) {
                    (Type::Dyn, _) | (_, Type::Dyn) => Ok(Type::Dyn),
                    (Type::Any(_), _) => Ok(no.clone()),
                    _ if yes.fits(no) => Ok(yes.clone()),
                    _ if no.fits(yes) => Ok(no.clone()),
                    _ => self.no_overload(expr, &name, &args),
                };
            }
            ("_<_" | "_<=_" | "_>_" | "_>=_", [a, b]) if comparable(a, b) => return Ok(BOOL),
            ("math.greatest" | "math.least", args) if !args.is_empty() => return Ok(Type::Dyn),
            (
                "http.Get" | "http.Post" | "http.Client" | "http.get" | "http.post" | "http.client"
                | "resource.Get" | "resource.List" | "resource.Post" | "resource.ToGVR" | "resource.get"
                | "resource.list" | "resource.post" | "resource.toGVR",
                _,
            ) => {
                return Ok(Type::Dyn);
            }
            (name, []) if name.starts_with("format.") => return Ok(Type::Named("format")),
            _ => {}
        }
        let operator = matches!(&*name, "_&&_" | "_||_" | "_?_:_" | "_<_" | "_<=_" | "_>_" | "_>=_");
        self.literal_pattern(expr, &name, call)?;
        let Some(overloads) = OVERLOADS.get(&*name).filter(|_| !operator) else {
            return if operator {
                self.no_overload(expr, &name, &args)
            } else {
                self.error(expr, &format!("undeclared reference to '{name}' (in container '')"))
            };
        };
        let mut results: Vec<Type> = Vec::new();
        for overload in
            overloads.iter().filter(|own| own.member == target.is_some() && own.args.len() == args.len())
        {
            let mut bound = Bound::new();
            if overload.args.iter().zip(&args).all(|(own, found)| own.takes(found, &mut bound)) {
                results.push(overload.result.with(&bound));
            }
        }
        match results.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => Ok(first.clone()),
            Some(_) => Ok(Type::Dyn),
            None => self.no_overload(expr, &name, &args),
        }
    }

    /// cel-go compiles regular expressions that are literals before it evaluates anything.
    fn literal_pattern(&self, expr: &Expr, name: &str, call: &Call) -> Result<(), Stop> {
        if let ("matches" | "find" | "findAll", Some(pattern)) = (name, pattern(call))
            && let Err(Stop::Error(problem)) = super::regexes::compile(pattern)
        {
            return self.error(expr, &problem);
        }
        Ok(())
    }

    fn in_loop(&mut self, expr: &Expr, inner: &Loop) -> Result<Type, Stop> {
        let range = self.of(&inner.range)?;
        let (first, second) = match &range {
            Type::Dyn | Type::Any(_) => (Type::Dyn, Type::Dyn),
            Type::List(item) if inner.second.is_some() => (Type::Named("int"), (**item).clone()),
            Type::List(item) => ((**item).clone(), Type::Dyn),
            Type::Map(key, value) => ((**key).clone(), (**value).clone()),
            other => {
                return self.error(
                    expr,
                    &format!("expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)"),
                );
            }
        };
        let mut names = vec![(inner.first.clone(), first.clone())];
        names.extend(inner.second.clone().map(|name| (name, second)));
        if let Some(filter) = &inner.filter {
            let found = self.with(&names, filter)?;
            if !BOOL.fits(&found) {
                return self.no_overload(filter, "_?_:_", &[found]);
            }
        }
        let body = self.with(&names, &inner.body)?;
        let truth =
            matches!(inner.kind, LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne | LoopKind::Filter);
        if truth && !BOOL.fits(&body) {
            return self.no_overload(&inner.body, "_&&_", &[BOOL, body]);
        }
        Ok(match inner.kind {
            LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne => BOOL,
            LoopKind::Filter => Type::List(Box::new(first)),
            LoopKind::SortBy => range,
            LoopKind::Map | LoopKind::TransformList => Type::List(Box::new(body)),
            LoopKind::TransformMap => Type::Map(Box::new(first), Box::new(body)),
            LoopKind::TransformMapEntry => body,
        })
    }
}

/// The pattern of a call, where it is a literal.
fn pattern(call: &Call) -> Option<&str> {
    match call.target.iter().map(|target| &**target).chain(&call.args).nth(1).map(|arg| &arg.kind) {
        Some(Kind::Literal(Value::Text(pattern))) => Some(pattern),
        _ => None,
    }
}

fn comparable(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dyn | Type::Any(_), Type::Dyn | Type::Any(_)) => true,
        (Type::Named(a), Type::Named(b)) => {
            (a == b && ORDERED.contains(a)) || (NUMBERS.contains(a) && NUMBERS.contains(b))
        }
        (Type::Dyn | Type::Any(_), Type::Named(name)) | (Type::Named(name), Type::Dyn | Type::Any(_)) => {
            ORDERED.contains(name)
        }
        _ => false,
    }
}

fn unwrapped(found: Type, optional: bool) -> Type {
    match found {
        Type::Optional(inner) if optional => *inner,
        other => other,
    }
}

fn literal(value: &Value) -> Type {
    Type::Named(match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Uint(_) => "uint",
        Value::Double(_) => "double",
        Value::Bytes(_) => "bytes",
        _ => "string",
    })
}

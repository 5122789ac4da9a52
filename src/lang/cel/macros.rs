//! The macros of the environment: calls whose arguments are not evaluated before the call.

use std::sync::Arc;

use super::stop::Stop;
use super::syntax::{Call, Expr, Kind, Loop, LoopKind};

/// The node that a call stands for: a macro's, or the call itself.
///
/// # Errors
/// When a macro is not given a name where it binds one.
pub(super) fn expand(call: Call) -> Result<Kind, Stop> {
    match (&*call.function, call.target.is_some(), call.args.len()) {
        ("has", false, 1) => has(call),
        ("bind", true, 3) if is_named(call.target.as_deref(), "cel") => bind(call),
        ("optMap", true, 2) => opt_map(call, false),
        ("optFlatMap", true, 2) => opt_map(call, true),
        (function, true, count) => match shape(function, count) {
            Some((kind, names, filtered)) => in_loop(call, kind, names, filtered),
            None => Ok(Kind::Call(call)),
        },
        _ => Ok(Kind::Call(call)),
    }
}

/// What a loop macro computes, how many names it binds, and whether it has a filter.
fn shape(function: &str, count: usize) -> Option<(LoopKind, usize, bool)> {
    Some(match (function, count) {
        ("all", 2) => (LoopKind::All, 1, false),
        ("all", 3) => (LoopKind::All, 2, false),
        ("exists", 2) => (LoopKind::Exists, 1, false),
        ("exists", 3) => (LoopKind::Exists, 2, false),
        ("exists_one" | "existsOne", 2) => (LoopKind::ExistsOne, 1, false),
        ("exists_one" | "existsOne", 3) => (LoopKind::ExistsOne, 2, false),
        ("map", 2) => (LoopKind::Map, 1, false),
        ("map", 3) => (LoopKind::Map, 1, true),
        ("filter", 2) => (LoopKind::Filter, 1, false),
        ("transformList", 3) => (LoopKind::TransformList, 2, false),
        ("transformList", 4) => (LoopKind::TransformList, 2, true),
        ("transformMap", 3) => (LoopKind::TransformMap, 2, false),
        ("transformMap", 4) => (LoopKind::TransformMap, 2, true),
        ("transformMapEntry", 3) => (LoopKind::TransformMapEntry, 2, false),
        ("transformMapEntry", 4) => (LoopKind::TransformMapEntry, 2, true),
        ("sortBy", 2) => (LoopKind::SortBy, 1, false),
        _ => return None,
    })
}

fn is_named(expr: Option<&Expr>, name: &str) -> bool {
    matches!(expr, Some(Expr { kind: Kind::Ident(own), .. }) if **own == *name)
}

fn name(expr: Option<Expr>) -> Result<Arc<str>, Stop> {
    match expr {
        Some(Expr { kind: Kind::Ident(name), .. }) => Ok(name),
        _ => Err(Stop::error("argument must be a simple name")),
    }
}

fn missing() -> Stop {
    Stop::error("invalid arguments of a macro")
}

fn has(call: Call) -> Result<Kind, Stop> {
    match call.args.into_iter().next().map(|arg| arg.kind) {
        Some(Kind::Select { operand, field, optional: false, .. }) => {
            Ok(Kind::Select { operand, field, test: true, optional: false })
        }
        _ => Err(Stop::error("invalid argument to has() macro")),
    }
}

fn bind(call: Call) -> Result<Kind, Stop> {
    let mut args = call.args.into_iter();
    let name = name(args.next())?;
    let (value, body) = (args.next().ok_or_else(missing)?, args.next().ok_or_else(missing)?);
    Ok(Kind::Bind { name, value: Box::new(value), body: Box::new(body) })
}

fn opt_map(call: Call, flat: bool) -> Result<Kind, Stop> {
    let mut args = call.args.into_iter();
    let name = name(args.next())?;
    let body = Box::new(args.next().ok_or_else(missing)?);
    Ok(Kind::OptMap { operand: call.target.ok_or_else(missing)?, name, body, flat })
}

fn in_loop(call: Call, kind: LoopKind, names: usize, filtered: bool) -> Result<Kind, Stop> {
    let mut args = call.args.into_iter();
    let first = name(args.next())?;
    let second = if names == 2 { Some(name(args.next())?) } else { None };
    let filter = if filtered { Some(args.next().ok_or_else(missing)?) } else { None };
    let body = args.next().ok_or_else(missing)?;
    let range = *call.target.ok_or_else(missing)?;
    Ok(Kind::Loop(Box::new(Loop { kind, range, first, second, filter, body })))
}

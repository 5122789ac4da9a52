//! The interpreter (`interpreter.go` of the fork). Values that are only looked at are borrowed.

use std::borrow::Cow;
use std::cell::Cell;

use jmespath::ast::{Ast, Comparator};
use serde_json::{Map, Value};

use super::value::{equal, is_true, number};
use super::{Expression, Fault};

/// Levels of evaluation.
const MAX_DEPTH: usize = 600;
/// Values that one search may look at or copy. `[@, @] | [@, @] | …` doubles with every joint.
const MAX_VALUES: usize = 4_000_000;

/// The functions that expressions can call.
pub trait Functions {
    /// Calls a function. Expression arguments (`&expr`) are called with `Call::apply`.
    ///
    /// # Errors
    /// Unknown functions, wrong numbers and types of arguments, and what the function itself refuses.
    fn call(&self, name: &str, arguments: &[Argument<'_>], call: &Call<'_>) -> Result<Value, Fault>;
}

/// An argument of a function.
pub enum Argument<'a> {
    /// A value.
    Value(Value),
    /// An expression, `&expr`.
    Expression(&'a Ast),
}

/// What a function may use besides its arguments.
pub struct Call<'a> {
    machine: Machine<'a>,
    depth: usize,
}

impl Call<'_> {
    /// The value of an expression argument for an item; a missing key is null, as in every function.
    ///
    /// # Errors
    /// Any other fault of the expression.
    pub fn apply(&self, expression: &Ast, item: &Value) -> Result<Value, Fault> {
        found_or_null(self.machine.eval(expression, item, self.depth)).map(Cow::into_owned)
    }
}

/// The value of an expression over data.
///
/// # Errors
/// [`Fault::NotFound`] for a key that an object does not have, and any other fault.
pub fn search(expression: &Expression, data: &Value, functions: &dyn Functions) -> Result<Value, Fault> {
    let left = Cell::new(MAX_VALUES);
    let machine = Machine { expression, functions, left: &left };
    machine.eval(expression.ast(), data, 0).map(Cow::into_owned)
}

#[derive(Clone, Copy)]
struct Machine<'a> {
    expression: &'a Expression,
    functions: &'a dyn Functions,
    /// What is left of [`MAX_VALUES`].
    left: &'a Cell<usize>,
}

type Found<'v> = Result<Cow<'v, Value>, Fault>;

const NULL: Value = Value::Null;

fn null<'v>() -> Cow<'v, Value> {
    Cow::Owned(NULL)
}

fn found_or_null(found: Found<'_>) -> Found<'_> {
    match found {
        Err(Fault::NotFound { .. }) => Ok(null()),
        other => other,
    }
}

/// The left side of a filter, a flattening or a value projection: any fault is null, but not that of a bound.
fn any_or_null(found: Found<'_>) -> Found<'_> {
    match found {
        Err(fault @ (Fault::TooDeep | Fault::Unknowable { .. } | Fault::Absent { .. })) => Err(fault),
        Err(_) => Ok(null()),
        ok => ok,
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count).sum::<usize>() + 1,
        Value::Object(members) => members.values().map(count).sum::<usize>() + 1,
        _ => 1,
    }
}

impl Machine<'_> {
    fn charge(&self, values: usize) -> Result<(), Fault> {
        self.left.set(self.left.get().checked_sub(values).ok_or(Fault::TooDeep)?);
        Ok(())
    }

    /// A copy of what is borrowed.
    fn own(&self, value: Cow<'_, Value>) -> Result<Value, Fault> {
        if let Cow::Borrowed(value) = value {
            self.charge(count(value))?;
        }
        Ok(value.into_owned())
    }

    fn eval<'v>(&self, ast: &Ast, data: &'v Value, depth: usize) -> Found<'v> {
        if depth > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.charge(1)?;
        let depth = depth + 1;
        match ast {
            Ast::Identity { .. } => Ok(Cow::Borrowed(data)),
            Ast::Field { name, .. } => field(data, name),
            Ast::Index { idx, .. } => Ok(index(data, *idx)),
            Ast::Literal { value, .. } => Ok(Cow::Owned(literal(value))),
            Ast::Subexpr { offset, lhs, rhs } => {
                let left = self.eval(lhs, data, depth);
                let left = if self.expression.is_pipe(*offset) { found_or_null(left)? } else { left? };
                self.then(left, rhs, depth)
            }
            Ast::Projection { lhs, rhs, .. } => self.projection(lhs, rhs, data, depth),
            Ast::ObjectValues { node, .. } => self.values(node, data, depth),
            Ast::Flatten { node, .. } => {
                let left = any_or_null(self.eval(node, data, depth))?;
                Ok(flatten(self.own(left)?))
            }
            Ast::Condition { predicate, then, .. } => {
                if is_true(&*found_or_null(self.eval(predicate, data, depth))?) {
                    self.eval(then, data, depth)
                } else {
                    Ok(null())
                }
            }
            Ast::Slice { start, stop, step, .. } => {
                self.charge(count(data))?;
                slice(data, *start, *stop, *step)
            }
            Ast::Comparison { comparator, lhs, rhs, .. } => {
                let left = found_or_null(self.eval(lhs, data, depth))?;
                let right = found_or_null(self.eval(rhs, data, depth))?;
                Ok(Cow::Owned(compare(comparator, &left, &right)))
            }
            Ast::And { lhs, rhs, .. } => self.either(lhs, rhs, true, data, depth),
            Ast::Or { lhs, rhs, .. } => self.either(lhs, rhs, false, data, depth),
            Ast::Not { node, .. } => {
                let value = found_or_null(self.eval(node, data, depth))?;
                Ok(Cow::Owned(Value::Bool(!is_true(&value))))
            }
            Ast::MultiList { elements, .. } => self.multi_list(elements, data, depth),
            Ast::MultiHash { elements, .. } => {
                if data.is_null() {
                    return Ok(null());
                }
                let mut map = Map::new();
                for pair in elements {
                    let value = found_or_null(self.eval(&pair.value, data, depth))?;
                    map.insert(pair.key.clone(), self.own(value)?);
                }
                Ok(Cow::Owned(Value::Object(map)))
            }
            Ast::Function { name, args, .. } => self.function(name, args, data, depth),
            Ast::Expref { .. } => {
                Err(Fault::Type { function: String::new(), problem: "an expression is no value".to_owned() })
            }
        }
    }

    /// Evaluates over what came before, borrowed as long as that is.
    fn then<'v>(&self, left: Cow<'v, Value>, rhs: &Ast, depth: usize) -> Found<'v> {
        match left {
            Cow::Borrowed(left) => self.eval(rhs, left, depth),
            Cow::Owned(left) => self.own(self.eval(rhs, &left, depth)?).map(Cow::Owned),
        }
    }

    /// `&&` looks at its right side when the left is true, `||` when it is not. A missing key on the right of `&&`
    /// stays one.
    fn either<'v>(&self, lhs: &Ast, rhs: &Ast, and: bool, data: &'v Value, depth: usize) -> Found<'v> {
        let left = found_or_null(self.eval(lhs, data, depth))?;
        if is_true(&left) != and {
            return Ok(left);
        }
        let right = self.eval(rhs, data, depth);
        if and { right } else { found_or_null(right) }
    }

    fn multi_list<'v>(&self, elements: &[Ast], data: &'v Value, depth: usize) -> Found<'v> {
        if data.is_null() {
            return Ok(null());
        }
        let mut list = Vec::with_capacity(elements.len());
        for element in elements {
            list.push(self.own(found_or_null(self.eval(element, data, depth))?)?);
        }
        Ok(Cow::Owned(Value::Array(list)))
    }

    /// `[*]`, `[?…]`, slices and flattening project over lists; nulls are left out.
    fn projection<'v>(&self, lhs: &Ast, rhs: &Ast, data: &'v Value, depth: usize) -> Found<'v> {
        let left = self.eval(lhs, data, depth);
        let is_filter = matches!(rhs, Ast::Condition { .. });
        let left = if is_filter { any_or_null(left)? } else { found_or_null(left)? };
        let Value::Array(items) = &*left else { return Ok(null()) };
        let mut list = Vec::new();
        for item in items {
            let value = found_or_null(self.eval(rhs, item, depth))?;
            if !value.is_null() {
                list.push(self.own(value)?);
            }
        }
        Ok(Cow::Owned(Value::Array(list)))
    }

    fn values<'v>(&self, node: &Ast, data: &'v Value, depth: usize) -> Found<'v> {
        let left = any_or_null(self.eval(node, data, depth))?;
        match &*left {
            Value::Object(map) => {
                self.charge(count(&left))?;
                // The fork makes the list with as many nulls in front as there are values.
                let nulls = std::iter::repeat_n(NULL, map.len());
                Ok(Cow::Owned(Value::Array(nulls.chain(map.values().cloned()).collect())))
            }
            _ => Ok(null()),
        }
    }

    fn function<'v>(&self, name: &str, args: &[Ast], data: &'v Value, depth: usize) -> Found<'v> {
        let mut arguments = Vec::with_capacity(args.len());
        for arg in args {
            arguments.push(match arg {
                Ast::Expref { ast, .. } => Argument::Expression(ast),
                other => Argument::Value(self.own(found_or_null(self.eval(other, data, depth))?)?),
            });
        }
        let call = Call { machine: *self, depth };
        self.functions.call(name, &arguments, &call).map(Cow::Owned)
    }
}

fn field<'v>(data: &'v Value, name: &str) -> Found<'v> {
    match data {
        Value::Object(map) => match map.get(name) {
            Some(value) => Ok(Cow::Borrowed(value)),
            None => Err(Fault::NotFound { key: name.to_owned() }),
        },
        _ => Ok(null()),
    }
}

fn index(data: &Value, at: i32) -> Cow<'_, Value> {
    let Value::Array(items) = data else { return null() };
    let at = i64::from(at);
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = if at < 0 { at + length } else { at };
    usize::try_from(at).ok().and_then(|at| items.get(at)).map_or_else(null, Cow::Borrowed)
}

fn literal(value: &jmespath::Rcvar) -> Value {
    serde_json::to_value(&**value).unwrap_or(Value::Null)
}

fn flatten<'v>(left: Value) -> Cow<'v, Value> {
    let Value::Array(items) = left else { return null() };
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Array(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    Cow::Owned(Value::Array(flat))
}

fn slice(data: &Value, start: Option<i32>, stop: Option<i32>, step: i32) -> Found<'_> {
    if step == 0 {
        return Err(Fault::Value { problem: "Invalid slice, step cannot be 0".to_owned() });
    }
    let Value::Array(items) = data else { return Ok(null()) };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = i64::from(step);
    let bound = |value: i64| {
        let low = if step < 0 { -1 } else { 0 };
        let high = if step < 0 { length - 1 } else { length };
        let value = if value < 0 { value + length } else { value };
        value.clamp(low, high)
    };
    let (first, last) = if step < 0 { (length - 1, -1) } else { (0, length) };
    let mut at = start.map_or(first, |value| bound(i64::from(value)));
    let end = stop.map_or(last, |value| bound(i64::from(value)));
    let mut list = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        if let Some(item) = usize::try_from(at).ok().and_then(|at| items.get(at)) {
            list.push(item.clone());
        }
        at += step;
    }
    Ok(Cow::Owned(Value::Array(list)))
}

fn compare(comparator: &Comparator, left: &Value, right: &Value) -> Value {
    let ordered = |holds: fn(f64, f64) -> bool| match (number(left), number(right)) {
        (Some(a), Some(b)) => Value::Bool(holds(a, b)),
        _ => Value::Null,
    };
    match comparator {
        Comparator::Equal => Value::Bool(equal(left, right)),
        Comparator::NotEqual => Value::Bool(!equal(left, right)),
        Comparator::LessThan => ordered(|a, b| a < b),
        Comparator::LessThanEqual => ordered(|a, b| a <= b),
        Comparator::GreaterThan => ordered(|a, b| a > b),
        Comparator::GreaterThanEqual => ordered(|a, b| a >= b),
    }
}

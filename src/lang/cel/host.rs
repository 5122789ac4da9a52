//! What an expression sees of the outside: variables and functions that are not the language's.

use super::stop::Stop;
use super::value::Value;

/// Gives variables and functions. `None` means that there is no such thing.
pub trait Host {
    /// A variable.
    fn variable(&self, name: &str) -> Option<Result<Value, Stop>>;

    /// A member of a map whose members are computed when they are asked for ([`Value::Lazy`]).
    fn member(&self, map: &str, field: &str) -> Option<Result<Value, Stop>>;

    /// A function, `space.name` or `name`; `at` are the bytes of the call in the expression.
    fn call(&self, function: &str, args: &[Value], at: (usize, usize)) -> Option<Result<Value, Stop>>;
}

/// A host that gives nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Host for Nothing {
    fn variable(&self, _: &str) -> Option<Result<Value, Stop>> {
        None
    }

    fn member(&self, _: &str, _: &str) -> Option<Result<Value, Stop>> {
        None
    }

    fn call(&self, _: &str, _: &[Value], _: (usize, usize)) -> Option<Result<Value, Stop>> {
        None
    }
}

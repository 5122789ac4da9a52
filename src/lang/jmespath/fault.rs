//! Why an expression has no value.

use std::fmt;

use crate::model::Missing;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The expression cannot be parsed.
    Syntax {
        /// What is wrong, with the place in the expression.
        problem: String,
    },
    /// An object has no such key; places that expect gaps turn it into null.
    NotFound {
        /// The key.
        key: String,
    },
    /// An argument has the wrong type.
    Type {
        /// Function.
        function: String,
        /// What is wrong.
        problem: String,
    },
    /// A function has another number of arguments.
    Arity {
        /// Function.
        function: String,
    },
    /// There is no such function.
    UnknownFunction {
        /// Function.
        function: String,
    },
    /// A value that an operation cannot take.
    Value {
        /// What is wrong.
        problem: String,
    },
    /// What only the running engine knows, or the network: no value, and no failure either.
    Unknowable {
        /// What it takes.
        what: String,
    },
    /// What the value is made of could not be had: no failure of the expression either.
    Absent {
        /// Why.
        missing: Box<Missing>,
    },
    /// Nested deeper than we follow.
    TooDeep,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { problem } => f.write_str(problem),
            Self::NotFound { key } => write!(f, "Unknown key \"{key}\" in path"),
            Self::Type { problem, .. } | Self::Value { problem } => f.write_str(problem),
            Self::Arity { function } => write!(f, "invalid number of arguments for function {function}"),
            Self::UnknownFunction { function } => write!(f, "unknown function: {function}"),
            Self::Unknowable { what } => write!(f, "only known where it runs: {what}"),
            Self::Absent { missing } => write!(f, "{missing}"),
            Self::TooDeep => f.write_str("the expression is nested too deeply"),
        }
    }
}

impl std::error::Error for Fault {}

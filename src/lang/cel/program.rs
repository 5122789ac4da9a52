//! An expression, read once and evaluated often.

use super::check::check;
use super::eval::{Eval, Seen};
use super::host::Host;
use super::parse;
use super::stop::Stop;
use super::syntax::Expr;
use super::types::Type;
use super::value::Value;

/// A parsed expression.
#[derive(Clone, Debug)]
pub struct Program {
    tree: Expr,
}

/// What an expression came to, and its parts in the order in which they were done.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// The value.
    pub value: Result<Value, Stop>,
    /// The parts; bounded.
    pub seen: Vec<Seen>,
}

impl Program {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it; `Undecided` where it is beyond what we read.
    pub fn parse(text: &str) -> Result<Self, Stop> {
        Ok(Self { tree: parse::parse(text)? })
    }

    /// Reads an expression over variables of these types (`map<string,list<string>>`, `dyn`, `string`) and checks it.
    ///
    /// # Errors
    /// What is wrong with it, as cel-go says it; `Undecided` where it is beyond what we read.
    pub fn compile(text: &str, names: &[(String, Type)]) -> Result<(Self, Type), Stop> {
        let tree = parse::parse(text)?;
        let result = check(&tree, text, names)?;
        Ok((Self { tree }, result))
    }

    /// Evaluates it.
    #[must_use]
    pub fn evaluate(&self, host: &dyn Host) -> Evaluated {
        let mut eval = Eval::new(host);
        let value = eval.eval(&self.tree);
        Evaluated { value, seen: eval.seen }
    }
}

//! Expressions: parsed by the `jmespath` package, after a look at their size.

use jmespath::ast::Ast;

use super::Fault;

/// Bytes of an expression.
const MAX_BYTES: usize = 16 << 10;
/// Characters that can nest, or chain, one expression into another; the parser and the interpreter recurse on them.
const MAX_JOINTS: usize = 400;

/// A parsed expression.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    ast: Ast,
}

impl Expression {
    /// Parses.
    ///
    /// # Errors
    /// [`Fault::Syntax`], also for an expression that is too long or nested too deeply.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let joints = text.bytes().filter(|b| b"([{.|&!,<>=".contains(b)).count();
        if text.len() > MAX_BYTES || joints > MAX_JOINTS {
            return Err(Fault::Syntax { problem: "the expression is too long".to_owned() });
        }
        let ast = jmespath::parse(text).map_err(|error| Fault::Syntax { problem: error.to_string() })?;
        Ok(Self { text: text.to_owned(), ast })
    }

    pub(super) fn ast(&self) -> &Ast {
        &self.ast
    }

    /// True when the joint at this offset is a pipe: `a | b` and `a.b` are one node to the parser, and differ in what
    /// they do with a missing key.
    pub(super) fn is_pipe(&self, offset: usize) -> bool {
        self.text.as_bytes().get(offset) == Some(&b'|')
    }
}

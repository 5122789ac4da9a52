//! The tree of an expression with its places, lowered from the parser's; macros are nodes of their own.

use std::sync::Arc;

use super::value::Value;

/// A node. `start` and `end` are byte offsets in the expression.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Literal(Value),
    Ident(Arc<str>),
    /// `operand.field`; `test`: `has(operand.field)`; `optional`: `operand.?field`.
    Select {
        operand: Box<Expr>,
        field: Arc<str>,
        test: bool,
        optional: bool,
    },
    Call(Call),
    /// Items; true: optional (`[?x]`).
    List(Vec<(Expr, bool)>),
    /// Keys and values; true: optional (`{?k: v}`).
    Map(Vec<(Expr, Expr, bool)>),
    /// A message literal, which is of no use here.
    Struct(String),
    Loop(Box<Loop>),
    /// `cel.bind(name, value, body)`.
    Bind {
        name: Arc<str>,
        value: Box<Expr>,
        body: Box<Expr>,
    },
    /// `optional.optMap(name, body)`; `flat`: `optFlatMap`.
    OptMap {
        operand: Box<Expr>,
        name: Arc<str>,
        body: Box<Expr>,
        flat: bool,
    },
}

/// A call of a function or operator.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) function: Arc<str>,
    pub(super) target: Option<Box<Expr>>,
    pub(super) args: Vec<Expr>,
}

/// What a loop over a list or map computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
    TransformList,
    TransformMap,
    TransformMapEntry,
    SortBy,
}

/// A loop. With one name it is bound to items of lists and keys of maps; with two to index or key, and value.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub(super) kind: LoopKind,
    pub(super) range: Expr,
    pub(super) first: Arc<str>,
    pub(super) second: Option<Arc<str>>,
    pub(super) filter: Option<Expr>,
    pub(super) body: Expr,
}

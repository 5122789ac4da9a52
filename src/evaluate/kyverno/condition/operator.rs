//! The operators by name.

use serde_json::Value;

use super::{equals, order, sets};

/// An operator in its canonical spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `Equals`, `Equal`.
    Equals,
    /// `NotEquals`, `NotEqual`.
    NotEquals,
    /// `In`, deprecated.
    In,
    /// `AnyIn`.
    AnyIn,
    /// `AllIn`.
    AllIn,
    /// `NotIn`, deprecated.
    NotIn,
    /// `AnyNotIn`.
    AnyNotIn,
    /// `AllNotIn`.
    AllNotIn,
    /// `GreaterThanOrEquals`.
    GreaterThanOrEquals,
    /// `GreaterThan`.
    GreaterThan,
    /// `LessThanOrEquals`.
    LessThanOrEquals,
    /// `LessThan`.
    LessThan,
    /// `DurationGreaterThanOrEquals`, deprecated.
    DurationGreaterThanOrEquals,
    /// `DurationGreaterThan`, deprecated.
    DurationGreaterThan,
    /// `DurationLessThanOrEquals`, deprecated.
    DurationLessThanOrEquals,
    /// `DurationLessThan`, deprecated.
    DurationLessThan,
}

const NAMES: &[(&str, Operator)] = &[
    ("Equal", Operator::Equals),
    ("Equals", Operator::Equals),
    ("NotEqual", Operator::NotEquals),
    ("NotEquals", Operator::NotEquals),
    ("In", Operator::In),
    ("AnyIn", Operator::AnyIn),
    ("AllIn", Operator::AllIn),
    ("NotIn", Operator::NotIn),
    ("AnyNotIn", Operator::AnyNotIn),
    ("AllNotIn", Operator::AllNotIn),
    ("GreaterThanOrEquals", Operator::GreaterThanOrEquals),
    ("GreaterThan", Operator::GreaterThan),
    ("LessThanOrEquals", Operator::LessThanOrEquals),
    ("LessThan", Operator::LessThan),
    ("DurationGreaterThanOrEquals", Operator::DurationGreaterThanOrEquals),
    ("DurationGreaterThan", Operator::DurationGreaterThan),
    ("DurationLessThanOrEquals", Operator::DurationLessThanOrEquals),
    ("DurationLessThan", Operator::DurationLessThan),
];

impl Operator {
    /// The operator of a name; case does not matter here.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, operator)| *operator)
    }

    /// True for names that the schema accepts, in exactly this spelling.
    #[must_use]
    pub fn is_valid(name: &str) -> bool {
        NAMES.iter().any(|(known, _)| *known == name)
    }

    /// The canonical name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().rev().find(|(_, operator)| *operator == self).map_or("", |(name, _)| name)
    }

    /// What upstream recommends in place of a deprecated operator; empty: it is not deprecated.
    #[must_use]
    pub fn replacements(self) -> &'static [&'static str] {
        match self {
            Self::In => &["AllIn", "AnyIn"],
            Self::NotIn => &["AllNotIn", "AnyNotIn"],
            Self::DurationGreaterThanOrEquals => &["GreaterThanOrEquals"],
            Self::DurationGreaterThan => &["GreaterThan"],
            Self::DurationLessThanOrEquals => &["LessThanOrEquals"],
            Self::DurationLessThan => &["LessThan"],
            _ => &[],
        }
    }
}

/// Why a condition has no truth.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// There is no such operator.
    #[error("failed to create handler for condition operator: %!w(<nil>)")]
    UnknownOperator,
    /// The deprecated operators panic upstream on list elements that are no texts.
    #[error("an element of the list is no text")]
    NotText,
}

/// Is the condition true? Numbers without a fraction stand for Go's int64, others for float64.
///
/// # Errors
/// For an unknown operator, and where upstream panics.
pub fn evaluate(key: &Value, operator: &str, value: &Value) -> Result<bool, ConditionError> {
    let found = Operator::find(operator).ok_or(ConditionError::UnknownOperator)?;
    Ok(match found {
        Operator::Equals => equals::equals(key, value),
        Operator::NotEquals => equals::not_equals(key, value),
        Operator::In => sets::deprecated(key, value, false)?,
        Operator::NotIn => sets::deprecated(key, value, true)?,
        Operator::AnyIn => sets::any_in(key, value),
        Operator::AllIn => sets::all_in(key, value),
        Operator::AnyNotIn => sets::any_not_in(key, value),
        Operator::AllNotIn => sets::all_not_in(key, value),
        // The numeric and duration handlers compare the name itself, and know only one spelling.
        _ if !Operator::is_valid(operator) => false,
        Operator::GreaterThanOrEquals
        | Operator::GreaterThan
        | Operator::LessThanOrEquals
        | Operator::LessThan => order::compare(key, found, value),
        Operator::DurationGreaterThanOrEquals
        | Operator::DurationGreaterThan
        | Operator::DurationLessThanOrEquals
        | Operator::DurationLessThan => order::compare_durations(key, found, value),
    })
}

//! What a query means, before anybody knows a table.

use super::fields::Field;

/// A whole query: what to find, and in which order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    pub(crate) expr: Option<Expr>,
    pub(crate) sort: Option<Sort>,
}

impl Query {
    /// Without what it says of one field alone, known by its first name; `scores` are all scores.
    pub(crate) fn without(&self, field: &str) -> Self {
        let expr = match &self.expr {
            Some(Expr::And(parts)) => {
                let kept: Vec<Expr> = parts.iter().filter(|part| !part.is_only_of(field)).cloned().collect();
                (!kept.is_empty()).then_some(Expr::And(kept))
            }
            Some(one) if one.is_only_of(field) => None,
            other => other.clone(),
        };
        Self { expr, sort: self.sort.clone() }
    }

    /// Whether it looks for words, which are indexed a moment after they are stored.
    pub(crate) fn has_words(&self) -> bool {
        self.expr.as_ref().is_some_and(Expr::has_words)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    And(Vec<Expr>),
    Not(Box<Expr>),
    Or(Vec<Expr>),
    Term(Term),
}

impl Expr {
    fn is_only_of(&self, field: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().all(|part| part.is_only_of(field)),
            Self::Not(inner) => inner.is_only_of(field),
            Self::Term(term) => match term.field() {
                Some(Field::Known(known)) => known.name == field,
                Some(Field::Score(_)) => field == "scores",
                Some(Field::Metadata(_)) | None => false,
            },
        }
    }

    fn has_words(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::has_words),
            Self::Not(part) => part.has_words(),
            Self::Term(term) => matches!(term, Term::Words(_)),
        }
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// A number compared.
    Compare(Field, Compare, f64),
    /// A score or metadata key, or a field, that is there.
    Has(Field),
    /// Something that is or is not so.
    Is(Field, bool),
    /// A text that is, begins with, ends with or contains.
    Text(Field, Pattern),
    /// A time compared, in microseconds.
    Time(Field, Compare, i64),
    /// Words in a row, anywhere.
    Words(String),
}

impl Term {
    fn field(&self) -> Option<&Field> {
        match self {
            Self::Compare(field, ..)
            | Self::Has(field)
            | Self::Is(field, _)
            | Self::Text(field, _)
            | Self::Time(field, ..) => Some(field),
            Self::Words(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Compare {
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pattern {
    Contains(String),
    Ends(String),
    Is(String),
    Starts(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sort {
    pub(crate) field: Field,
    pub(crate) descending: bool,
}

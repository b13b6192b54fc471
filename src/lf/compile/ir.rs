//! Between the archive's expressions and code: names resolved, types erased, calls recognised.
//!
//! A tree per function. Variables are numbered per function, arguments first. Updates appear in two
//! forms: as values (closures that wait to be run) and, inside of code that is being run, as the
//! actions themselves.

use super::Symbol;
use super::code::FunctionId;
use super::ops::{Binary, Compare, Construct, Fold, Ledger, Nary, Unary};

/// A variable of a function.
pub(super) type Var = u32;

/// An expression.
#[derive(Debug)]
pub(super) enum Ir {
    /// A variable; `last` if no evaluation after this one looks at it.
    Var { var: Var, last: bool },
    /// A constant of the package.
    Constant(u32),
    /// A top-level value that is no function: package and number.
    Global(u16, u32),
    /// An operation on operands.
    Operation(Operation, Vec<Ir>),
    /// A call whose arguments are complete.
    Call {
        function: FunctionId,
        args: Vec<Ir>,
        run: bool,
    },
    /// An application of anything; without arguments only to run an update.
    Apply {
        function: Box<Ir>,
        args: Vec<Ir>,
        run: bool,
    },
    /// Bindings one after the other.
    Let {
        bindings: Vec<(Var, Ir)>,
        body: Box<Ir>,
    },
    /// A choice by the constructor of a value.
    Case(Box<Case>),
    /// The code comes from a place in the source.
    Located(u32, Box<Ir>),
    /// Exceptions in the body cannot be caught.
    Protected(Box<Ir>),
    /// The body is run in the node of an exercise that the arguments open.
    Exercise {
        choice: u32,
        args: Vec<Ir>,
        body: Box<Ir>,
    },
    /// The body is run; exceptions go to the handler, which yields an optional update.
    Try {
        body: Box<Ir>,
        exception: Var,
        handler: Box<Ir>,
    },
}

/// What is done to operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Compare(Compare),
    Unary(Unary),
    Binary(Binary),
    Nary(Nary),
    Construct(Construct),
    Project(u16),
    ProjectStruct(Symbol),
    Fold(Fold),
    Virtual(u32),
    ExceptionMessage,
    Ledger(Ledger, u32),
    Throw,
}

/// A choice by constructor.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) scrutinee: Ir,
    pub(super) branches: Branches,
    pub(super) alternatives: Vec<Alternative>,
}

/// Which alternative follows which constructor; `None` where no pattern matches.
#[derive(Debug)]
pub(super) enum Branches {
    /// `True`, `False`
    Bool([Option<usize>; 2]),
    /// `Some`, `None`
    Optional([Option<usize>; 2]),
    /// `Cons`, `Nil`
    List([Option<usize>; 2]),
    /// By rank.
    Ranks(Vec<Option<usize>>),
    /// There is only one constructor.
    Always(Option<usize>),
}

/// What follows a pattern.
#[derive(Debug)]
pub(super) struct Alternative {
    /// What the pattern binds.
    pub(super) binders: Binders,
    pub(super) body: Ir,
}

/// The variables of a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) enum Binders {
    Nothing,
    /// The payload of `Some` or a variant.
    Payload(Var),
    /// Head and tail.
    Cons(Var, Var),
}

/// A function before its code is written.
#[derive(Debug)]
pub(super) struct Body {
    /// Captured variables, then parameters.
    pub(super) params: Vec<Var>,
    /// How many variables there are.
    pub(super) variables: u32,
    pub(super) ir: Ir,
    /// Whether running it is what it is for.
    pub(super) run: bool,
}

impl Ir {
    /// A variable.
    pub(super) fn var(var: Var) -> Self {
        Self::Var { var, last: false }
    }

    /// The same without its place in the source.
    pub(super) fn bare(&self) -> &Self {
        let mut ir = self;
        while let Self::Located(_, inner) = ir {
            ir = inner;
        }
        ir
    }

    /// Whether it is there without any evaluation.
    pub(super) fn is_atom(&self) -> bool {
        matches!(self, Self::Var { .. } | Self::Constant(_))
    }
}

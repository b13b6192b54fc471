//! Types in normal form: every name whole, every synonym expanded.
//!
//! What signatures and values are checked against, and what `Any` and `TypeRep` carry at run time.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::ast::BuiltinType;
use crate::model::{DottedName, Identifier, Name};

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// A type variable.
    Var(Name),
    /// A type constructor.
    Con(Identifier),
    /// A builtin type.
    Builtin(BuiltinType),
    /// `t1 t2`
    App(Arc<Type>, Arc<Type>),
    /// `forall a. t`
    Forall(Name, Arc<Type>),
    /// Fields sorted by name.
    Struct(Vec<(Name, Type)>),
    /// The scale of a numeric.
    Nat(u8),
}

impl Type {
    /// `head arg1 arg2 …` as its head and arguments.
    pub fn spine(&self) -> (&Type, Vec<&Type>) {
        let mut args = Vec::new();
        let mut head = self;
        while let Self::App(function, arg) = head {
            args.push(&**arg);
            head = function;
        }
        args.reverse();
        (head, args)
    }

    /// This type applied to arguments.
    #[must_use]
    pub fn apply(self, args: impl IntoIterator<Item = Type>) -> Self {
        args.into_iter().fold(self, |function, arg| {
            Self::App(Arc::new(function), Arc::new(arg))
        })
    }

    /// This type with variables replaced. Variables of the replacements may be captured by a
    /// `forall`; no type of a value has one.
    #[must_use]
    pub fn substitute(&self, replacements: &[(&Name, &Type)]) -> Self {
        match self {
            Self::Var(name) => replacements
                .iter()
                .find(|(variable, _)| *variable == name)
                .map_or_else(|| self.clone(), |(_, with)| (*with).clone()),
            Self::App(function, arg) => Self::App(
                Arc::new(function.substitute(replacements)),
                Arc::new(arg.substitute(replacements)),
            ),
            Self::Forall(bound, body) => {
                let visible: Vec<_> = replacements
                    .iter()
                    .copied()
                    .filter(|(variable, _)| *variable != bound)
                    .collect();
                Self::Forall(bound.clone(), Arc::new(body.substitute(&visible)))
            }
            Self::Struct(fields) => Self::Struct(
                fields
                    .iter()
                    .map(|(name, typ)| (name.clone(), typ.substitute(replacements)))
                    .collect(),
            ),
            Self::Con(_) | Self::Builtin(_) | Self::Nat(_) => self.clone(),
        }
    }

    /// Whether it has at most so many nodes, shared parts counted as often as they are used.
    pub fn is_within(&self, nodes_max: usize) -> bool {
        self.count(&mut { nodes_max }).is_some()
    }

    fn count(&self, left: &mut usize) -> Option<()> {
        *left = left.checked_sub(1)?;
        match self {
            Self::App(function, arg) => {
                function.count(left)?;
                arg.count(left)
            }
            Self::Forall(_, body) => body.count(left),
            Self::Struct(fields) => fields.iter().try_for_each(|(_, typ)| typ.count(left)),
            Self::Var(_) | Self::Con(_) | Self::Builtin(_) | Self::Nat(_) => Some(()),
        }
    }

    /// The order that comparison of type representations has. Total on the types that these may
    /// have: without variables and quantifiers.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Builtin(a), Self::Builtin(b)) => builtin_rank(*a).cmp(&builtin_rank(*b)),
            (Self::Con(a), Self::Con(b)) => order_identifiers(a, b),
            (Self::Nat(a), Self::Nat(b)) => a.cmp(b),
            (Self::App(f, x), Self::App(g, y)) => f.order(g).then_with(|| x.order(y)),
            (Self::Struct(a), Self::Struct(b)) => order_structs(a, b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Builtin(_) => 0,
            Self::Con(_) => 1,
            Self::Nat(_) => 2,
            Self::Struct(_) => 3,
            Self::App(..) => 4,
            Self::Var(_) => 5,
            Self::Forall(..) => 6,
        }
    }
}

fn order_structs(a: &[(Name, Type)], b: &[(Name, Type)]) -> Ordering {
    let names = |fields: &[(Name, Type)]| fields.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    names(a).cmp(&names(b)).then_with(|| {
        a.iter()
            .zip(b)
            .map(|((_, x), (_, y))| x.order(y))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}

fn order_identifiers(a: &Identifier, b: &Identifier) -> Ordering {
    a.package()
        .cmp(b.package())
        .then_with(|| order_dotted(a.module(), b.module()))
        .then_with(|| order_dotted(a.name(), b.name()))
}

/// Name by name: a dot is no letter.
fn order_dotted(a: &DottedName, b: &DottedName) -> Ordering {
    a.segments().cmp(b.segments())
}

/// The order of builtin types; that of the archive's enumeration.
fn builtin_rank(builtin: BuiltinType) -> u8 {
    use BuiltinType as B;
    match builtin {
        B::Unit => 0,
        B::Bool => 1,
        B::Int64 => 2,
        B::Date => 3,
        B::Timestamp => 4,
        B::Numeric => 5,
        B::Party => 6,
        B::Text => 7,
        B::ContractId => 8,
        B::Optional => 9,
        B::List => 10,
        B::GenMap => 11,
        B::Any => 12,
        B::AnyException => 13,
        B::TypeRep => 14,
        B::Arrow => 15,
        B::Update => 16,
        B::FailureCategory => 17,
        B::TextMap => 18,
    }
}

/// As error messages show it: constructors without their package.
/// Nodes of a type that are printed before the rest becomes `…`.
const PRINTED_NODES: usize = 1000;

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, &mut { PRINTED_NODES })
    }
}

impl Type {
    /// Types share their parts and can be far larger than the memory they take.
    fn print(&self, f: &mut fmt::Formatter<'_>, left: &mut usize) -> fmt::Result {
        let Some(rest) = left.checked_sub(1) else {
            return f.write_str("…");
        };
        *left = rest;
        match self {
            Self::Var(name) => write!(f, "{name}"),
            Self::Con(id) => write!(f, "{}:{}", id.module(), id.name()),
            Self::Builtin(builtin) => write!(f, "{builtin:?}"),
            Self::Nat(n) => write!(f, "{n}"),
            Self::App(function, arg) => match &**arg {
                Self::App(..) | Self::Forall(..) => {
                    function.print(f, left)?;
                    f.write_str(" (")?;
                    arg.print(f, left)?;
                    f.write_str(")")
                }
                _ => {
                    function.print(f, left)?;
                    f.write_str(" ")?;
                    arg.print(f, left)
                }
            },
            Self::Forall(name, body) => {
                write!(f, "forall {name}. ")?;
                body.print(f, left)
            }
            Self::Struct(fields) => {
                f.write_str("<")?;
                for (i, (name, typ)) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{name}: ")?;
                    typ.print(f, left)?;
                }
                f.write_str(">")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn con(text: &str) -> Type {
        Type::Con(text.parse().unwrap())
    }

    #[test]
    fn types_print_without_packages_and_with_parentheses_where_needed() {
        let pair = con("p:Main:Pair").apply([Type::Builtin(BuiltinType::Int64)]);
        let both = con("p:Main:Both").apply([pair.clone(), pair]);
        assert_eq!(
            both.to_string(),
            "Main:Both (Main:Pair Int64) (Main:Pair Int64)"
        );
        let numeric = Type::Builtin(BuiltinType::Numeric).apply([Type::Nat(10)]);
        assert_eq!(numeric.to_string(), "Numeric 10");
    }

    #[test]
    fn builtin_types_come_before_constructors_and_a_dot_before_letters_and_dollars() {
        let ascending = [
            Type::Builtin(BuiltinType::Unit),
            Type::Builtin(BuiltinType::TextMap),
            con("p:A:X"),
            con("p:A.B:X"),
            con("p:A$:X"),
            con("q:A:X"),
            Type::Nat(3),
            Type::Builtin(BuiltinType::List).apply([Type::Nat(1)]),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(a.order(b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn substitution_leaves_bound_variables_alone() {
        let a = Name::literal("a");
        let body = Type::Forall(a.clone(), Arc::new(Type::Var(a.clone())));
        let int = Type::Builtin(BuiltinType::Int64);
        assert_eq!(body.substitute(&[(&a, &int)]), body);
        assert_eq!(Type::Var(a.clone()).substitute(&[(&a, &int)]), int);
    }
}

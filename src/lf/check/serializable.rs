//! Types whose values may be on the ledger.
//!
//! Looked at as they are written, since synonyms are not allowed. A data type says itself whether
//! it is serializable; that is checked where it is defined.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::arena::Result;
use super::checker::Checker;
use super::error::Fault;
use super::show::show_ref;
use crate::lf::ast::{BuiltinType, DataCons, DefDataType, Kind, Ref, Type};
use crate::lf::stack::with_room;
use crate::lf::text::print_type;
use crate::model::Name;

/// A type that must be serializable.
struct Question<'q> {
    requirement: &'static str,
    typ: &'q Type,
    params: &'q [&'q Name],
    /// Parts that have been looked at: types share them.
    seen: FxHashSet<*const Type>,
}

impl Checker<'_> {
    /// A type where only serializable ones may stand.
    pub(super) fn serializable(
        &mut self,
        requirement: &'static str,
        typ: &Arc<Type>,
    ) -> Result<()> {
        self.serializable_with(requirement, typ, &[])
    }

    fn serializable_with(
        &mut self,
        requirement: &'static str,
        typ: &Arc<Type>,
        params: &[&Name],
    ) -> Result<()> {
        let mut question = Question {
            requirement,
            typ,
            params,
            seen: FxHashSet::default(),
        };
        self.is_serializable(&mut question, typ)
    }

    /// A data type that says to be serializable.
    pub(super) fn serializable_data(&mut self, data: &DefDataType) -> Result<()> {
        const REQUIREMENT: &str = "data type";
        let refuse = |reason: String| {
            Err(Box::new(Fault::NotSerializable {
                requirement: REQUIREMENT,
                typ: data.name.to_string(),
                reason,
            }))
        };
        let higher = data.params.iter().find(|(_, kind)| **kind != Kind::Star);
        if let Some((name, _)) = higher {
            return refuse(format!("parameter {name} is not of kind *"));
        }
        let params: Vec<&Name> = data.params.iter().map(|(name, _)| name).collect();
        let fields = match &data.cons {
            DataCons::Variant(cons) if cons.is_empty() => {
                return refuse("it has no constructors".to_owned());
            }
            DataCons::Enum(cons) if cons.is_empty() => {
                return refuse("it has no constructors".to_owned());
            }
            DataCons::Interface => return refuse("it is an interface".to_owned()),
            DataCons::Enum(_) => return Ok(()),
            DataCons::Record(fields) | DataCons::Variant(fields) => fields,
        };
        fields.iter().try_for_each(|(name, typ)| {
            self.part(
                || name.to_string(),
                |it| it.serializable_with(REQUIREMENT, typ, &params),
            )
        })
    }

    /// A template, exception or the like whose argument is the type of the same name.
    pub(super) fn serializable_argument(
        &mut self,
        requirement: &'static str,
        argument: &Ref,
    ) -> Result<()> {
        self.serializable(requirement, &Arc::new(Type::Con(argument.clone())))
    }

    fn is_serializable(&mut self, question: &mut Question<'_>, typ: &Type) -> Result<()> {
        use BuiltinType as B;
        self.arena.spend(1)?;
        match typ {
            Type::App(function, arg) => match (&**function, &**arg) {
                (Type::Builtin(B::ContractId), _) | (Type::Builtin(B::Numeric), Type::Nat(_)) => {
                    Ok(())
                }
                (Type::Builtin(B::List | B::Optional | B::TextMap), _) => {
                    self.shared_is_serializable(question, arg)
                }
                (Type::App(map, key), _) if **map == Type::Builtin(B::GenMap) => {
                    self.shared_is_serializable(question, key)?;
                    self.shared_is_serializable(question, arg)
                }
                _ => {
                    self.shared_is_serializable(question, function)?;
                    self.shared_is_serializable(question, arg)
                }
            },
            Type::Var(name) if question.params.contains(&name) => Ok(()),
            Type::Con(reference) if self.head(reference)?.serializable => Ok(()),
            Type::Builtin(
                B::Int64
                | B::Text
                | B::Timestamp
                | B::Date
                | B::Party
                | B::Bool
                | B::Unit
                | B::AnyException,
            ) => Ok(()),
            Type::Var(_)
            | Type::Con(_)
            | Type::Builtin(_)
            | Type::Synonym(..)
            | Type::Forall(..)
            | Type::Struct(_)
            | Type::Nat(_) => Err(question.refuse(typ).into()),
        }
    }

    fn shared_is_serializable(
        &mut self,
        question: &mut Question<'_>,
        typ: &Arc<Type>,
    ) -> Result<()> {
        if !question.seen.insert(Arc::as_ptr(typ)) {
            return Ok(());
        }
        with_room(|| self.is_serializable(question, typ))
    }
}

impl Question<'_> {
    fn refuse(&self, found: &Type) -> Fault {
        let reason = match found {
            Type::Var(name) => format!("type variable {name}"),
            Type::Con(reference) => format!("{} is not serializable", show_ref(reference)),
            Type::Builtin(builtin) => format!("it has {}", builtin.name()),
            Type::Synonym(reference, _) => format!("type synonym {}", show_ref(reference)),
            Type::Forall(..) => "it is polymorphic".to_owned(),
            Type::Struct(_) => "it has a struct".to_owned(),
            Type::App(..) | Type::Nat(_) => "it has a type-level number".to_owned(),
        };
        Fault::NotSerializable {
            requirement: self.requirement,
            typ: print_type(self.typ),
            reason,
        }
    }
}

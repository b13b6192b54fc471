//! Kinds and types.

use std::sync::Arc;

use super::tables::Encoder;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::numbers;
use crate::lf::archive::wire::Writer;
use crate::lf::ast::{Kind, LanguageVersion, Type, TypeConApp};
use crate::lf::stack::with_room;
use crate::model::Name;

impl Encoder<'_> {
    /// A type as everything but the table of types refers to it.
    pub(super) fn typ(&mut self, typ: &Arc<Type>) -> Result<Writer, Fault> {
        let mut message = Writer::new();
        message.case_number(8, self.type_index(typ)?);
        Ok(message)
    }

    /// Writes types as a repeated field.
    pub(super) fn types(
        &mut self,
        message: &mut Writer,
        field: u32,
        types: &[Arc<Type>],
    ) -> Result<(), Fault> {
        for typ in types {
            message.message(field, &self.typ(typ)?);
        }
        Ok(())
    }

    /// An entry of the table of types.
    pub(super) fn type_entry(&mut self, typ: &Type) -> Result<Writer, Fault> {
        with_room(|| self.type_node(typ))
    }

    fn type_node(&mut self, typ: &Type) -> Result<Writer, Fault> {
        match typ {
            Type::App(..) if self.version < LanguageVersion::V2_2 => self.flat_application(typ),
            Type::App(function, arg) => {
                let mut app = Writer::new();
                app.message(1, &self.typ(function)?);
                app.message(2, &self.typ(arg)?);
                Ok(case(9, &app))
            }
            Type::Var(_) | Type::Con(_) | Type::Builtin(_) => self.applied(typ, &[]),
            Type::Synonym(synonym, args) => {
                let mut syn = Writer::new();
                syn.message(1, &self.reference(synonym)?);
                self.types(&mut syn, 2, args)?;
                Ok(case(7, &syn))
            }
            Type::Forall(name, kind, body) => {
                let mut forall = Writer::new();
                forall.message(1, &self.type_param(name, kind));
                forall.message(2, &self.typ(body)?);
                Ok(case(4, &forall))
            }
            Type::Struct(fields) => {
                let mut structure = Writer::new();
                for (name, typ) in fields {
                    structure.message(1, &self.name_and_type(name, typ)?);
                }
                Ok(case(5, &structure))
            }
            Type::Nat(scale) => {
                let mut message = Writer::new();
                message.case_zigzag(6, i64::from(*scale));
                Ok(message)
            }
        }
    }

    /// In 2.1 an application is its head with all arguments.
    fn flat_application(&mut self, typ: &Type) -> Result<Writer, Fault> {
        let mut args = Vec::new();
        let mut head = typ;
        while let Type::App(function, arg) = head {
            args.push(Arc::clone(arg));
            head = function;
        }
        args.reverse();
        self.applied(head, &args)
    }

    fn applied(&mut self, head: &Type, args: &[Arc<Type>]) -> Result<Writer, Fault> {
        let mut message = Writer::new();
        let field = match head {
            Type::Var(name) => {
                message.number(3, self.string(name.as_str()));
                1
            }
            Type::Con(reference) => {
                message.message(1, &self.reference(reference)?);
                2
            }
            Type::Builtin(builtin) => {
                message.number(1, numbers::of_type(*builtin));
                3
            }
            _ => return self.inexpressible("the application of such a type"),
        };
        self.types(&mut message, 2, args)?;
        Ok(case(field, &message))
    }

    /// A type constructor with its arguments.
    pub(super) fn type_con_app(&mut self, tycon: &TypeConApp) -> Result<Writer, Fault> {
        let mut message = Writer::new();
        message.message(1, &self.reference(&tycon.con)?);
        self.types(&mut message, 2, &tycon.args)?;
        Ok(message)
    }

    /// A variable or field with its type.
    pub(super) fn name_and_type(&mut self, name: &Name, typ: &Arc<Type>) -> Result<Writer, Fault> {
        let mut message = Writer::new();
        message.message(2, &self.typ(typ)?);
        message.number(3, self.string(name.as_str()));
        Ok(message)
    }

    /// A type parameter with its kind.
    pub(super) fn type_param(&mut self, name: &Name, kind: &Kind) -> Writer {
        let mut message = Writer::new();
        message.message(2, &kind_message(kind));
        message.number(3, self.string(name.as_str()));
        message
    }
}

/// Kinds are written where they are used: they are small.
fn kind_message(kind: &Kind) -> Writer {
    match kind {
        Kind::Star => case(1, &Writer::new()),
        Kind::Nat => case(3, &Writer::new()),
        Kind::Arrow(param, result) => {
            let mut arrow = Writer::new();
            arrow.message(1, &with_room(|| kind_message(param)));
            arrow.message(2, &with_room(|| kind_message(result)));
            case(2, &arrow)
        }
    }
}

fn case(field: u32, inner: &Writer) -> Writer {
    let mut message = Writer::new();
    message.message(field, inner);
    message
}

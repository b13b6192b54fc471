//! Records, variants, enums, structs, lists, optionals: made and taken apart.

use std::sync::Arc;

use super::arena::{Node, Result, Ty};
use super::checker::Checker;
use super::error::{Fault, list};
use super::exports::{Cons, Members};
use super::expressions::misplaced;
use super::lookup::no_member;
use super::show::show_ref;
use super::types::twice;
use crate::lf::ast::{BuiltinType, Expr, Ref, Type, TypeConApp};
use crate::model::Name;

/// A constructor with its arguments.
struct Applied {
    typ: Ty,
    args: Vec<Ty>,
    cons: Arc<Cons>,
}

impl Checker<'_> {
    pub(super) fn data(&mut self, expr: &Expr) -> Result<Ty> {
        match expr {
            Expr::RecordCon { tycon, fields } => self.record(tycon, fields),
            Expr::RecordProj {
                tycon,
                field,
                record,
            } => {
                let (typ, field) = self.field_of(tycon, field)?;
                self.check(record, typ)?;
                Ok(field)
            }
            Expr::RecordUpdate {
                tycon,
                field,
                record,
                update,
            } => {
                let (typ, field) = self.field_of(tycon, field)?;
                self.check(record, typ)?;
                self.check(update, field)?;
                Ok(typ)
            }
            Expr::VariantCon {
                tycon,
                constructor,
                arg,
            } => self.variant(tycon, constructor, arg),
            Expr::EnumCon { tycon, constructor } => self.enumerator(tycon, constructor),
            Expr::StructCon { fields } => self.struct_con(fields),
            Expr::StructProj { field, strukt } => Ok(self.struct_field(strukt, field)?.1),
            Expr::StructUpdate {
                field,
                strukt,
                update,
            } => {
                let (typ, field) = self.struct_field(strukt, field)?;
                self.check(update, field)?;
                Ok(typ)
            }
            _ => self.sequence(expr),
        }
    }

    /// Lists and optionals.
    fn sequence(&mut self, expr: &Expr) -> Result<Ty> {
        match expr {
            Expr::Nil(element) => self.of(BuiltinType::List, element).map(|(_, list)| list),
            Expr::Cons {
                element,
                front,
                tail,
            } => {
                if front.is_empty() {
                    return Err(Box::new(Fault::EmptyCons));
                }
                let (element, list) = self.of(BuiltinType::List, element)?;
                for expr in front {
                    self.check(expr, element)?;
                }
                self.check(tail, list)?;
                Ok(list)
            }
            Expr::None(element) => self.of(BuiltinType::Optional, element).map(|(_, it)| it),
            Expr::Some { element, value } => {
                let (element, optional) = self.of(BuiltinType::Optional, element)?;
                self.check(value, element)?;
                Ok(optional)
            }
            _ => Err(misplaced().into()),
        }
    }

    /// A type and a builtin of it.
    fn of(&mut self, builtin: BuiltinType, element: &Arc<Type>) -> Result<(Ty, Ty)> {
        let element = self.star(element)?;
        Ok((element, self.arena.builtin_of(builtin, &[element])?))
    }

    fn applied(&mut self, tycon: &TypeConApp) -> Result<Applied> {
        let head = self.head(&tycon.con)?;
        if head.params.len() != tycon.args.len() {
            return Err(Box::new(Fault::Arity {
                what: show_ref(&tycon.con),
                expected: head.params.len(),
                found: tycon.args.len(),
            }));
        }
        let args = tycon.args.iter().zip(&head.params);
        let args = args.map(|(arg, kind)| self.typ(arg, *kind));
        let args = args.collect::<Result<Vec<_>>>()?;
        Ok(Applied {
            typ: self.arena.apply(head.con, &args)?,
            args,
            cons: self.cons(&tycon.con)?,
        })
    }

    fn record(&mut self, tycon: &TypeConApp, fields: &[(Name, Expr)]) -> Result<Ty> {
        let Applied { typ, args, cons } = self.applied(tycon)?;
        let declared = record_of(&tycon.con, &cons)?;
        let same = declared.list.len() == fields.len()
            && declared
                .list
                .iter()
                .zip(fields)
                .all(|((one, _), (other, _))| one == other);
        if !same {
            return Err(Box::new(Fault::Fields {
                of: show_ref(&tycon.con),
                expected: list(declared.list.iter().map(|(name, _)| name.as_str())),
                found: list(fields.iter().map(|(name, _)| name.as_str())),
            }));
        }
        for ((_, declared), (_, expr)) in declared.list.iter().zip(fields) {
            let expected = self.arena.open(*declared, &args)?;
            self.check(expr, expected)?;
        }
        Ok(typ)
    }

    /// The type of a record and that of one of its fields.
    fn field_of(&mut self, tycon: &TypeConApp, field: &Name) -> Result<(Ty, Ty)> {
        let Applied { typ, args, cons } = self.applied(tycon)?;
        let declared = record_of(&tycon.con, &cons)?.get(field);
        let declared = declared.ok_or_else(|| no_member("field", &tycon.con, field))?;
        Ok((typ, self.arena.open(declared, &args)?))
    }

    fn variant(&mut self, tycon: &TypeConApp, constructor: &Name, arg: &Expr) -> Result<Ty> {
        let Applied { typ, args, cons } = self.applied(tycon)?;
        let Cons::Variant(constructors) = &*cons else {
            return Err(wrong("a variant", &tycon.con, &cons).into());
        };
        let declared = constructors.get(constructor);
        let declared = declared.ok_or_else(|| no_member("constructor", &tycon.con, constructor))?;
        let expected = self.arena.open(declared, &args)?;
        self.check(arg, expected)?;
        Ok(typ)
    }

    fn enumerator(&mut self, tycon: &Ref, constructor: &Name) -> Result<Ty> {
        let cons = self.cons(tycon)?;
        let Cons::Enum(constructors) = &*cons else {
            return Err(wrong("an enum", tycon, &cons).into());
        };
        match constructors.place(constructor) {
            Some(_) => Ok(self.head(tycon)?.con),
            None => Err(no_member("constructor", tycon, constructor).into()),
        }
    }

    fn struct_con(&mut self, fields: &[(Name, Expr)]) -> Result<Ty> {
        if let Some(name) = twice(fields.iter().map(|(name, _)| name)) {
            return Err(Box::new(Fault::DuplicateField { name }));
        }
        let fields = fields.iter();
        let fields = fields.map(|(name, expr)| Ok((name.clone(), self.infer(expr)?)));
        let fields = fields.collect::<Result<Vec<_>>>()?;
        self.struct_of(fields)
    }

    /// The type of a struct and that of one of its fields.
    fn struct_field(&mut self, strukt: &Expr, field: &Name) -> Result<(Ty, Ty)> {
        let typ = self.infer(strukt)?;
        let Node::Struct(fields) = self.arena.node(typ) else {
            let found = self.arena.show(typ);
            return Err(Box::new(Fault::NoStruct { found }));
        };
        let found = fields.binary_search_by(|(name, _)| name.cmp(field));
        match found.ok().and_then(|place| fields.get(place)) {
            Some((_, field)) => Ok((typ, *field)),
            None => Err(Box::new(Fault::NoMember {
                what: "field",
                of: self.arena.show(typ),
                name: field.to_string(),
            })),
        }
    }
}

fn record_of<'c>(con: &Ref, cons: &'c Cons) -> Result<&'c Members<Ty>> {
    match cons {
        Cons::Record(fields) => Ok(fields),
        Cons::Variant(_) | Cons::Enum(_) | Cons::Interface => {
            Err(wrong("a record", con, cons).into())
        }
    }
}

fn wrong(expected: &'static str, con: &Ref, cons: &Cons) -> Fault {
    Fault::WrongData {
        expected,
        found: format!("{}, {}", show_ref(con), cons.what()),
    }
}

//! Records, structs, variants, enums, lists and optionals.

use super::scope::Lowerer;
use crate::lf::ast::{Expr, Ref};
use crate::lf::compile::Error;
use crate::lf::compile::constants;
use crate::lf::compile::ir::{Ir, Operation};
use crate::lf::compile::ops::{Binary, Construct, Nary, Unary};
use crate::lf::signature::DataCons;
use crate::model::Name;

impl<'a> Lowerer<'_, 'a> {
    /// Expressions that build data or take it apart; `None` for all others.
    pub(super) fn data(&mut self, expr: &'a Expr) -> Result<Option<Ir>, Error> {
        Ok(Some(match expr {
            Expr::RecordCon { tycon, fields } => self.record(&tycon.con, fields)?,
            Expr::RecordProj {
                tycon,
                field,
                record,
            } => {
                let field = self.field(&tycon.con, field)?;
                let record = self.value(record)?;
                Ir::Operation(Operation::Project(field), vec![record])
            }
            Expr::RecordUpdate {
                tycon,
                field,
                record,
                update,
            } => {
                let field = self.field(&tycon.con, field)?;
                let operands = vec![self.value(record)?, self.value(update)?];
                let op = Binary::UpdateRecord { field };
                Ir::Operation(Operation::Binary(op), operands)
            }
            Expr::VariantCon {
                tycon,
                constructor,
                arg,
            } => {
                let rank = self.rank(&tycon.con, constructor)?;
                let constructor = self.compiler.symbol(constructor);
                self.unary(Unary::Variant { rank, constructor }, arg)?
            }
            Expr::EnumCon { tycon, constructor } => {
                let rank = self.rank(tycon, constructor)?;
                let constructor = self.compiler.symbol(constructor);
                self.constant(constants::Key::Enum(rank, constructor))?
            }
            Expr::StructCon { fields } => self.strukt(fields)?,
            Expr::StructProj { field, strukt } => {
                let field = self.compiler.symbol(field);
                let strukt = self.value(strukt)?;
                Ir::Operation(Operation::ProjectStruct(field), vec![strukt])
            }
            Expr::StructUpdate {
                field,
                strukt,
                update,
            } => {
                let field = self.compiler.symbol(field);
                let operands = vec![self.value(strukt)?, self.value(update)?];
                Ir::Operation(Operation::Nary(Nary::UpdateStruct { field }), operands)
            }
            Expr::Nil(_) => self.constant(constants::Key::Nil)?,
            Expr::Cons { front, tail, .. } => self.list(front, tail)?,
            Expr::None(_) => self.constant(constants::Key::None)?,
            Expr::Some { value, .. } => self.unary(Unary::Some, value)?,
            _ => return Ok(None),
        }))
    }

    fn list(&mut self, front: &'a [Expr], tail: &'a Expr) -> Result<Ir, Error> {
        let mut operands = Vec::with_capacity(front.len() + 1);
        for element in front {
            operands.push(self.value(element)?);
        }
        operands.push(self.value(tail)?);
        let operation = match operands.len() {
            2 => Operation::Binary(Binary::Cons),
            _ => Operation::Construct(Construct::List),
        };
        Ok(Ir::Operation(operation, operands))
    }

    fn record(&mut self, tycon: &Ref, fields: &'a [(Name, Expr)]) -> Result<Ir, Error> {
        if fields.is_empty() {
            return self.constant(constants::Key::EmptyRecord);
        }
        let places = self.places(tycon, fields)?;
        let mut values = Vec::with_capacity(fields.len());
        for (_, value) in fields {
            values.push(self.value(value)?);
        }
        Ok(self.in_places(&places, values, Construct::Record))
    }

    /// The place of each field as it is written.
    fn places(&self, tycon: &Ref, fields: &[(Name, Expr)]) -> Result<Vec<usize>, Error> {
        let (id, data_type) = self.compiler.data_type(tycon)?;
        let DataCons::Record(declared) = &data_type.cons else {
            return Err(Error::IllTyped("a record of a type that is none"));
        };
        if declared.len() != fields.len() {
            return Err(Error::IllTyped("a record without some of its fields"));
        }
        let place = |index: usize, name: &Name| match declared.get(index) {
            Some((declared_name, _)) if declared_name == name => Some(index),
            _ => data_type.rank(name),
        };
        fields
            .iter()
            .enumerate()
            .map(|(index, (name, _))| {
                place(index, name).ok_or_else(|| Error::NoMember {
                    what: "field",
                    id: id.clone(),
                    name: name.clone(),
                })
            })
            .collect()
    }

    /// Values that are evaluated in one order and stored in another.
    fn in_places(&mut self, places: &[usize], values: Vec<Ir>, what: Construct) -> Ir {
        let construct = Operation::Construct(what);
        if places.is_sorted() {
            return Ir::Operation(construct, values);
        }
        let bindings: Vec<_> = values
            .into_iter()
            .map(|value| (self.fresh(), value))
            .collect();
        let mut stored: Vec<_> = places.iter().zip(&bindings).collect();
        stored.sort_by_key(|(place, _)| **place);
        let operands = stored.into_iter().map(|(_, (var, _))| Ir::var(*var));
        let body = Box::new(Ir::Operation(construct, operands.collect()));
        let bindings = bindings.into_iter().rev().collect();
        Ir::Let { bindings, body }
    }

    fn strukt(&mut self, fields: &'a [(Name, Expr)]) -> Result<Ir, Error> {
        let mut sorted: Vec<&Name> = fields.iter().map(|(name, _)| name).collect();
        sorted.sort();
        let place = |name: &Name| sorted.binary_search(&name).unwrap_or(0);
        let places: Vec<usize> = fields.iter().map(|(name, _)| place(name)).collect();
        let mut values = Vec::with_capacity(fields.len());
        for (_, value) in fields {
            values.push(self.value(value)?);
        }
        let symbols: Vec<_> = sorted
            .into_iter()
            .map(|name| self.compiler.symbol(name))
            .collect();
        let layout = self.compiler.names.layout(&symbols);
        Ok(self.in_places(&places, values, Construct::Struct(layout)))
    }

    fn field(&self, tycon: &Ref, field: &Name) -> Result<u16, Error> {
        let (id, data_type) = self.compiler.data_type(tycon)?;
        let DataCons::Record(_) = &data_type.cons else {
            return Err(Error::IllTyped("a field of a type that is no record"));
        };
        let place = data_type.rank(field);
        let place = place.ok_or_else(|| Error::NoMember {
            what: "field",
            id,
            name: field.clone(),
        })?;
        u16::try_from(place).map_err(|_| Error::TooLarge("record"))
    }

    fn rank(&self, tycon: &Ref, constructor: &Name) -> Result<u16, Error> {
        let (id, data_type) = self.compiler.data_type(tycon)?;
        let rank = match &data_type.cons {
            DataCons::Variant(_) | DataCons::Enum(_) => data_type.rank(constructor),
            DataCons::Record(_) | DataCons::Interface => None,
        };
        let rank = rank.ok_or_else(|| Error::NoMember {
            what: "constructor",
            id,
            name: constructor.clone(),
        })?;
        u16::try_from(rank).map_err(|_| Error::TooLarge("variant"))
    }
}

//! Expressions.

use std::sync::Arc;

use super::tables::Encoder;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::numbers;
use crate::lf::archive::wire::Writer;
use crate::lf::ast::{
    Binding, CaseAlternative, Expr, LanguageVersion, Literal, Location, Pattern, Type, TypeConApp,
};
use crate::lf::stack::with_room;
use crate::model::Name;

/// Names are as short as an index; a location around a location is a reference to an entry, which
/// must not be an entry itself.
fn stays_out_of_the_table(expr: &Expr) -> bool {
    match expr {
        Expr::Var(_) | Expr::Builtin(_) | Expr::Con(_) => true,
        Expr::Located(_, inner) => matches!(**inner, Expr::Located(..)),
        _ => false,
    }
}

impl Encoder<'_> {
    /// Writes an expression into a field. From 2.2 on it goes into a table, since messages may not
    /// nest deeply there.
    pub(super) fn expr(
        &mut self,
        message: &mut Writer,
        field: u32,
        expr: &Expr,
    ) -> Result<(), Fault> {
        let mut inner = with_room(|| self.located(expr))?;
        if self.version >= LanguageVersion::V2_2 && !stays_out_of_the_table(expr) {
            let index = self.expressions.intern(inner.into_bytes());
            inner = Writer::new();
            inner.case_number(44, index);
        }
        message.message(field, &inner);
        Ok(())
    }

    fn located(&mut self, expr: &Expr) -> Result<Writer, Fault> {
        let mut message = Writer::new();
        let Expr::Located(location, inner) = expr else {
            self.case(&mut message, expr)?;
            return Ok(message);
        };
        message.message(1, &self.location(location)?);
        if matches!(**inner, Expr::Located(..)) {
            if self.version < LanguageVersion::V2_2 {
                return self.inexpressible("a location around a location");
            }
            if stays_out_of_the_table(inner) {
                return self.inexpressible("three locations around each other");
            }
            let inner = with_room(|| self.located(inner))?.into_bytes();
            message.case_number(44, self.expressions.intern(inner));
        } else {
            self.case(&mut message, inner)?;
        }
        Ok(message)
    }

    /// Writes an expression without its location.
    fn case(&mut self, message: &mut Writer, expr: &Expr) -> Result<(), Fault> {
        match expr {
            Expr::Var(name) => message.case_number(2, self.string(name.as_str())),
            Expr::Builtin(function) => {
                message.case_number(4, numbers::of_function(*function, self.version)?);
            }
            Expr::Con(constructor) => {
                message.case_number(5, numbers::of_constructor(*constructor));
            }
            Expr::Val(reference) => message.message(3, &self.reference(reference)?),
            Expr::Lit(literal) => message.message(6, &self.literal(literal)),
            Expr::TypeRep(typ) => message.message(29, &self.typ(typ)?),
            _ => {
                let mut inner = Writer::new();
                let field = self.compound(&mut inner, expr)?;
                message.message(field, &inner);
            }
        }
        Ok(())
    }

    /// Writes what an expression is made of and tells which case it is.
    fn compound(&mut self, to: &mut Writer, expr: &Expr) -> Result<u32, Fault> {
        match expr {
            Expr::RecordCon { .. }
            | Expr::RecordProj { .. }
            | Expr::RecordUpdate { .. }
            | Expr::VariantCon { .. }
            | Expr::EnumCon { .. }
            | Expr::StructCon { .. }
            | Expr::StructProj { .. }
            | Expr::StructUpdate { .. } => self.data(to, expr),
            Expr::App { .. }
            | Expr::TypeApp { .. }
            | Expr::Abs { .. }
            | Expr::TypeAbs { .. }
            | Expr::Case { .. }
            | Expr::Let { .. } => self.binder(to, expr),
            Expr::Nil(_)
            | Expr::Cons { .. }
            | Expr::None(_)
            | Expr::Some { .. }
            | Expr::ToAny { .. }
            | Expr::FromAny { .. }
            | Expr::ToAnyException { .. }
            | Expr::FromAnyException { .. }
            | Expr::Throw { .. } => self.typed(to, expr),
            Expr::Update(update) => {
                self.update(to, update)?;
                Ok(23)
            }
            _ => self.on_interface(to, expr),
        }
    }

    fn data(&mut self, to: &mut Writer, expr: &Expr) -> Result<u32, Fault> {
        match expr {
            Expr::RecordCon { tycon, fields } => {
                to.message(1, &self.type_con_app(tycon)?);
                self.fields(to, 2, fields)?;
                Ok(7)
            }
            Expr::RecordProj {
                tycon,
                field,
                record,
            } => {
                to.message(1, &self.type_con_app(tycon)?);
                self.expr(to, 3, record)?;
                to.number(4, self.string(field.as_str()));
                Ok(8)
            }
            Expr::RecordUpdate {
                tycon,
                field,
                record,
                update,
            } => {
                self.named(to, tycon, field)?;
                self.expr(to, 3, record)?;
                self.expr(to, 4, update)?;
                Ok(9)
            }
            Expr::VariantCon {
                tycon,
                constructor,
                arg,
            } => {
                self.named(to, tycon, constructor)?;
                self.expr(to, 3, arg)?;
                Ok(10)
            }
            Expr::EnumCon { tycon, constructor } => {
                to.message(1, &self.reference(tycon)?);
                to.number(2, self.string(constructor.as_str()));
                Ok(11)
            }
            _ => self.structure(to, expr),
        }
    }

    fn named(&mut self, to: &mut Writer, tycon: &TypeConApp, name: &Name) -> Result<(), Fault> {
        to.message(1, &self.type_con_app(tycon)?);
        to.number(2, self.string(name.as_str()));
        Ok(())
    }

    fn structure(&mut self, to: &mut Writer, expr: &Expr) -> Result<u32, Fault> {
        match expr {
            Expr::StructProj { field, strukt } => {
                to.number(1, self.string(field.as_str()));
                self.expr(to, 2, strukt)?;
                Ok(13)
            }
            Expr::StructUpdate {
                field,
                strukt,
                update,
            } => {
                to.number(1, self.string(field.as_str()));
                self.expr(to, 2, strukt)?;
                self.expr(to, 3, update)?;
                Ok(14)
            }
            Expr::StructCon { fields } => {
                self.fields(to, 1, fields)?;
                Ok(12)
            }
            _ => self.inexpressible("this expression"),
        }
    }

    fn fields(
        &mut self,
        to: &mut Writer,
        number: u32,
        fields: &[(Name, Expr)],
    ) -> Result<(), Fault> {
        for (name, expr) in fields {
            let mut field = Writer::new();
            self.expr(&mut field, 2, expr)?;
            field.number(3, self.string(name.as_str()));
            to.message(number, &field);
        }
        Ok(())
    }

    fn binder(&mut self, to: &mut Writer, expr: &Expr) -> Result<u32, Fault> {
        match expr {
            Expr::App { function, args } => {
                self.expr(to, 1, function)?;
                for arg in args {
                    self.expr(to, 2, arg)?;
                }
                Ok(15)
            }
            Expr::TypeApp { expr, types } => self.type_application(to, expr, types),
            Expr::Abs { params, body } => {
                self.abstraction(to, 17, params, body, |to, (x, t)| to.name_and_type(x, t))
            }
            Expr::TypeAbs { params, body } => {
                self.abstraction(to, 18, params, body, |to, (x, k)| Ok(to.type_param(x, k)))
            }
            Expr::Case {
                scrutinee,
                alternatives,
            } => {
                self.expr(to, 1, scrutinee)?;
                for alternative in alternatives {
                    to.message(2, &self.alternative(alternative)?);
                }
                Ok(19)
            }
            Expr::Let { bindings, body } => {
                self.block(to, bindings, body)?;
                Ok(20)
            }
            _ => self.inexpressible("this expression"),
        }
    }

    /// From 2.2 on, each type argument has an application of its own.
    fn type_application(
        &mut self,
        to: &mut Writer,
        expr: &Expr,
        types: &[Arc<Type>],
    ) -> Result<u32, Fault> {
        match types {
            [before @ .., last] if self.version >= LanguageVersion::V2_2 && !before.is_empty() => {
                let mut inner = Writer::new();
                let field = self.type_application(&mut inner, expr, before)?;
                let mut message = Writer::new();
                message.message(field, &inner);
                self.table_entry(to, 1, message);
                to.message(2, &self.typ(last)?);
            }
            _ => {
                self.expr(to, 1, expr)?;
                self.types(to, 2, types)?;
            }
        }
        Ok(16)
    }

    /// From 2.2 on, each parameter has an abstraction of its own.
    fn abstraction<P>(
        &mut self,
        to: &mut Writer,
        field: u32,
        params: &[P],
        body: &Expr,
        param: impl Fn(&mut Self, &P) -> Result<Writer, Fault> + Copy,
    ) -> Result<u32, Fault> {
        match params {
            [first, after @ ..] if self.version >= LanguageVersion::V2_2 && !after.is_empty() => {
                to.message(1, &param(self, first)?);
                let mut inner = Writer::new();
                self.abstraction(&mut inner, field, after, body, param)?;
                let mut message = Writer::new();
                message.message(field, &inner);
                self.table_entry(to, 2, message);
            }
            _ => {
                for each in params {
                    to.message(1, &param(self, each)?);
                }
                self.expr(to, 2, body)?;
            }
        }
        Ok(field)
    }

    fn table_entry(&mut self, to: &mut Writer, field: u32, expr: Writer) {
        let mut reference = Writer::new();
        reference.case_number(44, self.expressions.intern(expr.into_bytes()));
        to.message(field, &reference);
    }

    /// Writes the bindings and the body of a `let` or of an update block.
    pub(super) fn block(
        &mut self,
        to: &mut Writer,
        bindings: &[Binding],
        body: &Expr,
    ) -> Result<(), Fault> {
        for Binding { name, typ, bound } in bindings {
            let mut binding = Writer::new();
            binding.message(1, &self.name_and_type(name, typ)?);
            self.expr(&mut binding, 2, bound)?;
            to.message(1, &binding);
        }
        self.expr(to, 2, body)
    }

    fn alternative(&mut self, alternative: &CaseAlternative) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        self.expr(&mut to, 1, &alternative.body)?;
        match &alternative.pattern {
            Pattern::Default => to.bytes(2, &[]),
            Pattern::Variant {
                tycon,
                constructor,
                binder,
            } => {
                let mut variant = Writer::new();
                variant.message(1, &self.reference(tycon)?);
                variant.number(2, self.string(constructor.as_str()));
                variant.number(3, self.string(binder.as_str()));
                to.message(3, &variant);
            }
            Pattern::Builtin(constructor) => {
                to.case_number(4, numbers::of_constructor(*constructor));
            }
            Pattern::Nil => to.bytes(5, &[]),
            Pattern::Cons { head, tail } => {
                let mut cons = Writer::new();
                cons.number(1, self.string(head.as_str()));
                cons.number(2, self.string(tail.as_str()));
                to.message(6, &cons);
            }
            Pattern::None => to.bytes(7, &[]),
            Pattern::Some { body } => {
                let mut some = Writer::new();
                some.number(1, self.string(body.as_str()));
                to.message(8, &some);
            }
            Pattern::Enum { tycon, constructor } => {
                let mut variant = Writer::new();
                variant.message(1, &self.reference(tycon)?);
                variant.number(2, self.string(constructor.as_str()));
                to.message(9, &variant);
            }
        }
        Ok(to)
    }

    fn typed(&mut self, to: &mut Writer, expr: &Expr) -> Result<u32, Fault> {
        let (field, typ, inner) = match expr {
            Expr::Nil(typ) => (21, typ, None),
            Expr::None(typ) => (25, typ, None),
            Expr::Some { element, value } => (26, element, Some(value)),
            Expr::ToAny { typ, expr } => (27, typ, Some(expr)),
            Expr::FromAny { typ, expr } => (28, typ, Some(expr)),
            Expr::ToAnyException { typ, expr } => (30, typ, Some(expr)),
            Expr::FromAnyException { typ, expr } => (31, typ, Some(expr)),
            Expr::Cons {
                element,
                front,
                tail,
            } => {
                to.message(1, &self.typ(element)?);
                for element in front {
                    self.expr(to, 2, element)?;
                }
                self.expr(to, 3, tail)?;
                return Ok(22);
            }
            Expr::Throw {
                result,
                exception_type,
                exception,
            } => {
                to.message(1, &self.typ(result)?);
                to.message(2, &self.typ(exception_type)?);
                self.expr(to, 3, exception)?;
                return Ok(32);
            }
            _ => return self.inexpressible("this expression"),
        };
        to.message(1, &self.typ(typ)?);
        if let Some(inner) = inner {
            self.expr(to, 2, inner)?;
        }
        Ok(field)
    }

    fn literal(&mut self, literal: &Literal) -> Writer {
        let mut to = Writer::new();
        match literal {
            Literal::Int64(number) => to.case_zigzag(1, *number),
            Literal::Timestamp(micros) => to.case_fixed64(2, *micros),
            Literal::Numeric(text) => to.case_number(3, self.string(text)),
            Literal::Text(text) => to.case_number(4, self.string(text)),
            // protobuf extends the sign of a 32-bit number to 64 bits
            Literal::Date(days) => to.case_number(5, i64::from(*days).cast_unsigned()),
            Literal::FailureCategory(category) => {
                to.case_number(6, numbers::of_category(*category));
            }
        }
        to
    }

    /// A position in the source.
    pub(super) fn location(&mut self, location: &Location) -> Result<Writer, Fault> {
        let mut range = Writer::new();
        range.number(1, u64::from(location.start.0));
        range.number(2, u64::from(location.start.1));
        range.number(3, u64::from(location.end.0));
        range.number(4, u64::from(location.end.1));
        let mut to = Writer::new();
        if let Some((package, module)) = &location.module {
            to.message(1, &self.module_ref(package, module)?);
        }
        to.message(2, &range);
        Ok(to)
    }
}

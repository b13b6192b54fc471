//! Expressions.

use std::sync::Arc;

use super::Printer;
use crate::lf::ast::{
    Binding, BuiltinCon, CaseAlternative, Expr, Kind, Literal, Location, Pattern, Ref, Type, Update,
};
use crate::lf::stack::with_room;
use crate::lf::text::quote::quoted;
use crate::lf::text::reserved::{Form, reserved};
use crate::model::{Name, Timestamp};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Characters of a date.
const DATE_LENGTH: usize = 10;

impl Printer {
    /// An expression where it may go on to the right as far as it likes.
    pub(super) fn expr(&mut self, expr: &Expr) {
        with_room(|| self.plain_expr(expr));
    }

    /// An expression as an argument, with a blank in front.
    pub(super) fn arg(&mut self, expr: &Expr) {
        self.put(" ");
        self.atom(expr);
    }

    pub(super) fn atom(&mut self, expr: &Expr) {
        if is_closed(expr) {
            self.expr(expr);
        } else {
            self.in_parens(expr);
        }
    }

    fn in_parens(&mut self, expr: &Expr) {
        self.put("(");
        self.expr(expr);
        self.put(")");
    }

    fn plain_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Var(name) if reserved(name.as_str()).is_some() => {
                self.show(format_args!("`{name}`"));
            }
            Expr::Var(name) => self.show(name),
            Expr::Val(reference) => self.reference(reference),
            Expr::Builtin(function) => self.put(function.name()),
            Expr::Con(constructor) => self.put(constructor_name(*constructor)),
            Expr::Lit(literal) => self.literal(literal),
            Expr::Located(location, inner) => {
                self.put(Form::Loc.spelled());
                self.location(location);
                self.arg(inner);
            }
            Expr::App { function, args } => {
                self.function(function, matches!(**function, Expr::TypeApp { .. }));
                for arg in args {
                    self.arg(arg);
                }
            }
            Expr::TypeApp { expr, types } => {
                self.function(expr, matches!(**expr, Expr::App { .. }));
                self.type_args(types);
            }
            Expr::Update(update) => self.update(update),
            _ => self.compound(expr),
        }
    }

    /// The function of an application; another application of the other kind goes on without parens.
    fn function(&mut self, function: &Expr, goes_on: bool) {
        if goes_on {
            self.expr(function);
        } else {
            self.atom(function);
        }
    }

    fn compound(&mut self, expr: &Expr) {
        match expr {
            Expr::RecordCon { .. }
            | Expr::RecordProj { .. }
            | Expr::RecordUpdate { .. }
            | Expr::VariantCon { .. }
            | Expr::EnumCon { .. }
            | Expr::StructCon { .. }
            | Expr::StructProj { .. }
            | Expr::StructUpdate { .. } => self.data(expr),
            Expr::Abs { params, body } => self.abstraction(params, body),
            Expr::TypeAbs { params, body } => self.type_abstraction(params, body),
            Expr::Case {
                scrutinee,
                alternatives,
            } => self.case(scrutinee, alternatives),
            Expr::Let { bindings, body } => self.block(Form::Let, " = ", bindings, body),
            Expr::Nil(typ) => self.typed(Form::Nil, typ, None),
            Expr::None(typ) => self.typed(Form::None, typ, None),
            Expr::TypeRep(typ) => self.typed(Form::TypeRep, typ, None),
            Expr::Some { element, value } => self.typed(Form::Some, element, Some(value)),
            Expr::ToAny { typ, expr } => self.typed(Form::ToAny, typ, Some(expr)),
            Expr::FromAny { typ, expr } => self.typed(Form::FromAny, typ, Some(expr)),
            Expr::ToAnyException { typ, expr } => {
                self.typed(Form::ToAnyException, typ, Some(expr));
            }
            Expr::FromAnyException { typ, expr } => {
                self.typed(Form::FromAnyException, typ, Some(expr));
            }
            Expr::Throw {
                result,
                exception_type,
                exception,
            } => {
                self.typed(Form::Throw, result, None);
                self.type_arg(exception_type);
                self.arg(exception);
            }
            Expr::Cons {
                element,
                front,
                tail,
            } => {
                self.typed(Form::Cons, element, None);
                self.put(" [");
                self.joined(front, ", ", Self::expr);
                self.put("]");
                self.arg(tail);
            }
            _ => self.on_interface(expr),
        }
    }

    fn data(&mut self, expr: &Expr) {
        match expr {
            Expr::RecordCon { tycon, fields } => {
                self.reference(&tycon.con);
                self.type_args(&tycon.args);
                self.put(" {");
                self.fields(fields);
                self.put("}");
            }
            Expr::RecordProj {
                tycon,
                field,
                record,
            } => {
                self.reference(&tycon.con);
                self.type_args(&tycon.args);
                self.show(format_args!(" {{{field}}}"));
                self.arg(record);
            }
            Expr::RecordUpdate {
                tycon,
                field,
                record,
                update,
            } => {
                self.reference(&tycon.con);
                self.type_args(&tycon.args);
                self.put(" { ");
                self.expr(record);
                self.show(format_args!(" with {field} = "));
                self.expr(update);
                self.put(" }");
            }
            Expr::VariantCon {
                tycon,
                constructor,
                arg,
            } => {
                self.reference(&tycon.con);
                self.show(format_args!(":{constructor}"));
                self.type_args(&tycon.args);
                self.arg(arg);
            }
            Expr::EnumCon { tycon, constructor } => {
                self.reference(tycon);
                self.show(format_args!(":{constructor}"));
            }
            _ => self.structure(expr),
        }
    }

    fn structure(&mut self, expr: &Expr) {
        match expr {
            Expr::StructCon { fields } => {
                self.put("<");
                self.fields(fields);
                self.put(">");
            }
            Expr::StructProj { field, strukt } => {
                self.in_parens(strukt);
                self.show(format_args!(".{field}"));
            }
            Expr::StructUpdate {
                field,
                strukt,
                update,
            } => {
                // a blank, since "<-" is one token
                self.put("< ");
                self.expr(strukt);
                self.show(format_args!(" with {field} = "));
                self.expr(update);
                self.put(" >");
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &[(Name, Expr)]) {
        self.joined(fields, ", ", |to, (name, expr)| {
            to.show(format_args!("{name} = "));
            to.expr(expr);
        });
    }

    fn abstraction(&mut self, params: &[(Name, Arc<Type>)], body: &Expr) {
        self.put("\\");
        for (name, typ) in params {
            self.show(format_args!("({name} : "));
            self.typ(typ);
            self.put(") ");
        }
        self.put("->");
        self.body(body);
    }

    fn type_abstraction(&mut self, params: &[(Name, Arc<Kind>)], body: &Expr) {
        self.put("/\\");
        self.type_params(params.iter().map(|(name, kind)| (name, &**kind)));
        self.put(".");
        self.body(body);
    }

    /// What an abstraction or alternative leads to: on a line of its own if it has several.
    fn body(&mut self, body: &Expr) {
        self.indented(|to| {
            if is_open(body) {
                to.newline();
            } else {
                to.put(" ");
            }
            to.expr(body);
        });
    }

    fn case(&mut self, scrutinee: &Expr, alternatives: &[CaseAlternative]) {
        self.put("case ");
        self.expr(scrutinee);
        self.put(" of");
        for (index, alternative) in alternatives.iter().enumerate() {
            self.newline();
            self.put(if index == 0 { "  " } else { "| " });
            self.pattern(&alternative.pattern);
            self.put(" ->");
            if is_open(&alternative.body) {
                // it would take the alternatives that follow
                self.indented(|to| {
                    to.put(" (");
                    to.newline();
                    to.expr(&alternative.body);
                    to.put(")");
                });
            } else {
                self.put(" ");
                self.expr(&alternative.body);
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Default => self.put("_"),
            Pattern::Variant {
                tycon,
                constructor,
                binder,
            } => {
                self.reference(tycon);
                self.show(format_args!(":{constructor} {binder}"));
            }
            Pattern::Enum { tycon, constructor } => {
                self.reference(tycon);
                self.show(format_args!(":{constructor}"));
            }
            Pattern::Builtin(constructor) => self.put(constructor_name(*constructor)),
            Pattern::Nil => self.put("Nil"),
            Pattern::Cons { head, tail } => self.show(format_args!("Cons {head} {tail}")),
            Pattern::None => self.put("None"),
            Pattern::Some { body } => self.show(format_args!("Some {body}")),
        }
    }

    /// The bindings and the body of a `let` or of an update block.
    pub(super) fn block(&mut self, form: Form, sign: &str, bindings: &[Binding], body: &Expr) {
        self.put(form.spelled());
        self.indented(|to| {
            for (index, Binding { name, typ, bound }) in bindings.iter().enumerate() {
                if index > 0 {
                    to.put(";");
                }
                to.newline();
                to.show(format_args!("{name} : "));
                to.typ(typ);
                to.put(sign);
                to.indented(|to| to.expr(bound));
            }
        });
        self.newline();
        self.put("in ");
        self.expr(body);
    }

    /// A form with a type and perhaps an expression.
    pub(super) fn typed(&mut self, form: Form, typ: &Arc<Type>, expr: Option<&Expr>) {
        self.put(form.spelled());
        self.type_arg(typ);
        if let Some(expr) = expr {
            self.arg(expr);
        }
    }

    /// A form with the names of templates or interfaces.
    pub(super) fn referring(&mut self, form: Form, references: &[&Ref]) {
        self.put(form.spelled());
        for reference in references {
            self.put(" @");
            self.reference(reference);
        }
    }

    fn on_interface(&mut self, expr: &Expr) {
        let (form, interface, expr) = match expr {
            Expr::ViewInterface { interface, expr } => (Form::ViewInterface, interface, expr),
            Expr::SignatoryInterface { interface, expr } => {
                (Form::InterfaceSignatory, interface, expr)
            }
            Expr::ObserverInterface { interface, expr } => {
                (Form::InterfaceObserver, interface, expr)
            }
            Expr::InterfaceTemplateTypeRep { interface, expr } => {
                (Form::InterfaceTypeRep, interface, expr)
            }
            Expr::CallInterface {
                interface,
                method,
                expr,
            } => {
                self.referring(Form::CallInterface, &[interface]);
                self.show(format_args!(" {method}"));
                return self.arg(expr);
            }
            _ => return self.conversion(expr),
        };
        self.referring(form, &[interface]);
        self.arg(expr);
    }

    fn conversion(&mut self, expr: &Expr) {
        let (form, references, exprs): (_, _, Vec<&Expr>) = match expr {
            Expr::ToInterface {
                interface,
                template,
                expr,
            } => (Form::ToInterface, [interface, template], vec![expr]),
            Expr::FromInterface {
                interface,
                template,
                expr,
            } => (Form::FromInterface, [interface, template], vec![expr]),
            Expr::UnsafeFromInterface {
                interface,
                template,
                contract_id,
                expr,
            } => (
                Form::UnsafeFromInterface,
                [interface, template],
                vec![contract_id, expr],
            ),
            Expr::ToRequiredInterface {
                required,
                requiring,
                expr,
            } => (Form::ToRequiredInterface, [required, requiring], vec![expr]),
            Expr::FromRequiredInterface {
                required,
                requiring,
                expr,
            } => (
                Form::FromRequiredInterface,
                [required, requiring],
                vec![expr],
            ),
            Expr::UnsafeFromRequiredInterface {
                required,
                requiring,
                contract_id,
                expr,
            } => (
                Form::UnsafeFromRequiredInterface,
                [required, requiring],
                vec![contract_id, expr],
            ),
            _ => return,
        };
        self.referring(form, &references);
        for expr in exprs {
            self.arg(expr);
        }
    }

    pub(super) fn location(&mut self, location: &Location) {
        self.put("(");
        if let Some((package, module)) = &location.module {
            self.module_ref(package, module);
            self.put(", ");
        }
        let ((start_line, start_column), (end_line, end_column)) = (location.start, location.end);
        self.show(format_args!(
            "{start_line}, {start_column}, {end_line}, {end_column})"
        ));
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Int64(number) => self.show(number),
            Literal::Numeric(text) => self.put(text),
            Literal::Text(text) => self.put(&quoted(text)),
            Literal::Timestamp(micros) => self.show(Timestamp::from_micros_clamped(*micros)),
            Literal::Date(days) => {
                let time = Timestamp::from_micros_clamped(i64::from(*days) * DAY);
                let text = time.to_string();
                self.put(text.get(..DATE_LENGTH).unwrap_or_default());
            }
            Literal::FailureCategory(category) => self.put(category.name()),
        }
    }
}

fn constructor_name(constructor: BuiltinCon) -> &'static str {
    match constructor {
        BuiltinCon::Unit => "()",
        BuiltinCon::False => "False",
        BuiltinCon::True => "True",
    }
}

/// Whether an expression has an end of its own, so that it needs no parentheses as an argument.
fn is_closed(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Var(_)
            | Expr::Val(_)
            | Expr::Builtin(_)
            | Expr::Con(_)
            | Expr::Lit(_)
            | Expr::RecordCon { .. }
            | Expr::RecordUpdate { .. }
            | Expr::StructCon { .. }
            | Expr::StructProj { .. }
            | Expr::StructUpdate { .. }
    )
}

/// Whether an expression takes whatever follows.
fn is_open(expr: &Expr) -> bool {
    match expr {
        Expr::Abs { .. } | Expr::TypeAbs { .. } | Expr::Case { .. } | Expr::Let { .. } => true,
        Expr::Update(update) => {
            matches!(**update, Update::Block { .. } | Update::TryCatch { .. })
        }
        _ => false,
    }
}

//! Kinds and types.

use std::sync::Arc;

use super::Printer;
use crate::lf::ast::{BuiltinType, Kind, Type};
use crate::lf::stack::with_room;
use crate::lf::text::parse::builtin_type;
use crate::model::Name;

/// How tightly the surroundings bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Around {
    /// Nothing binds: any type fits.
    Nothing,
    /// The left of an arrow.
    Arrow,
    /// An argument.
    Application,
}

impl Printer {
    pub(super) fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Star => self.put("*"),
            Kind::Nat => self.put("nat"),
            Kind::Arrow(param, result) => {
                if matches!(**param, Kind::Arrow(..)) {
                    self.put("(");
                    with_room(|| self.kind(param));
                    self.put(")");
                } else {
                    self.kind(param);
                }
                self.put(" -> ");
                with_room(|| self.kind(result));
            }
        }
    }

    /// Type parameters, each with a blank in front.
    pub(super) fn type_params<'p>(
        &mut self,
        params: impl IntoIterator<Item = (&'p Name, &'p Kind)>,
    ) {
        for (name, kind) in params {
            if *kind == Kind::Star {
                self.show(format_args!(" {name}"));
            } else {
                self.show(format_args!(" ({name} : "));
                self.kind(kind);
                self.put(")");
            }
        }
    }

    pub(super) fn typ(&mut self, typ: &Type) {
        self.type_in(typ, Around::Nothing);
    }

    /// `@type` with a blank in front.
    pub(super) fn type_arg(&mut self, typ: &Type) {
        self.put(" @");
        self.type_in(typ, Around::Application);
    }

    pub(super) fn type_args(&mut self, types: &[Arc<Type>]) {
        for typ in types {
            self.type_arg(typ);
        }
    }

    fn type_in(&mut self, typ: &Type, around: Around) {
        let binds = match typ {
            Type::Forall(..) => Around::Nothing,
            Type::App(..) if arrow(typ).is_some() => Around::Nothing,
            // the bar of a synonym can't begin an argument
            Type::App(..) | Type::Synonym(..) => Around::Arrow,
            _ => Around::Application,
        };
        if binds < around {
            self.put("(");
            with_room(|| self.plain_type(typ));
            self.put(")");
        } else {
            with_room(|| self.plain_type(typ));
        }
    }

    fn plain_type(&mut self, typ: &Type) {
        match typ {
            Type::Var(name) if builtin_type(name.as_str()).is_some() => {
                self.show(format_args!("`{name}`"));
            }
            Type::Var(name) if name.as_str() == "forall" => self.put("`forall`"),
            Type::Var(name) => self.show(name),
            Type::Con(reference) => self.reference(reference),
            Type::Builtin(builtin) => self.put(builtin.name()),
            Type::Nat(scale) => self.show(scale),
            Type::Synonym(synonym, args) => {
                self.put("|");
                self.reference(synonym);
                for arg in args {
                    self.put(" ");
                    self.type_in(arg, Around::Application);
                }
                self.put("|");
            }
            Type::Struct(fields) => {
                self.put("<");
                self.joined(fields, ", ", |to, (name, typ)| {
                    to.show(format_args!("{name} : "));
                    to.typ(typ);
                });
                self.put(">");
            }
            Type::Forall(..) => self.forall(typ),
            Type::App(function, arg) => match arrow(typ) {
                Some((left, right)) => {
                    self.type_in(left, Around::Arrow);
                    self.put(" -> ");
                    self.type_in(right, Around::Nothing);
                }
                None => self.application(function, arg),
            },
        }
    }

    fn application(&mut self, function: &Type, arg: &Type) {
        match function {
            // an arrow with a third argument is written out in full, too
            Type::App(inner, first) => with_room(|| self.application(inner, first)),
            _ => self.type_in(function, Around::Application),
        }
        self.put(" ");
        self.type_in(arg, Around::Application);
    }

    fn forall(&mut self, typ: &Type) {
        self.put("forall");
        let mut body = typ;
        while let Type::Forall(name, kind, inner) = body {
            self.type_params([(name, &**kind)]);
            body = inner;
        }
        self.put(". ");
        self.typ(body);
    }
}

/// Both sides of an arrow.
fn arrow(typ: &Type) -> Option<(&Type, &Type)> {
    let Type::App(function, right) = typ else {
        return None;
    };
    match &**function {
        Type::App(head, left) if **head == Type::Builtin(BuiltinType::Arrow) => Some((left, right)),
        _ => None,
    }
}

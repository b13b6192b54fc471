//! Types and kinds as they are written, to normal form; checked on the way.

use std::sync::Arc;

use super::arena::{Arena, Kd, Node, Result, Ty};
use super::checker::Checker;
use super::error::Fault;
use super::show::show_ref;
use crate::lf::ast::{BuiltinType, Kind, Ref, Type};
use crate::lf::stack::with_room;
use crate::model::Name;

/// A type in normal form, and its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Converted {
    typ: Ty,
    kind: Kd,
    /// Whether it depends on the variables in scope. One that a synonym drops counts.
    is_open: bool,
}

impl Checker<'_> {
    /// A type of kind `*`.
    pub(super) fn star(&mut self, typ: &Arc<Type>) -> Result<Ty> {
        self.typ(typ, self.arena.star)
    }

    /// A type of a kind.
    pub(super) fn typ(&mut self, typ: &Arc<Type>, kind: Kd) -> Result<Ty> {
        let converted = self.convert(typ)?;
        self.expect_kind(converted, kind)?;
        Ok(converted.typ)
    }

    fn expect_kind(&self, found: Converted, kind: Kd) -> Result<()> {
        if found.kind == kind {
            return Ok(());
        }
        Err(Box::new(Fault::Kind {
            typ: self.arena.show(found.typ),
            expected: self.arena.show(kind),
            found: self.arena.show(found.kind),
        }))
    }

    /// A kind. None ends in `nat` behind an arrow.
    pub(super) fn kind(&mut self, kind: &Arc<Kind>) -> Result<Kd> {
        let address = Arc::as_ptr(kind);
        if let Some(known) = self.kinds.get(&address) {
            return Ok(*known);
        }
        let found = match &**kind {
            Kind::Star => self.arena.star,
            Kind::Nat => self.arena.nat,
            Kind::Arrow(from, to) => with_room(|| self.arrow_kind(from, to))?,
        };
        self.kinds.insert(address, found);
        Ok(found)
    }

    fn arrow_kind(&mut self, from: &Arc<Kind>, to: &Arc<Kind>) -> Result<Kd> {
        let (from, to) = (self.kind(from)?, self.kind(to)?);
        let kind = self.arena.add(Node::KindArrow(from, to))?;
        if to == self.arena.nat {
            let kind = self.arena.show(kind);
            return Err(Box::new(Fault::NatResult { kind }));
        }
        Ok(kind)
    }

    /// The kinds of parameters, which have different names.
    pub(super) fn params(&mut self, params: &[(Name, Arc<Kind>)]) -> Result<Vec<Kd>> {
        if let Some(name) = twice(params.iter().map(|(name, _)| name)) {
            return Err(Box::new(Fault::DuplicateParameter { name }));
        }
        params.iter().map(|(_, kind)| self.kind(kind)).collect()
    }

    fn convert(&mut self, typ: &Arc<Type>) -> Result<Converted> {
        let address = Arc::as_ptr(typ);
        if let Some(known) = self.closed.get(&(self.module, address)) {
            return Ok(*known);
        }
        if let Some(known) = self.open.get(&(self.scope.number, address)) {
            return Ok(*known);
        }
        let converted = with_room(|| self.layer(typ))?;
        if converted.is_open {
            self.open.insert((self.scope.number, address), converted);
        } else {
            self.closed.insert((self.module, address), converted);
        }
        Ok(converted)
    }

    fn layer(&mut self, typ: &Type) -> Result<Converted> {
        let star = self.arena.star;
        let closed = |typ, kind| Converted {
            typ,
            kind,
            is_open: false,
        };
        Ok(match typ {
            Type::Var(name) => {
                let variable = self.scope.type_variable(name)?;
                Converted {
                    kind: self.arena.kind_of(variable),
                    typ: self.arena.add(Node::Var(variable))?,
                    is_open: true,
                }
            }
            Type::Con(reference) => {
                let head = self.head(reference)?;
                closed(head.con, head.kind)
            }
            Type::Builtin(builtin) => {
                let kind = kind_of(&mut self.arena, *builtin)?;
                closed(self.arena.builtin(*builtin)?, kind)
            }
            Type::Nat(n) => closed(self.arena.add(Node::Nat(*n))?, self.arena.nat),
            Type::Synonym(reference, args) => self.expand(reference, args)?,
            Type::App(function, arg) => self.application(function, arg)?,
            Type::Forall(name, kind, body) => {
                let kind = self.kind(kind)?;
                let params = std::iter::once((name, kind));
                let body = self.with_types(params, |it| it.star(body))?;
                Converted {
                    typ: self.arena.add(Node::Forall(kind, body))?,
                    kind: star,
                    is_open: !self.scope.is_closed(),
                }
            }
            Type::Struct(fields) => self.structure(fields)?,
        })
    }

    fn application(&mut self, function: &Arc<Type>, arg: &Arc<Type>) -> Result<Converted> {
        let function = self.convert(function)?;
        let arg = self.convert(arg)?;
        let Node::KindArrow(from, to) = *self.arena.node(function.kind) else {
            return Err(Box::new(Fault::NoTypeFunction {
                typ: self.arena.show(function.typ),
                kind: self.arena.show(function.kind),
            }));
        };
        self.expect_kind(arg, from)?;
        Ok(Converted {
            typ: self.arena.app(function.typ, arg.typ)?,
            kind: to,
            is_open: function.is_open || arg.is_open,
        })
    }

    fn structure(&mut self, fields: &[(Name, Arc<Type>)]) -> Result<Converted> {
        if let Some(name) = twice(fields.iter().map(|(name, _)| name)) {
            return Err(Box::new(Fault::DuplicateField { name }));
        }
        let mut is_open = false;
        let mut converted = Vec::with_capacity(fields.len());
        for (name, typ) in fields {
            let field = self.convert(typ)?;
            self.expect_kind(field, self.arena.star)?;
            is_open |= field.is_open;
            converted.push((name.clone(), field.typ));
        }
        Ok(Converted {
            typ: self.struct_of(converted)?,
            kind: self.arena.star,
            is_open,
        })
    }

    /// The struct with these fields, which have different names.
    pub(super) fn struct_of(&mut self, mut fields: Vec<(Name, Ty)>) -> Result<Ty> {
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.arena.add(Node::Struct(fields.into()))
    }

    fn expand(&mut self, reference: &Ref, args: &[Arc<Type>]) -> Result<Converted> {
        let synonym = self.synonym(reference)?;
        if synonym.params.len() != args.len() {
            return Err(Box::new(Fault::Arity {
                what: show_ref(reference),
                expected: synonym.params.len(),
                found: args.len(),
            }));
        }
        let mut is_open = false;
        let mut converted = Vec::with_capacity(args.len());
        for (arg, kind) in args.iter().zip(&synonym.params) {
            let arg = self.convert(arg)?;
            self.expect_kind(arg, *kind)?;
            is_open |= arg.is_open;
            converted.push(arg.typ);
        }
        Ok(Converted {
            typ: self.arena.open(synonym.body, &converted)?,
            kind: self.arena.star,
            is_open,
        })
    }
}

/// The first name that occurs twice.
pub(super) fn twice<'n>(names: impl Iterator<Item = &'n Name>) -> Option<String> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut names = names;
    names.find(|name| !seen.insert(*name)).map(Name::to_string)
}

fn kind_of(arena: &mut Arena, builtin: BuiltinType) -> Result<Kd> {
    use BuiltinType as B;
    let (star, nat) = (arena.star, arena.nat);
    let params: &[Kd] = match builtin {
        B::Unit
        | B::Bool
        | B::Int64
        | B::Date
        | B::Timestamp
        | B::Party
        | B::Text
        | B::Any
        | B::AnyException
        | B::TypeRep
        | B::FailureCategory => &[],
        B::Numeric => &[nat],
        B::ContractId | B::Optional | B::List | B::TextMap | B::Update => &[star],
        B::GenMap | B::Arrow => &[star, star],
    };
    kind_over(arena, params)
}

/// `k1 -> … -> *`
pub(super) fn kind_over(arena: &mut Arena, params: &[Kd]) -> Result<Kd> {
    let star = arena.star;
    let mut params = params.iter().rev();
    params.try_fold(star, |to, from| arena.add(Node::KindArrow(*from, to)))
}

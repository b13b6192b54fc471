//! Variables put in and taken out, and types taken from one arena to another.
//!
//! Each walk visits a type once however often it is shared, and leaves out what it cannot change.
//! Types of a few layers are walked again, which is faster than remembering them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::arena::{Arena, Node, Result, Ty, Variable};
use super::error::Fault;
use crate::lf::ast::{PackageIs, Ref};
use crate::lf::stack::with_room;
use crate::model::PackageId;

/// Types with more layers are remembered in a walk.
const SHALLOW: u32 = 4;

/// What a walk does with variables.
enum Change<'a> {
    /// The outermost loose binders get these types, the first argument for the outermost.
    Open(&'a [Ty]),
    /// These variables become bound, the first by the outermost binder. Ascending.
    Close(&'a [Variable]),
}

struct Walk<'a> {
    arena: &'a mut Arena,
    change: Change<'a>,
    done: FxHashMap<(Ty, u32), Ty>,
}

impl Arena {
    /// A type under as many binders as there are arguments, with the arguments for what they bind.
    /// Arguments have no loose variables.
    pub(super) fn open(&mut self, body: Ty, args: &[Ty]) -> Result<Ty> {
        Walk::new(self, Change::Open(args)).walk(body, 0)
    }

    /// A type with some variables made those of as many binders around it.
    pub(super) fn close(&mut self, body: Ty, variables: &[Variable]) -> Result<Ty> {
        Walk::new(self, Change::Close(variables)).walk(body, 0)
    }
}

impl<'a> Walk<'a> {
    fn new(arena: &'a mut Arena, change: Change<'a>) -> Self {
        Self {
            arena,
            change,
            done: FxHashMap::default(),
        }
    }

    fn is_unchanged(&self, typ: Ty, depth: u32) -> bool {
        let facts = self.arena.facts(typ);
        match self.change {
            Change::Open(_) => facts.loose <= depth,
            Change::Close(variables) => variables
                .first()
                .is_none_or(|first| facts.variables <= first.0),
        }
    }

    fn walk(&mut self, typ: Ty, depth: u32) -> Result<Ty> {
        if self.is_unchanged(typ, depth) {
            return Ok(typ);
        }
        if self.arena.facts(typ).depth <= SHALLOW {
            return self.change(typ, depth);
        }
        if let Some(done) = self.done.get(&(typ, depth)) {
            return Ok(*done);
        }
        let changed = with_room(|| self.change(typ, depth))?;
        self.done.insert((typ, depth), changed);
        Ok(changed)
    }

    fn change(&mut self, typ: Ty, depth: u32) -> Result<Ty> {
        match self.arena.node(typ) {
            Node::Var(variable) => self.variable(typ, *variable, depth),
            Node::Bound(index) => Ok(self.bound(typ, *index, depth)),
            Node::App(function, arg) => {
                let (function, arg) = (*function, *arg);
                let (function, arg) = (self.walk(function, depth)?, self.walk(arg, depth)?);
                self.arena.app(function, arg)
            }
            Node::Forall(kind, body) => {
                let (kind, body) = (*kind, *body);
                let body = self.walk(body, depth + 1)?;
                self.arena.add(Node::Forall(kind, body))
            }
            Node::Struct(fields) => {
                let fields = fields.clone();
                let fields = fields.iter();
                let fields = fields.map(|(name, typ)| Ok((name.clone(), self.walk(*typ, depth)?)));
                let fields = fields.collect::<Result<_>>()?;
                self.arena.add(Node::Struct(fields))
            }
            Node::Con(_)
            | Node::Builtin(_)
            | Node::Nat(_)
            | Node::KindStar
            | Node::KindNat
            | Node::KindArrow(..) => Ok(typ),
        }
    }

    fn variable(&mut self, typ: Ty, variable: Variable, depth: u32) -> Result<Ty> {
        let Change::Close(variables) = self.change else {
            return Ok(typ);
        };
        match variables
            .iter()
            .rev()
            .position(|closed| *closed == variable)
        {
            Some(inner) => {
                let inner = u32::try_from(inner).unwrap_or(u32::MAX);
                self.arena.add(Node::Bound(depth.saturating_add(inner)))
            }
            None => Ok(typ),
        }
    }

    fn bound(&self, typ: Ty, index: u32, depth: u32) -> Ty {
        let Change::Open(args) = self.change else {
            return typ;
        };
        let inner = index.checked_sub(depth).map(|inner| inner as usize);
        let arg = inner.and_then(|inner| args.iter().rev().nth(inner));
        arg.copied().unwrap_or(typ)
    }
}

/// Takes types of one package into the arena of another.
#[derive(Debug, Default)]
pub(super) struct Transfer {
    done: FxHashMap<Ty, Ty>,
}

impl Transfer {
    /// The same type in another arena; references of the package to itself get its id.
    pub(super) fn take(
        &mut self,
        from: &[Node],
        package: &PackageId,
        to: &mut Arena,
        typ: Ty,
    ) -> Result<Ty> {
        if let Some(done) = self.done.get(&typ) {
            return Ok(*done);
        }
        let missing = || {
            Box::new(Fault::Internal {
                what: "no such type",
            })
        };
        let node = from.get(typ.0 as usize).ok_or_else(missing)?.clone();
        let node = with_room(|| self.parts(from, package, to, node))?;
        let taken = to.add(node)?;
        self.done.insert(typ, taken);
        Ok(taken)
    }

    fn parts(
        &mut self,
        from: &[Node],
        package: &PackageId,
        to: &mut Arena,
        node: Node,
    ) -> Result<Node> {
        let mut take = |typ| self.take(from, package, to, typ);
        Ok(match node {
            Node::App(one, other) => Node::App(take(one)?, take(other)?),
            Node::KindArrow(one, other) => Node::KindArrow(take(one)?, take(other)?),
            Node::Forall(kind, body) => Node::Forall(take(kind)?, take(body)?),
            Node::Struct(fields) => Node::Struct(
                fields
                    .iter()
                    .map(|(name, typ)| Ok((name.clone(), take(*typ)?)))
                    .collect::<Result<_>>()?,
            ),
            Node::Con(con) => Node::Con(Arc::new(absolute(&con, package))),
            node @ (Node::Var(_)
            | Node::Bound(_)
            | Node::Builtin(_)
            | Node::Nat(_)
            | Node::KindStar
            | Node::KindNat) => node,
        })
    }
}

/// A reference as other packages write it.
pub(super) fn absolute(reference: &Ref, package: &PackageId) -> Ref {
    match reference.package {
        PackageIs::Other(_) => reference.clone(),
        PackageIs::This => Ref {
            package: PackageIs::Other(package.clone()),
            ..reference.clone()
        },
    }
}

//! Types in the words of the text form, for error messages.

use std::fmt::{self, Write as _};

use super::arena::{Arena, Node, Ty};
use crate::lf::ast::{PackageIs, Ref};

/// Nodes that are shown before the rest becomes `…`.
const SHOWN_NODES: usize = 200;

/// What stands around a type that is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    /// It is the left side of an arrow or the function of an application.
    Left,
    /// It is an argument.
    Argument,
}

struct Show<'a> {
    arena: &'a Arena,
    out: String,
    left: usize,
    /// Binders around.
    depth: u32,
}

impl Arena {
    /// A type or kind as text.
    pub(super) fn show(&self, typ: Ty) -> String {
        let mut show = Show {
            arena: self,
            out: String::new(),
            left: SHOWN_NODES,
            depth: 0,
        };
        // writing to a string does not fail
        let _ = show.typ(typ, Around::Nothing);
        show.out
    }
}

/// A reference as text, with the beginning of its package's id.
pub(super) fn show_ref(reference: &Ref) -> String {
    let Ref {
        package,
        module,
        name,
    } = reference;
    match package {
        PackageIs::This => format!("{module}:{name}"),
        PackageIs::Other(id) => {
            let short: String = id.as_str().chars().take(8).collect();
            format!("'{short}…':{module}:{name}")
        }
    }
}

impl Show<'_> {
    fn typ(&mut self, typ: Ty, around: Around) -> fmt::Result {
        let Some(left) = self.left.checked_sub(1) else {
            return self.out.write_str("…");
        };
        self.left = left;
        match self.arena.node(typ) {
            Node::Var(variable) => write!(self.out, "{}", self.arena.name_of(*variable)),
            Node::Bound(index) => match self.depth.checked_sub(index + 1) {
                Some(binder) => write!(self.out, "a{binder}"),
                None => write!(self.out, "p{}", index - self.depth),
            },
            Node::Con(con) => self.out.write_str(&show_ref(con)),
            Node::Builtin(builtin) => self.out.write_str(builtin.name()),
            Node::Nat(n) => write!(self.out, "{n}"),
            Node::KindStar => self.out.write_str("*"),
            Node::KindNat => self.out.write_str("nat"),
            Node::App(function, arg) => match self.arena.as_function(typ) {
                Some((from, to)) => self.arrow(from, to, around),
                None => self.application(*function, *arg, around),
            },
            Node::KindArrow(from, to) => self.arrow(*from, *to, around),
            Node::Forall(_, body) => self.forall(*body, around),
            Node::Struct(fields) => self.fields(fields),
        }
    }

    fn bracketed(
        &mut self,
        is: bool,
        inside: impl FnOnce(&mut Self) -> fmt::Result,
    ) -> fmt::Result {
        if is {
            self.out.push('(');
        }
        inside(self)?;
        if is {
            self.out.push(')');
        }
        Ok(())
    }

    fn arrow(&mut self, from: Ty, to: Ty, around: Around) -> fmt::Result {
        self.bracketed(around != Around::Nothing, |show| {
            show.typ(from, Around::Left)?;
            show.out.push_str(" -> ");
            show.typ(to, Around::Nothing)
        })
    }

    fn application(&mut self, function: Ty, arg: Ty, around: Around) -> fmt::Result {
        self.bracketed(around == Around::Argument, |show| {
            show.typ(function, Around::Left)?;
            show.out.push(' ');
            show.typ(arg, Around::Argument)
        })
    }

    fn forall(&mut self, body: Ty, around: Around) -> fmt::Result {
        self.bracketed(around != Around::Nothing, |show| {
            write!(show.out, "forall a{}. ", show.depth)?;
            show.depth += 1;
            show.typ(body, Around::Nothing)?;
            show.depth -= 1;
            Ok(())
        })
    }

    fn fields(&mut self, fields: &[(crate::model::Name, Ty)]) -> fmt::Result {
        self.out.push('<');
        for (index, (name, typ)) in fields.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(self.out, "{comma}{name} : ")?;
            self.typ(*typ, Around::Nothing)?;
        }
        self.out.push('>');
        Ok(())
    }
}

//! Case expressions: patterns that fit, alternatives of one type, nothing missed.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::arena::{Node, Result, Ty};
use super::checker::Checker;
use super::error::Fault;
use super::exports::Cons;
use super::lookup::no_member;
use super::show::show_ref;
use crate::lf::ast::{BuiltinCon, BuiltinType, CaseAlternative, Expr, Pattern, Ref};
use crate::model::Name;

/// What is taken apart.
struct Scrutinee {
    typ: Ty,
    form: Form,
}

enum Form {
    Data {
        con: Ty,
        args: Vec<Ty>,
        cons: Arc<Cons>,
    },
    Unit,
    Bool,
    List(Ty),
    Optional(Ty),
    /// Matched by a default only.
    Other,
}

/// What a pattern matches.
enum Matched {
    Everything,
    /// One of the scrutinee's cases.
    Case(usize),
}

/// Missing cases that are told.
const SHOWN: usize = 20;

/// Variables that a pattern binds.
type Bound<'p> = Vec<(&'p Name, Ty)>;

impl Checker<'_> {
    pub(super) fn case(
        &mut self,
        scrutinee: &Expr,
        alternatives: &[CaseAlternative],
    ) -> Result<Ty> {
        let typ = self.infer(scrutinee)?;
        let scrutinee = self.scrutinee(typ)?;
        let mut result = None;
        let mut seen = FxHashSet::default();
        let mut is_total = false;
        for CaseAlternative { pattern, body } in alternatives {
            let (matched, bound) = self.pattern(&scrutinee, pattern)?;
            let found = self.with_values(&bound, |it| it.infer(body))?;
            match result {
                None => result = Some(found),
                Some(first) => self.expect(first, found)?,
            }
            match matched {
                Matched::Everything => is_total = true,
                Matched::Case(case) => drop(seen.insert(case)),
            }
        }
        if !is_total && result.is_some() {
            self.exhausted(&scrutinee, &seen)?;
        }
        result.ok_or_else(|| Box::new(Fault::EmptyCase))
    }

    fn scrutinee(&mut self, typ: Ty) -> Result<Scrutinee> {
        let (head, args) = self.arena.spine(typ);
        let form = match (self.arena.node(head), &args[..]) {
            (Node::Con(con), _) => {
                let con = con.clone();
                let cons = self.cons(&con)?;
                let con = head;
                Form::Data { con, args, cons }
            }
            (Node::Builtin(BuiltinType::Unit), []) => Form::Unit,
            (Node::Builtin(BuiltinType::Bool), []) => Form::Bool,
            (Node::Builtin(BuiltinType::List), [element]) => Form::List(*element),
            (Node::Builtin(BuiltinType::Optional), [element]) => Form::Optional(*element),
            _ => Form::Other,
        };
        Ok(Scrutinee { typ, form })
    }

    fn pattern<'p>(
        &mut self,
        scrutinee: &Scrutinee,
        pattern: &'p Pattern,
    ) -> Result<(Matched, Bound<'p>)> {
        let none = Vec::new();
        let case = |case| Ok((Matched::Case(case), Vec::new()));
        match (&scrutinee.form, pattern) {
            (_, Pattern::Default) => Ok((Matched::Everything, none)),
            (Form::Unit, Pattern::Builtin(BuiltinCon::Unit))
            | (Form::Bool, Pattern::Builtin(BuiltinCon::False))
            | (Form::List(_), Pattern::Nil)
            | (Form::Optional(_), Pattern::None) => case(0),
            (Form::Bool, Pattern::Builtin(BuiltinCon::True)) => case(1),
            (Form::Optional(element), Pattern::Some { body }) => {
                Ok((Matched::Case(1), vec![(body, *element)]))
            }
            (Form::List(element), Pattern::Cons { head, tail }) => {
                if head == tail {
                    let name = head.to_string();
                    return Err(Box::new(Fault::ClashingVariables { name }));
                }
                let bound = vec![(head, *element), (tail, scrutinee.typ)];
                Ok((Matched::Case(1), bound))
            }
            (
                Form::Data { con, args, cons },
                Pattern::Variant {
                    tycon,
                    constructor,
                    binder,
                },
            ) => {
                let Cons::Variant(constructors) = &**cons else {
                    return Err(self.mismatch(scrutinee, tycon, constructor).into());
                };
                if !self.is_con(*con, tycon)? {
                    return Err(self.mismatch(scrutinee, tycon, constructor).into());
                }
                let unknown = || no_member("constructor", tycon, constructor);
                let place = constructors.place(constructor).ok_or_else(unknown)?;
                let arg = constructors.get(constructor).ok_or_else(unknown)?;
                let arg = self.arena.open(arg, args)?;
                Ok((Matched::Case(place), vec![(binder, arg)]))
            }
            (Form::Data { con, cons, .. }, Pattern::Enum { tycon, constructor }) => {
                let Cons::Enum(constructors) = &**cons else {
                    return Err(self.mismatch(scrutinee, tycon, constructor).into());
                };
                if !self.is_con(*con, tycon)? {
                    return Err(self.mismatch(scrutinee, tycon, constructor).into());
                }
                let place = constructors.place(constructor);
                let place = place.ok_or_else(|| no_member("constructor", tycon, constructor))?;
                case(place)
            }
            (_, pattern) => Err(self.no_pattern(scrutinee, words(pattern)).into()),
        }
    }

    fn is_con(&mut self, con: Ty, reference: &Ref) -> Result<bool> {
        Ok(self.head(reference)?.con == con)
    }

    fn mismatch(&self, scrutinee: &Scrutinee, tycon: &Ref, constructor: &Name) -> Fault {
        self.no_pattern(scrutinee, format!("{}:{constructor}", show_ref(tycon)))
    }

    fn no_pattern(&self, scrutinee: &Scrutinee, pattern: String) -> Fault {
        Fault::Pattern {
            pattern,
            scrutinee: self.arena.show(scrutinee.typ),
        }
    }

    /// All cases of the scrutinee must have been seen.
    fn exhausted(&self, scrutinee: &Scrutinee, seen: &FxHashSet<usize>) -> Result<()> {
        let cases = scrutinee.cases();
        if seen.len() >= cases {
            return Ok(());
        }
        let missing = (0..cases).filter(|case| !seen.contains(case));
        let missing: Vec<&str> = missing.take(SHOWN).map(|it| scrutinee.name(it)).collect();
        Err(Box::new(Fault::NotExhaustive {
            scrutinee: self.arena.show(scrutinee.typ),
            missing: missing.join(", "),
        }))
    }
}

impl Scrutinee {
    /// How many cases there are.
    fn cases(&self) -> usize {
        match &self.form {
            Form::Data { cons, .. } => match &**cons {
                Cons::Variant(all) => all.list.len(),
                Cons::Enum(all) => all.list.len(),
                Cons::Record(_) | Cons::Interface => 1,
            },
            Form::Unit | Form::Other => 1,
            Form::Bool | Form::List(_) | Form::Optional(_) => 2,
        }
    }

    /// One of the cases.
    fn name(&self, case: usize) -> &str {
        let words = match &self.form {
            Form::Data { cons, .. } => {
                let name = match &**cons {
                    Cons::Variant(all) => all.list.get(case).map(|(name, _)| name),
                    Cons::Enum(all) => all.list.get(case).map(|(name, ())| name),
                    Cons::Record(_) | Cons::Interface => None,
                };
                return name.map_or("_", Name::as_str);
            }
            Form::Unit => ["()", "_"],
            Form::Bool => ["False", "True"],
            Form::List(_) => ["Nil", "Cons"],
            Form::Optional(_) => ["None", "Some"],
            Form::Other => ["_", "_"],
        };
        words.get(case).copied().unwrap_or("_")
    }
}

fn words(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Default => "_".to_owned(),
        Pattern::Variant {
            tycon, constructor, ..
        }
        | Pattern::Enum { tycon, constructor } => {
            format!("{}:{constructor}", show_ref(tycon))
        }
        Pattern::Builtin(BuiltinCon::Unit) => "()".to_owned(),
        Pattern::Builtin(BuiltinCon::False) => "False".to_owned(),
        Pattern::Builtin(BuiltinCon::True) => "True".to_owned(),
        Pattern::Nil => "Nil".to_owned(),
        Pattern::Cons { .. } => "Cons".to_owned(),
        Pattern::None => "None".to_owned(),
        Pattern::Some { .. } => "Some".to_owned(),
    }
}

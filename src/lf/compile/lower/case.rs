//! `case`: patterns become branches by constructor.

use super::scope::Lowerer;
use crate::lf::ast::{BuiltinCon, CaseAlternative, Expr, Pattern, Ref};
use crate::lf::compile::Error;
use crate::lf::compile::ir::{Alternative, Binders, Branches, Case, Ir};
use crate::lf::signature::DataCons;
use crate::model::Name;

impl<'a> Lowerer<'_, 'a> {
    /// A `case`, for its value or to run the update that it chooses.
    pub(super) fn case(
        &mut self,
        scrutinee: &'a Expr,
        alternatives: &'a [CaseAlternative],
        run: bool,
    ) -> Result<Ir, Error> {
        let scrutinee = self.value(scrutinee)?;
        let branches = self.branches(alternatives)?;
        let alternatives = alternatives
            .iter()
            .map(|alternative| self.alternative(alternative, run))
            .collect::<Result<_, _>>()?;
        Ok(Ir::Case(Box::new(Case {
            scrutinee,
            branches,
            alternatives,
        })))
    }

    fn alternative(
        &mut self,
        alternative: &'a CaseAlternative,
        run: bool,
    ) -> Result<Alternative, Error> {
        let names: Vec<&Name> = match &alternative.pattern {
            Pattern::Variant { binder, .. } | Pattern::Some { body: binder } => vec![binder],
            Pattern::Cons { head, tail } => vec![head, tail],
            _ => Vec::new(),
        };
        let vars: Vec<_> = names.iter().map(|name| self.bind_name(name)).collect();
        let body = if run {
            self.run(&alternative.body)
        } else {
            self.value(&alternative.body)
        };
        for name in names.into_iter().rev() {
            self.unbind_name(name);
        }
        let binders = match vars[..] {
            [payload] => Binders::Payload(payload),
            [head, tail] => Binders::Cons(head, tail),
            _ => Binders::Nothing,
        };
        Ok(Alternative {
            binders,
            body: body?,
        })
    }

    /// The first alternative that matches each constructor.
    fn branches(&mut self, alternatives: &[CaseAlternative]) -> Result<Branches, Error> {
        let patterns = || alternatives.iter().map(|alternative| &alternative.pattern);
        let first = |fits: &dyn Fn(&Pattern) -> bool| {
            patterns().position(|p| matches!(p, Pattern::Default) || fits(p))
        };
        let telling = patterns().find(|pattern| !matches!(pattern, Pattern::Default));
        Ok(match telling {
            None => Branches::Always(first(&|_| false)),
            Some(Pattern::Builtin(BuiltinCon::Unit)) => {
                Branches::Always(first(&|p| matches!(p, Pattern::Builtin(_))))
            }
            Some(Pattern::Builtin(_)) => Branches::Bool(
                [BuiltinCon::True, BuiltinCon::False]
                    .map(|con| first(&|p| matches!(p, Pattern::Builtin(b) if *b == con))),
            ),
            Some(Pattern::Some { .. } | Pattern::None) => Branches::Optional([
                first(&|p| matches!(p, Pattern::Some { .. })),
                first(&|p| matches!(p, Pattern::None)),
            ]),
            Some(Pattern::Cons { .. } | Pattern::Nil) => Branches::List([
                first(&|p| matches!(p, Pattern::Cons { .. })),
                first(&|p| matches!(p, Pattern::Nil)),
            ]),
            Some(Pattern::Variant { tycon, .. } | Pattern::Enum { tycon, .. }) => {
                Branches::Ranks(self.ranks(tycon, alternatives)?)
            }
            Some(Pattern::Default) => return Err(Error::Internal("a default that tells")),
        })
    }

    /// The first alternative that matches, by the rank of the constructor.
    fn ranks(
        &mut self,
        tycon: &Ref,
        alternatives: &[CaseAlternative],
    ) -> Result<Vec<Option<usize>>, Error> {
        let (_, data_type) = self.compiler.data_type(tycon)?;
        let count = match &data_type.cons {
            DataCons::Variant(cons) => cons.len(),
            DataCons::Enum(names) => names.len(),
            DataCons::Record(_) | DataCons::Interface => {
                return Err(Error::IllTyped("a constructor pattern for a record"));
            }
        };
        self.compiler.charge_table(count)?;
        let (_, data_type) = self.compiler.data_type(tycon)?;
        let mut ways = vec![None; count];
        for (index, alternative) in alternatives.iter().enumerate() {
            let rank = match &alternative.pattern {
                Pattern::Default => {
                    for way in &mut ways {
                        *way = way.or(Some(index));
                    }
                    break;
                }
                Pattern::Variant { constructor, .. } | Pattern::Enum { constructor, .. } => {
                    data_type.rank(constructor)
                }
                _ => None,
            };
            if let Some(way) = rank.and_then(|rank| ways.get_mut(rank)) {
                *way = way.or(Some(index));
            }
        }
        Ok(ways)
    }
}

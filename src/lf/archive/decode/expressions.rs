//! Expressions.

use super::tables::{Decoder, entry};
use crate::lf::archive::fault::Fault;
use crate::lf::archive::message::{Body, Case, Message, View};
use crate::lf::archive::schema;
use crate::lf::archive::wire::zigzag;
use crate::lf::archive::{limits, numbers};
use crate::lf::ast::{Binding, CaseAlternative, Expr, Literal, Location, Pattern};
use crate::lf::limits::EXPRESSION_DEPTH_MAX;
use crate::lf::literals;
use crate::lf::stack::with_room;
use crate::model::{Name, Timestamp};

/// An expression's bytes and how deep in other expressions it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) body: Body<'a>,
    pub(super) level: u32,
    /// Entries of the table of expressions that it may refer to.
    pub(super) below: usize,
}

impl<'a> At<'a> {
    /// A message of this expression.
    pub(super) fn part(self, body: Body<'a>) -> Self {
        Self { body, ..self }
    }

    /// An expression inside this one.
    fn inside(self, body: Body<'a>) -> Self {
        Self {
            body,
            level: self.level + 1,
            ..self
        }
    }
}

impl<'a> Decoder<'a> {
    /// The expression of a definition.
    pub(super) fn expression(&self, body: Body<'a>) -> Result<Expr, Fault> {
        self.expr(At {
            body,
            level: 1,
            below: self.expressions.len(),
        })
    }

    fn expr(&self, at: At<'a>) -> Result<Expr, Fault> {
        with_room(|| self.located(at))
    }

    fn located(&self, at: At<'a>) -> Result<Expr, Fault> {
        self.count(at.level)?;
        let (case, location) = self.parts(at.body)?;
        let expr = self.case(case, at)?;
        Ok(match location {
            Some(location) => Expr::Located(location, Box::new(expr)),
            None => expr,
        })
    }

    fn parts(&self, body: Body<'a>) -> Result<(Case<'a>, Option<Box<Location>>), Fault> {
        let view = schema::EXPR.read(body, self.version)?;
        let location = match view.optional(1) {
            Some(location) => self.location(location)?.map(Box::new),
            None => None,
        };
        Ok((view.case()?, location))
    }

    fn count(&self, level: u32) -> Result<(), Fault> {
        if level > EXPRESSION_DEPTH_MAX {
            return Err(Fault::TooDeep {
                what: "an expression",
                max: EXPRESSION_DEPTH_MAX,
            });
        }
        let made = self.expressions_made.get() + 1;
        if made > limits::EXPRESSIONS_MAX {
            return Err(Fault::TooLarge {
                what: "the package",
                max: limits::EXPRESSIONS_MAX,
            });
        }
        self.expressions_made.set(made);
        Ok(())
    }

    fn case(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        match case.number {
            2 | 4 | 5 => self.atom(case),
            3 => self.reference(case.body()).map(Expr::Val),
            6 => self.literal(case.body()).map(Expr::Lit),
            7..=14 => self.data(case, at),
            15..=20 => self.binder(case, at),
            21 | 22 | 25 | 26 => self.list_or_optional(case, at),
            23 => self
                .update(at.part(case.body()))
                .map(|update| Expr::Update(Box::new(update))),
            27..=32 => self.any(case, at),
            44 => self.interned(case.int(), at),
            _ => self.on_interface(case, at),
        }
    }

    fn atom(&self, case: Case<'a>) -> Result<Expr, Fault> {
        Ok(match case.number {
            2 => Expr::Var(self.name(case.int())?),
            4 => Expr::Builtin(numbers::function(case.int(), self.version)?),
            _ => Expr::Con(numbers::constructor(case.int())?),
        })
    }

    /// An entry of the table refers to smaller ones only, so this ends.
    fn interned(&self, index: i32, at: At<'a>) -> Result<Expr, Fault> {
        let table = self.expressions.get(..at.below).unwrap_or_default();
        let body = *entry(table, index, "the table of expressions")?;
        if self.parts(body)?.0.number == 44 {
            return Err(Fault::Interning(
                "an entry of the table of expressions is nothing but another one",
            ));
        }
        // the same expression, not one inside it: the level stays
        self.expr(At {
            body,
            level: at.level,
            below: usize::try_from(index).unwrap_or_default(),
        })
    }

    /// Checks the message of a case.
    pub(super) fn view(&self, schema: &'static Message, case: Case<'a>) -> Result<View<'a>, Fault> {
        schema.read(case.body(), self.version)
    }

    /// The expression in a field that must be there.
    pub(super) fn inner(&self, view: &View<'a>, field: u32, at: At<'a>) -> Result<Expr, Fault> {
        self.inner_body(view.body(field)?, at)
    }

    /// The expression in a message.
    pub(super) fn inner_body(&self, body: Body<'a>, at: At<'a>) -> Result<Expr, Fault> {
        self.expr(at.inside(body))
    }

    /// The same on the heap.
    pub(super) fn boxed(
        &self,
        view: &View<'a>,
        field: u32,
        at: At<'a>,
    ) -> Result<Box<Expr>, Fault> {
        self.inner(view, field, at).map(Box::new)
    }

    /// The expressions of a repeated field that must not be empty.
    fn exprs(&self, view: &View<'a>, field: u32, at: At<'a>) -> Result<Vec<Expr>, Fault> {
        view.some(field)?
            .into_iter()
            .map(|body| self.expr(at.inside(body)))
            .collect()
    }

    /// Records, variants, enums and structs.
    fn data(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        match case.number {
            7 => {
                let view = self.view(&schema::RECORD_CON, case)?;
                Ok(Expr::RecordCon {
                    tycon: self.type_con_app(view.body(1)?)?,
                    fields: self.field_exprs(&view, 2, at)?,
                })
            }
            8 | 9 => self.record_access(case, at),
            10 => {
                let view = self.view(&schema::VARIANT_CON, case)?;
                Ok(Expr::VariantCon {
                    tycon: self.type_con_app(view.body(1)?)?,
                    constructor: self.name(view.int(2))?,
                    arg: self.boxed(&view, 3, at)?,
                })
            }
            11 => {
                let view = self.view(&schema::ENUM_CON, case)?;
                Ok(Expr::EnumCon {
                    tycon: self.reference(view.body(1)?)?,
                    constructor: self.name(view.int(2))?,
                })
            }
            _ => self.structure_expr(case, at),
        }
    }

    fn record_access(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        if case.number == 8 {
            let view = self.view(&schema::RECORD_PROJ, case)?;
            return Ok(Expr::RecordProj {
                tycon: self.type_con_app(view.body(1)?)?,
                field: self.name(view.int(4))?,
                record: self.boxed(&view, 3, at)?,
            });
        }
        let view = self.view(&schema::RECORD_UPDATE, case)?;
        Ok(Expr::RecordUpdate {
            tycon: self.type_con_app(view.body(1)?)?,
            field: self.name(view.int(2))?,
            record: self.boxed(&view, 3, at)?,
            update: self.boxed(&view, 4, at)?,
        })
    }

    fn structure_expr(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        match case.number {
            12 => {
                let view = self.view(&schema::STRUCT_CON, case)?;
                Ok(Expr::StructCon {
                    fields: self.field_exprs(&view, 1, at)?,
                })
            }
            13 => {
                let view = self.view(&schema::STRUCT_PROJ, case)?;
                Ok(Expr::StructProj {
                    field: self.name(view.int(1))?,
                    strukt: self.boxed(&view, 2, at)?,
                })
            }
            _ => {
                let view = self.view(&schema::STRUCT_UPDATE, case)?;
                Ok(Expr::StructUpdate {
                    field: self.name(view.int(1))?,
                    strukt: self.boxed(&view, 2, at)?,
                    update: self.boxed(&view, 3, at)?,
                })
            }
        }
    }

    fn field_exprs(
        &self,
        view: &View<'a>,
        field: u32,
        at: At<'a>,
    ) -> Result<Vec<(Name, Expr)>, Fault> {
        view.many(field)
            .map(|body| {
                let view = schema::FIELD_WITH_EXPR.read(body, self.version)?;
                Ok((self.name(view.int(3))?, self.inner(&view, 2, at)?))
            })
            .collect()
    }

    /// Applications, abstractions, `case` and `let`.
    fn binder(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        match case.number {
            15 => {
                let view = self.view(&schema::APP, case)?;
                let function = self.inner(&view, 1, at)?;
                Ok(self.applied_to(function, self.exprs(&view, 2, at)?))
            }
            16 => {
                let view = self.view(&schema::TY_APP, case)?;
                let types = view.some(2)?;
                self.check_single("the type arguments of an application", types.len())?;
                let expr = self.inner(&view, 1, at)?;
                Ok(self.applied_to_types(expr, self.types(types)?))
            }
            17 => {
                let view = self.view(&schema::ABS, case)?;
                let params = self.some_params(&view)?;
                let params = params.into_iter().map(|param| self.name_and_type(param));
                let params = params.collect::<Result<_, _>>()?;
                Ok(self.abstracted(params, self.inner(&view, 2, at)?))
            }
            18 => {
                let view = self.view(&schema::TY_ABS, case)?;
                let params = self.type_params(self.some_params(&view)?)?;
                Ok(self.type_abstracted(params, self.inner(&view, 2, at)?))
            }
            19 => {
                let view = self.view(&schema::CASE, case)?;
                Ok(Expr::Case {
                    scrutinee: self.boxed(&view, 1, at)?,
                    alternatives: view
                        .many(2)
                        .map(|body| self.alternative(at.part(body)))
                        .collect::<Result<_, _>>()?,
                })
            }
            _ => {
                let (bindings, body) = self.block(at.part(case.body()))?;
                let body = Box::new(body);
                Ok(Expr::Let { bindings, body })
            }
        }
    }

    fn some_params(&self, view: &View<'a>) -> Result<Vec<Body<'a>>, Fault> {
        let params = view.some(1)?;
        self.check_single("the parameters of an abstraction", params.len())?;
        Ok(params)
    }

    /// The bindings and the body of a `let` or of an update block.
    pub(super) fn block(&self, at: At<'a>) -> Result<(Vec<Binding>, Expr), Fault> {
        let view = schema::BLOCK.read(at.body, self.version)?;
        let bindings = view
            .some(1)?
            .into_iter()
            .map(|body| {
                let view = schema::BINDING.read(body, self.version)?;
                let (name, typ) = self.name_and_type(view.body(1)?)?;
                let bound = self.inner(&view, 2, at)?;
                Ok(Binding { name, typ, bound })
            })
            .collect::<Result<_, Fault>>()?;
        Ok((bindings, self.inner(&view, 2, at)?))
    }

    fn alternative(&self, at: At<'a>) -> Result<CaseAlternative, Fault> {
        let view = schema::ALTERNATIVE.read(at.body, self.version)?;
        Ok(CaseAlternative {
            pattern: self.pattern(view.case()?)?,
            body: self.inner(&view, 1, at)?,
        })
    }

    fn pattern(&self, case: Case<'a>) -> Result<Pattern, Fault> {
        Ok(match case.number {
            2 => Pattern::Default,
            3 => {
                let view = self.view(&schema::VARIANT_PATTERN, case)?;
                Pattern::Variant {
                    tycon: self.reference(view.body(1)?)?,
                    constructor: self.name(view.int(2))?,
                    binder: self.name(view.int(3))?,
                }
            }
            4 => Pattern::Builtin(numbers::constructor(case.int())?),
            5 => Pattern::Nil,
            6 => {
                let view = self.view(&schema::CONS_PATTERN, case)?;
                Pattern::Cons {
                    head: self.name(view.int(1))?,
                    tail: self.name(view.int(2))?,
                }
            }
            7 => Pattern::None,
            8 => {
                let view = self.view(&schema::SOME_PATTERN, case)?;
                Pattern::Some {
                    body: self.name(view.int(1))?,
                }
            }
            _ => {
                let view = self.view(&schema::ENUM_PATTERN, case)?;
                Pattern::Enum {
                    tycon: self.reference(view.body(1)?)?,
                    constructor: self.name(view.int(2))?,
                }
            }
        })
    }

    fn list_or_optional(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        if matches!(case.number, 21 | 25) {
            let element = self.typ(self.view(&schema::TYPE_ONLY, case)?.body(1)?)?;
            return Ok(match case.number {
                21 => Expr::Nil(element),
                _ => Expr::None(element),
            });
        }
        let schema = match case.number {
            22 => &schema::CONS,
            _ => &schema::TYPED,
        };
        let view = self.view(schema, case)?;
        let element = self.typ(view.body(1)?)?;
        if case.number == 26 {
            let value = self.boxed(&view, 2, at)?;
            return Ok(Expr::Some { element, value });
        }
        Ok(Expr::Cons {
            element,
            front: self.exprs(&view, 2, at)?,
            tail: self.boxed(&view, 3, at)?,
        })
    }

    /// `Any`, type representations and exceptions.
    fn any(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        match case.number {
            29 => return self.typ(case.body()).map(Expr::TypeRep),
            32 => {
                let view = self.view(&schema::THROW, case)?;
                return Ok(Expr::Throw {
                    result: self.typ(view.body(1)?)?,
                    exception_type: self.typ(view.body(2)?)?,
                    exception: self.boxed(&view, 3, at)?,
                });
            }
            _ => {}
        }
        let view = self.view(&schema::TYPED, case)?;
        let typ = self.typ(view.body(1)?)?;
        let expr = self.boxed(&view, 2, at)?;
        Ok(match case.number {
            27 => Expr::ToAny { typ, expr },
            28 => Expr::FromAny { typ, expr },
            30 => Expr::ToAnyException { typ, expr },
            _ => Expr::FromAnyException { typ, expr },
        })
    }

    fn literal(&self, body: Body<'a>) -> Result<Literal, Fault> {
        let case = schema::LITERAL.read(body, self.version)?.case()?;
        Ok(match case.number {
            1 => Literal::Int64(zigzag(case.raw())),
            2 => {
                let micros = case.raw().cast_signed();
                let time = Timestamp::from_micros(micros);
                Literal::Timestamp(
                    time.map_err(|_| Fault::literal("timestamp", &micros))?
                        .micros(),
                )
            }
            3 => {
                let text = self.text(case.int())?;
                if !literals::is_numeric(&text) {
                    return Err(Fault::literal("numeric", &*text));
                }
                Literal::Numeric(text)
            }
            4 => Literal::Text(self.text(case.int())?),
            5 => {
                if !literals::is_date(case.int()) {
                    return Err(Fault::literal("date", &case.int()));
                }
                Literal::Date(case.int())
            }
            _ => Literal::FailureCategory(numbers::category(case.int())?),
        })
    }
}

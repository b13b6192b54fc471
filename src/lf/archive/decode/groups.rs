//! Applications and abstractions in groups.
//!
//! In LF 2.1 an archive has one message for a function with all its arguments, or for all parameters
//! of an abstraction. From 2.2 on it has one message for each; here they become one group again, so
//! that the tree has the same shape in all versions.

use std::sync::Arc;

use super::tables::Decoder;
use crate::lf::ast::{Expr, Kind, LanguageVersion, Type};
use crate::model::Name;

impl Decoder<'_> {
    fn groups(&self) -> bool {
        self.version >= LanguageVersion::V2_2
    }

    pub(super) fn applied_to(&self, function: Expr, mut more: Vec<Expr>) -> Expr {
        match function {
            Expr::App { function, mut args } if self.groups() => {
                args.append(&mut more);
                Expr::App { function, args }
            }
            _ => Expr::App {
                function: Box::new(function),
                args: more,
            },
        }
    }

    pub(super) fn applied_to_types(&self, expr: Expr, mut more: Vec<Arc<Type>>) -> Expr {
        match expr {
            Expr::TypeApp { expr, mut types } if self.groups() => {
                types.append(&mut more);
                Expr::TypeApp { expr, types }
            }
            _ => Expr::TypeApp {
                expr: Box::new(expr),
                types: more,
            },
        }
    }

    pub(super) fn abstracted(&self, mut first: Vec<(Name, Arc<Type>)>, body: Expr) -> Expr {
        match body {
            Expr::Abs { mut params, body } if self.groups() => {
                first.append(&mut params);
                Expr::Abs {
                    params: first,
                    body,
                }
            }
            _ => Expr::Abs {
                params: first,
                body: Box::new(body),
            },
        }
    }

    pub(super) fn type_abstracted(&self, mut first: Vec<(Name, Arc<Kind>)>, body: Expr) -> Expr {
        match body {
            Expr::TypeAbs { mut params, body } if self.groups() => {
                first.append(&mut params);
                Expr::TypeAbs {
                    params: first,
                    body,
                }
            }
            _ => Expr::TypeAbs {
                params: first,
                body: Box::new(body),
            },
        }
    }
}

//! Uses of values and calls of functions: their arguments are made from their types.

use std::sync::Arc;

use crate::lf::ast::{
    BuiltinCon, BuiltinFunction, BuiltinType, CaseAlternative, DataCons, DefDataType, DefValue,
    Expr, Kind, Literal, Module, Package, PackageIs, Pattern, Ref, Type, TypeConApp, Update,
};
use crate::lf::stack::with_room;
use crate::model::{DottedName, Name};

/// How the names of the values begin that are added.
pub(super) const CALL: &str = "$call";

/// How deep recursive types go.
const DEPTH_MAX: usize = 6;

/// Adds a use of each value of a package, which is a call if it is a function. Those are left out for
/// whose arguments none are made.
pub(super) fn add_calls(package: &mut Package) {
    for place in 0..package.modules.len() {
        let calls = calls(package, &package.modules[place]);
        package.modules[place].values.extend(calls);
    }
}

fn calls(package: &Package, module: &Module) -> Vec<DefValue> {
    let called = module.values.iter().filter_map(|value| {
        let of = Ref {
            package: PackageIs::This,
            module: module.name.clone(),
            name: value.name.clone(),
        };
        call(package, of, &value.typ)
    });
    let named = called.enumerate().map(|(number, expr)| DefValue {
        name: DottedName::parse(&format!("{CALL}{number}")).unwrap(),
        typ: builtin(BuiltinType::Unit),
        expr,
        location: None,
    });
    named.collect()
}

/// A use of a value whose result is thrown away.
fn call(package: &Package, of: Ref, typ: &Type) -> Option<Expr> {
    let mut typ = typ.clone();
    let mut expr = Expr::Val(of);
    loop {
        if let Type::Forall(name, kind, body) = &typ {
            let arg = match **kind {
                Kind::Star => builtin(BuiltinType::Int64),
                Kind::Nat => Arc::new(Type::Nat(10)),
                Kind::Arrow(..) => return None,
            };
            expr = Expr::TypeApp {
                expr: Box::new(expr),
                types: vec![arg.clone()],
            };
            typ = substitute(body, &[(name.clone(), arg)]);
        } else if let Some((from, to)) = arrow(&typ) {
            expr = Expr::App {
                function: Box::new(expr),
                args: vec![inhabitant(package, from, 0)?],
            };
            typ = (**to).clone();
        } else {
            break;
        }
    }
    Some(Expr::Case {
        scrutinee: Box::new(expr),
        alternatives: vec![CaseAlternative {
            pattern: Pattern::Default,
            body: Expr::Con(BuiltinCon::Unit),
        }],
    })
}

fn builtin(builtin: BuiltinType) -> Arc<Type> {
    Arc::new(Type::Builtin(builtin))
}

fn arrow(typ: &Type) -> Option<(&Arc<Type>, &Arc<Type>)> {
    let Type::App(left, to) = typ else {
        return None;
    };
    match &**left {
        Type::App(arrow, from) if **arrow == Type::Builtin(BuiltinType::Arrow) => Some((from, to)),
        _ => None,
    }
}

/// A type with others for its variables. Those are closed.
fn substitute(typ: &Type, by: &[(Name, Arc<Type>)]) -> Type {
    let inner = |typ: &Arc<Type>| Arc::new(with_room(|| substitute(typ, by)));
    match typ {
        Type::Var(name) => match by.iter().rev().find(|(one, _)| one == name) {
            Some((_, found)) => (**found).clone(),
            None => typ.clone(),
        },
        Type::App(one, other) => Type::App(inner(one), inner(other)),
        Type::Synonym(of, args) => Type::Synonym(of.clone(), args.iter().map(inner).collect()),
        Type::Struct(fields) => {
            let fields = fields.iter();
            Type::Struct(
                fields
                    .map(|(name, typ)| (name.clone(), inner(typ)))
                    .collect(),
            )
        }
        Type::Forall(name, kind, body) => {
            let mut by = by.to_vec();
            by.push((name.clone(), Arc::new(Type::Var(name.clone()))));
            Type::Forall(name.clone(), kind.clone(), Arc::new(substitute(body, &by)))
        }
        Type::Con(_) | Type::Builtin(_) | Type::Nat(_) => typ.clone(),
    }
}

fn inhabitant(package: &Package, typ: &Type, depth: usize) -> Option<Expr> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut args = Vec::new();
    let mut head = typ;
    while let Type::App(function, arg) = head {
        args.push(arg.clone());
        head = function;
    }
    args.reverse();
    match head {
        Type::Builtin(builtin) => of_builtin(package, *builtin, &args, depth),
        Type::Con(con) => of_data(package, con, args, depth),
        Type::Struct(fields) => {
            let fields = fields.iter();
            let fields = fields
                .map(|(name, typ)| Some((name.clone(), inhabitant(package, typ, depth + 1)?)));
            Some(Expr::StructCon {
                fields: fields.collect::<Option<_>>()?,
            })
        }
        Type::Var(_) | Type::Synonym(..) | Type::App(..) | Type::Forall(..) | Type::Nat(_) => None,
    }
}

fn of_builtin(
    package: &Package,
    builtin: BuiltinType,
    args: &[Arc<Type>],
    depth: usize,
) -> Option<Expr> {
    use BuiltinType as B;
    let inner = |typ: &Type| inhabitant(package, typ, depth + 1);
    Some(match (builtin, args) {
        (B::Unit, []) => Expr::Con(BuiltinCon::Unit),
        (B::Bool, []) => Expr::Con(BuiltinCon::True),
        (B::Int64, []) => Expr::Lit(Literal::Int64(3)),
        (B::Text, []) => Expr::Lit(Literal::Text("b1".into())),
        (B::Date, []) => Expr::Lit(Literal::Date(20_000)),
        (B::Timestamp, []) => Expr::Lit(Literal::Timestamp(1)),
        (B::Party, []) => party(),
        (B::Numeric, [scale]) => match **scale {
            Type::Nat(scale) => {
                let digits = "5".repeat(usize::from(scale));
                Expr::Lit(Literal::Numeric(format!("1.{digits}").into()))
            }
            _ => return None,
        },
        (B::List, [of]) => Expr::Cons {
            element: of.clone(),
            front: vec![inner(of)?],
            tail: Box::new(Expr::Nil(of.clone())),
        },
        (B::Optional, [of]) => match inner(of) {
            Some(value) => Expr::Some {
                element: of.clone(),
                value: Box::new(value),
            },
            None => Expr::None(of.clone()),
        },
        (B::TextMap, [_]) => Expr::TypeApp {
            expr: Box::new(Expr::Builtin(BuiltinFunction::TextMapEmpty)),
            types: args.to_vec(),
        },
        (B::GenMap, [_, _]) => Expr::TypeApp {
            expr: Box::new(Expr::Builtin(BuiltinFunction::GenMapEmpty)),
            types: args.to_vec(),
        },
        (B::Arrow, [from, to]) => Expr::Abs {
            params: vec![(Name::literal("x"), from.clone())],
            body: Box::new(inner(to)?),
        },
        (B::Update, [of]) => Expr::Update(Box::new(Update::Pure {
            typ: of.clone(),
            expr: inner(of)?,
        })),
        _ => return None,
    })
}

/// There is no literal for parties.
fn party() -> Expr {
    let text = Expr::Lit(Literal::Text("alice".into()));
    let error = Expr::App {
        function: Box::new(Expr::TypeApp {
            expr: Box::new(Expr::Builtin(BuiltinFunction::Error)),
            types: vec![builtin(BuiltinType::Party)],
        }),
        args: vec![text.clone()],
    };
    let alternatives = vec![
        CaseAlternative {
            pattern: Pattern::Some {
                body: Name::literal("p"),
            },
            body: Expr::Var(Name::literal("p")),
        },
        CaseAlternative {
            pattern: Pattern::None,
            body: error,
        },
    ];
    Expr::Case {
        scrutinee: Box::new(Expr::App {
            function: Box::new(Expr::Builtin(BuiltinFunction::TextToParty)),
            args: vec![text],
        }),
        alternatives,
    }
}

fn data<'p>(package: &'p Package, con: &Ref) -> Option<&'p DefDataType> {
    if con.package != PackageIs::This {
        return None;
    }
    let module = package.modules.iter().find(|it| it.name == con.module)?;
    module.data_types.iter().find(|it| it.name == con.name)
}

fn of_data(package: &Package, con: &Ref, args: Vec<Arc<Type>>, depth: usize) -> Option<Expr> {
    let data = data(package, con)?;
    let names = data.params.iter().map(|(name, _)| name.clone());
    let by: Vec<(Name, Arc<Type>)> = names.zip(args.iter().cloned()).collect();
    let inner = |typ: &Type| inhabitant(package, &substitute(typ, &by), depth + 1);
    let con = con.clone();
    Some(match &data.cons {
        DataCons::Record(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, typ)| Some((name.clone(), inner(typ)?)));
            Expr::RecordCon {
                fields: fields.collect::<Option<_>>()?,
                tycon: TypeConApp { con, args },
            }
        }
        DataCons::Variant(constructors) => {
            let mut found = constructors.iter();
            let found = found.find_map(|(name, typ)| Some((name.clone(), inner(typ)?)));
            let (constructor, arg) = found?;
            Expr::VariantCon {
                tycon: TypeConApp { con, args },
                constructor,
                arg: Box::new(arg),
            }
        }
        DataCons::Enum(constructors) => Expr::EnumCon {
            tycon: con,
            constructor: constructors.first()?.clone(),
        },
        DataCons::Interface => return None,
    })
}

//! Kinds and types.

use std::sync::Arc;

use super::tables::{Decoder, entry};
use crate::lf::archive::fault::Fault;
use crate::lf::archive::message::{Body, Message, View};
use crate::lf::archive::schema;
use crate::lf::archive::wire::zigzag;
use crate::lf::archive::{limits, numbers};
use crate::lf::ast::{Kind, LanguageVersion, Ref, Type, TypeConApp};
use crate::lf::distinct;
use crate::lf::limits::TYPE_DEPTH_MAX;
use crate::lf::literals::SCALE_MAX;
use crate::lf::stack::with_room;
use crate::model::Name;

/// A kind or type with its size, shared parts counted as often as they are used.
#[derive(Debug)]
pub(super) struct Measured<T> {
    /// The kind or type.
    pub(super) tree: Arc<T>,
    depth: u32,
    size: u64,
}

// by hand, since the tree need not be `Clone`
impl<T> Clone for Measured<T> {
    fn clone(&self) -> Self {
        Self {
            tree: Arc::clone(&self.tree),
            ..*self
        }
    }
}

impl<T> Measured<T> {
    fn leaf(tree: T) -> Self {
        Self {
            tree: Arc::new(tree),
            depth: 1,
            size: 1,
        }
    }

    /// A node above others; refused when it gets too deep or too large.
    fn node(tree: T, parts: impl IntoIterator<Item = (u32, u64)>) -> Result<Self, Fault> {
        let (mut depth, mut size) = (0, 1u64);
        for (part_depth, part_size) in parts {
            depth = part_depth.max(depth);
            size = size.saturating_add(part_size);
        }
        let measured = Self {
            tree: Arc::new(tree),
            depth: depth + 1,
            size,
        };
        if measured.depth > TYPE_DEPTH_MAX {
            return Err(Fault::TooDeep {
                what: "a type",
                max: TYPE_DEPTH_MAX,
            });
        }
        if measured.size > limits::TYPE_SIZE_MAX {
            return Err(Fault::TooLarge {
                what: "a type",
                max: limits::TYPE_SIZE_MAX,
            });
        }
        Ok(measured)
    }

    fn extent(&self) -> (u32, u64) {
        (self.depth, self.size)
    }
}

impl<'a> Decoder<'a> {
    /// An entry of the table of kinds.
    pub(super) fn kind_entry(&self, body: Body<'a>) -> Result<Measured<Kind>, Fault> {
        if schema::KIND.read(body, self.version)?.case()?.number == 4 {
            return Err(Fault::Interning(
                "an entry of the table of kinds is nothing but another one",
            ));
        }
        self.measured_kind(body)
    }

    fn measured_kind(&self, body: Body<'a>) -> Result<Measured<Kind>, Fault> {
        with_room(|| self.kind_node(body))
    }

    fn kind_node(&self, body: Body<'a>) -> Result<Measured<Kind>, Fault> {
        let case = schema::KIND.read(body, self.version)?.case()?;
        match case.number {
            1 => Ok(Measured::leaf(Kind::Star)),
            3 => Ok(Measured::leaf(Kind::Nat)),
            4 => entry(&self.kinds, case.int(), "the table of kinds").cloned(),
            _ => {
                let arrow = schema::KIND_ARROW.read(case.body(), self.version)?;
                let params = arrow.some(1)?;
                self.check_single("parameters of a kind", params.len())?;
                let mut kind = self.measured_kind(arrow.body(2)?)?;
                for param in params.into_iter().rev() {
                    let param = self.measured_kind(param)?;
                    let parts = [param.extent(), kind.extent()];
                    kind = Measured::node(Kind::Arrow(param.tree, kind.tree), parts)?;
                }
                Ok(kind)
            }
        }
    }

    /// A kind outside of the table.
    pub(super) fn kind(&self, body: Body<'a>) -> Result<Arc<Kind>, Fault> {
        Ok(self.measured_kind(body)?.tree)
    }

    /// Type parameters with their kinds.
    pub(super) fn type_params(
        &self,
        bodies: impl IntoIterator<Item = Body<'a>>,
    ) -> Result<Vec<(Name, Arc<Kind>)>, Fault> {
        bodies
            .into_iter()
            .map(|body| {
                let view = schema::NAME_AND_KIND.read(body, self.version)?;
                Ok((self.name(view.int(3))?, self.kind(view.body(2)?)?))
            })
            .collect()
    }

    /// A type outside of the table: always a reference into it.
    pub(super) fn typ(&self, body: Body<'a>) -> Result<Arc<Type>, Fault> {
        let case = schema::TYPE.read(body, self.version)?.case()?;
        if case.number != 8 {
            return Err(Fault::Interning(
                "a type stands outside of the table of types",
            ));
        }
        let entry = entry(&self.types, case.int(), "the table of types")?;
        Ok(Arc::clone(&entry.tree))
    }

    /// Types outside of the table.
    pub(super) fn types(
        &self,
        bodies: impl IntoIterator<Item = Body<'a>>,
    ) -> Result<Vec<Arc<Type>>, Fault> {
        bodies.into_iter().map(|body| self.typ(body)).collect()
    }

    /// A type constructor with arguments outside of the table.
    pub(super) fn type_con_app(&self, body: Body<'a>) -> Result<TypeConApp, Fault> {
        let view = schema::TYPE_CON.read(body, self.version)?;
        Ok(TypeConApp {
            con: self.reference(view.body(1)?)?,
            args: self.types(view.many(2))?,
        })
    }

    /// The qualified name of a type constructor, type synonym or value. The same few occur again and
    /// again, so they are known by their bytes.
    pub(super) fn reference(&self, body: Body<'a>) -> Result<Ref, Fault> {
        if let Some(known) = self.references.borrow().get(body.bytes) {
            return Ok(known.clone());
        }
        let view = schema::REF.read(body, self.version)?;
        let (package, module) = self.module_ref(view.body(1)?)?;
        let reference = Ref {
            package,
            module,
            name: self.dotted_name(view.int(2))?,
        };
        let mut references = self.references.borrow_mut();
        references.insert(body.bytes, reference.clone());
        Ok(reference)
    }

    /// An entry of the table of types.
    pub(super) fn type_entry(&self, body: Body<'a>) -> Result<Measured<Type>, Fault> {
        if schema::TYPE.read(body, self.version)?.case()?.number == 8 {
            return Err(Fault::Interning(
                "an entry of the table of types is nothing but another one",
            ));
        }
        self.measured_type(body)
    }

    /// A type inside the table; references go to smaller indices, since larger ones aren't there yet.
    fn measured_type(&self, body: Body<'a>) -> Result<Measured<Type>, Fault> {
        with_room(|| self.type_node(body))
    }

    fn type_node(&self, body: Body<'a>) -> Result<Measured<Type>, Fault> {
        let case = schema::TYPE.read(body, self.version)?.case()?;
        let read = |message: &'static Message| message.read(case.body(), self.version);
        match case.number {
            1 => {
                let view = read(&schema::TYPE_VAR)?;
                self.applied(Type::Var(self.name(view.int(3))?), &view)
            }
            2 => {
                let view = read(&schema::TYPE_CON)?;
                self.applied(Type::Con(self.reference(view.body(1)?)?), &view)
            }
            3 => {
                let view = read(&schema::TYPE_BUILTIN)?;
                let builtin = numbers::builtin_type(view.int(1))?;
                self.applied(Type::Builtin(builtin), &view)
            }
            4 => self.forall(&read(&schema::TYPE_FORALL)?),
            5 => self.structure(&read(&schema::TYPE_STRUCT)?),
            6 => scale(zigzag(case.raw())).map(|scale| Measured::leaf(Type::Nat(scale))),
            7 => {
                let view = read(&schema::TYPE_CON)?;
                let args = self.measured_types(&view)?;
                let parts: Vec<_> = args.iter().map(Measured::extent).collect();
                let args = args.into_iter().map(|arg| arg.tree).collect();
                Measured::node(Type::Synonym(self.reference(view.body(1)?)?, args), parts)
            }
            8 => entry(&self.types, case.int(), "the table of types so far").cloned(),
            _ => {
                let view = read(&schema::TYPE_APP)?;
                let function = self.measured_type(view.body(1)?)?;
                let arg = self.measured_type(view.body(2)?)?;
                apply(function, arg)
            }
        }
    }

    fn measured_types(&self, view: &View<'a>) -> Result<Vec<Measured<Type>>, Fault> {
        view.many(2).map(|arg| self.measured_type(arg)).collect()
    }

    /// A type applied to arguments; from 2.2 on there are none here.
    fn applied(&self, head: Type, view: &View<'a>) -> Result<Measured<Type>, Fault> {
        let args = self.measured_types(view)?;
        if self.version >= LanguageVersion::V2_2 && !args.is_empty() {
            return Err(Fault::Flattened {
                what: "the arguments of a type",
                count: args.len(),
                version: self.version,
            });
        }
        args.into_iter().try_fold(Measured::leaf(head), apply)
    }

    fn forall(&self, view: &View<'a>) -> Result<Measured<Type>, Fault> {
        let vars = view.some(1)?;
        self.check_single("the variables of a forall", vars.len())?;
        let mut typ = self.measured_type(view.body(2)?)?;
        for var in vars.into_iter().rev() {
            let view = schema::NAME_AND_KIND.read(var, self.version)?;
            let name = self.name(view.int(3))?;
            let kind = self.measured_kind(view.body(2)?)?;
            let parts = [kind.extent(), typ.extent()];
            typ = Measured::node(Type::Forall(name, kind.tree, typ.tree), parts)?;
        }
        Ok(typ)
    }

    fn structure(&self, view: &View<'a>) -> Result<Measured<Type>, Fault> {
        let (mut fields, mut parts) = (Vec::<(Name, Arc<Type>)>::new(), Vec::new());
        for field in view.some(1)? {
            let view = schema::NAME_AND_TYPE.read(field, self.version)?;
            let name = self.name(view.int(3))?;
            let typ = self.measured_type(view.body(2)?)?;
            parts.push(typ.extent());
            fields.push((name, typ.tree));
        }
        distinct::check("field of a struct", fields.iter().map(|(name, _)| name))?;
        Measured::node(Type::Struct(fields), parts)
    }

    /// From 2.2 on, lists of parameters have exactly one element.
    pub(super) fn check_single(&self, what: &'static str, count: usize) -> Result<(), Fault> {
        if self.version >= LanguageVersion::V2_2 && count != 1 {
            return Err(Fault::Flattened {
                what,
                count,
                version: self.version,
            });
        }
        Ok(())
    }
}

fn apply(function: Measured<Type>, arg: Measured<Type>) -> Result<Measured<Type>, Fault> {
    let parts = [function.extent(), arg.extent()];
    Measured::node(Type::App(function.tree, arg.tree), parts)
}

fn scale(number: i64) -> Result<u8, Fault> {
    u8::try_from(number)
        .ok()
        .filter(|scale| *scale <= SCALE_MAX)
        .ok_or_else(|| Fault::Literal {
            what: "scale of a numeric (0 to 37)",
            text: number.to_string(),
        })
}

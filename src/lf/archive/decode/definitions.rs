//! Modules and what they define.

use std::sync::Arc;

use super::tables::Decoder;
use crate::lf::archive::error::{Error, Place};
use crate::lf::archive::fault::Fault;
use crate::lf::archive::message::{Body, Message, View};
use crate::lf::archive::schema;
use crate::lf::ast::{
    Choice, DataCons, DefDataType, DefException, DefInterface, DefTemplate, DefTypeSynonym,
    DefValue, Expr, FeatureFlags, InterfaceInstance, InterfaceMethod, Location, Module,
    TemplateKey, Type,
};
use crate::model::{DottedName, ModuleName, Name};

/// A definition with its name decoded, and where it stands.
struct Definition<'a> {
    view: View<'a>,
    name: DottedName,
}

impl<'a> Decoder<'a> {
    pub(super) fn module(&self, body: Body<'a>) -> Result<Module, Error> {
        let outside = |fault| Error::malformed(Place::default(), fault);
        let view = schema::MODULE.read(body, self.version).map_err(outside)?;
        let name = self.dotted_name(view.int(1)).map_err(outside)?;
        let in_module = |fault| Error::malformed(Place::module(&name), fault);
        Ok(Module {
            flags: self.flags(&view).map_err(in_module)?,
            synonyms: self.all(&name, &view, 3, &schema::SYNONYM, Self::synonym)?,
            data_types: self.all(&name, &view, 4, &schema::DATA_TYPE, Self::data_type)?,
            values: self.values(&name, &view)?,
            templates: self.all(&name, &view, 6, &schema::TEMPLATE, Self::template)?,
            exceptions: self.all(&name, &view, 7, &schema::EXCEPTION, Self::exception)?,
            interfaces: self.all(&name, &view, 8, &schema::INTERFACE, Self::interface)?,
            name,
        })
    }

    /// Decodes all definitions of one sort; a fault is reported with the definition's name.
    fn all<D>(
        &self,
        module: &ModuleName,
        view: &View<'a>,
        field: u32,
        schema: &'static Message,
        decode: impl Fn(&Self, Definition<'a>) -> Result<D, Fault>,
    ) -> Result<Vec<D>, Error> {
        // templates, interfaces and exceptions have their names in the first field, others in the second
        let name_field = match field {
            6 | 7 => 1,
            _ => 2,
        };
        view.many(field)
            .map(|body| {
                let in_module = |fault| Error::malformed(Place::module(module), fault);
                let view = schema.read(body, self.version).map_err(in_module)?;
                let name = self.dotted_name(view.int(name_field)).map_err(in_module)?;
                let place = Place::definition(module, &name);
                decode(self, Definition { view, name }).map_err(|f| Error::malformed(place, f))
            })
            .collect()
    }

    fn values(&self, module: &ModuleName, view: &View<'a>) -> Result<Vec<DefValue>, Error> {
        view.many(5)
            .map(|body| {
                let mut place = Place::module(module);
                self.value(body, &mut place)
                    .map_err(|fault| Error::malformed(place, fault))
            })
            .collect()
    }

    fn value(&self, body: Body<'a>, place: &mut Place) -> Result<DefValue, Fault> {
        let view = schema::VALUE.read(body, self.version)?;
        let named = schema::NAME_WITH_TYPE.read(view.body(2)?, self.version)?;
        let name = self.dotted_name(named.int(1))?;
        place.enter(&name);
        Ok(DefValue {
            name,
            typ: self.typ(named.body(2)?)?,
            expr: self.expression(view.body(3)?)?,
            location: self.optional_location(&view, 1)?,
        })
    }

    /// All three are set in LF 2: without them packages would mean something else.
    fn flags(&self, view: &View<'a>) -> Result<FeatureFlags, Fault> {
        let Some(body) = view.optional(2) else {
            return Err(Fault::Flags);
        };
        let view = schema::FLAGS.read(body, self.version)?;
        if !(view.flag(1) && view.flag(2) && view.flag(3)) {
            return Err(Fault::Flags);
        }
        Ok(FeatureFlags {
            forbid_party_literals: true,
            dont_divulge_contract_ids_in_create_arguments: true,
            dont_disclose_non_consuming_choices_to_observers: true,
        })
    }

    fn synonym(&self, Definition { view, name }: Definition<'a>) -> Result<DefTypeSynonym, Fault> {
        Ok(DefTypeSynonym {
            name,
            params: self.type_params(view.many(3))?,
            typ: self.typ(view.body(4)?)?,
            location: self.optional_location(&view, 1)?,
        })
    }

    fn data_type(&self, Definition { view, name }: Definition<'a>) -> Result<DefDataType, Fault> {
        let params = self.type_params(view.many(3))?;
        let case = view.case()?;
        let cons = match case.number {
            5 => DataCons::Record(self.fields(case.body())?),
            6 => DataCons::Variant(self.fields(case.body())?),
            7 if !params.is_empty() => {
                return Err(Fault::Flattened {
                    what: "the parameters of an enum",
                    count: params.len(),
                    version: self.version,
                });
            }
            7 => DataCons::Enum(self.enum_constructors(case.body())?),
            _ => {
                schema::UNIT.read(case.body(), self.version)?;
                DataCons::Interface
            }
        };
        Ok(DefDataType {
            name,
            params,
            serializable: view.flag(4),
            cons,
            location: self.optional_location(&view, 1)?,
        })
    }

    fn fields(&self, body: Body<'a>) -> Result<Vec<(Name, Arc<Type>)>, Fault> {
        schema::FIELDS
            .read(body, self.version)?
            .many(1)
            .map(|field| self.name_and_type(field))
            .collect()
    }

    fn enum_constructors(&self, body: Body<'a>) -> Result<Vec<Name>, Fault> {
        schema::ENUM_CONSTRUCTORS
            .read(body, self.version)?
            .numbers(2)?
            .into_iter()
            .map(|index| self.name(index))
            .collect()
    }

    /// A variable or field with its type.
    pub(super) fn name_and_type(&self, body: Body<'a>) -> Result<(Name, Arc<Type>), Fault> {
        let view = schema::NAME_AND_TYPE.read(body, self.version)?;
        Ok((self.name(view.int(3))?, self.typ(view.body(2)?)?))
    }

    fn template(&self, Definition { view, name }: Definition<'a>) -> Result<DefTemplate, Fault> {
        let choices = self.choices(&view, 6)?;
        let implements = view
            .many(10)
            .map(|body| self.implements(body))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(DefTemplate {
            name,
            param: self.name(view.int(2))?,
            precondition: self.optional_expr(&view, 3)?,
            signatories: self.expression(view.body(4)?)?,
            observers: self.expression(view.body(7)?)?,
            choices,
            key: match view.optional(9) {
                Some(body) => Some(self.template_key(body)?),
                None => None,
            },
            implements,
            location: self.optional_location(&view, 8)?,
        })
    }

    fn template_key(&self, body: Body<'a>) -> Result<TemplateKey, Fault> {
        let view = schema::TEMPLATE_KEY.read(body, self.version)?;
        Ok(TemplateKey {
            typ: self.typ(view.body(1)?)?,
            key: self.expression(view.body(4)?)?,
            maintainers: self.expression(view.body(3)?)?,
        })
    }

    fn implements(&self, body: Body<'a>) -> Result<InterfaceInstance, Fault> {
        let view = schema::IMPLEMENTS.read(body, self.version)?;
        let body = schema::INSTANCE_BODY.read(view.body(2)?, self.version)?;
        let methods = body
            .many(1)
            .map(|method| {
                let view = schema::INSTANCE_METHOD.read(method, self.version)?;
                Ok((self.name(view.int(1))?, self.expression(view.body(2)?)?))
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        Ok(InterfaceInstance {
            interface: self.reference(view.body(1)?)?,
            methods,
            view: self.expression(body.body(2)?)?,
            location: self.optional_location(&view, 3)?,
        })
    }

    fn choices(&self, view: &View<'a>, field: u32) -> Result<Vec<Choice>, Fault> {
        view.many(field).map(|body| self.choice(body)).collect()
    }

    fn choice(&self, body: Body<'a>) -> Result<Choice, Fault> {
        let view = schema::CHOICE.read(body, self.version)?;
        Ok(Choice {
            name: self.name(view.int(2))?,
            consuming: view.flag(3),
            controllers: self.expression(view.body(4)?)?,
            observers: Some(self.expression(view.body(5)?)?),
            self_binder: self.name(view.int(10))?,
            arg: self.name_and_type(view.body(6)?)?,
            result: self.typ(view.body(8)?)?,
            update: self.expression(view.body(9)?)?,
            location: self.optional_location(&view, 1)?,
        })
    }

    fn exception(&self, Definition { view, name }: Definition<'a>) -> Result<DefException, Fault> {
        Ok(DefException {
            name,
            message: self.expression(view.body(3)?)?,
            location: self.optional_location(&view, 2)?,
        })
    }

    fn interface(&self, Definition { view, name }: Definition<'a>) -> Result<DefInterface, Fault> {
        let methods = view
            .many(3)
            .map(|body| self.interface_method(body))
            .collect::<Result<Vec<_>, _>>()?;
        let requires = view
            .many(7)
            .map(|body| self.reference(body))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(DefInterface {
            name,
            param: self.name(view.int(4))?,
            methods,
            choices: self.choices(&view, 5)?,
            view: self.typ(view.body(6)?)?,
            requires,
            location: self.optional_location(&view, 1)?,
        })
    }

    fn interface_method(&self, body: Body<'a>) -> Result<InterfaceMethod, Fault> {
        let view = schema::INTERFACE_METHOD.read(body, self.version)?;
        Ok(InterfaceMethod {
            name: self.name(view.int(2))?,
            typ: self.typ(view.body(3)?)?,
            location: self.optional_location(&view, 1)?,
        })
    }

    fn optional_expr(&self, view: &View<'a>, field: u32) -> Result<Option<Expr>, Fault> {
        match view.optional(field) {
            Some(body) => self.expression(body).map(Some),
            None => Ok(None),
        }
    }

    fn optional_location(&self, view: &View<'a>, field: u32) -> Result<Option<Location>, Fault> {
        match view.optional(field) {
            Some(body) => self.location(body),
            None => Ok(None),
        }
    }

    /// A location without a range says nothing.
    pub(super) fn location(&self, body: Body<'a>) -> Result<Option<Location>, Fault> {
        let view = schema::LOCATION.read(body, self.version)?;
        let module = match view.optional(1) {
            Some(module) => Some(self.module_ref(module)?),
            None => None,
        };
        let Some(range) = view.optional(2) else {
            return Ok(None);
        };
        let range = schema::RANGE.read(range, self.version)?;
        let number = |field| {
            u32::try_from(range.int(field)).map_err(|_| Fault::UnknownNumber {
                what: "line or column",
                number: i64::from(range.int(field)),
            })
        };
        Ok(Some(Location {
            module,
            start: (number(1)?, number(2)?),
            end: (number(3)?, number(4)?),
        }))
    }
}

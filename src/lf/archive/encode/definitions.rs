//! Modules and what they define.

use std::sync::Arc;

use super::tables::Encoder;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::wire::Writer;
use crate::lf::ast::{
    BuiltinType, Choice, DataCons, DefDataType, DefException, DefInterface, DefTemplate,
    DefTypeSynonym, DefValue, Expr, FeatureFlags, InterfaceInstance, InterfaceMethod, Kind,
    Location, Module, TemplateKey, Type,
};
use crate::model::Name;

impl Encoder<'_> {
    pub(super) fn module(&mut self, module: &Module) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        to.number(1, self.dotted_name(&module.name));
        to.message(2, &flags(module.flags));
        for synonym in &module.synonyms {
            to.message(3, &self.synonym(synonym)?);
        }
        for data_type in &module.data_types {
            to.message(4, &self.data_type(data_type)?);
        }
        for value in &module.values {
            to.message(5, &self.value(value)?);
        }
        for template in &module.templates {
            to.message(6, &self.template(template)?);
        }
        for exception in &module.exceptions {
            to.message(7, &self.exception(exception)?);
        }
        for interface in &module.interfaces {
            to.message(8, &self.interface(interface)?);
        }
        Ok(to)
    }

    fn optional_location(
        &mut self,
        to: &mut Writer,
        field: u32,
        location: Option<&Location>,
    ) -> Result<(), Fault> {
        if let Some(location) = location {
            to.message(field, &self.location(location)?);
        }
        Ok(())
    }

    fn type_params(&mut self, to: &mut Writer, params: &[(Name, Arc<Kind>)]) {
        for (name, kind) in params {
            to.message(3, &self.type_param(name, kind));
        }
    }

    fn synonym(&mut self, synonym: &DefTypeSynonym) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        self.optional_location(&mut to, 1, synonym.location.as_ref())?;
        to.number(2, self.dotted_name(&synonym.name));
        self.type_params(&mut to, &synonym.params);
        to.message(4, &self.typ(&synonym.typ)?);
        Ok(to)
    }

    fn data_type(&mut self, data_type: &DefDataType) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        self.optional_location(&mut to, 1, data_type.location.as_ref())?;
        to.number(2, self.dotted_name(&data_type.name));
        self.type_params(&mut to, &data_type.params);
        to.flag(4, data_type.serializable);
        let mut cons = Writer::new();
        let field = match &data_type.cons {
            DataCons::Record(fields) => {
                self.fields_with_types(&mut cons, fields)?;
                5
            }
            DataCons::Variant(fields) => {
                self.fields_with_types(&mut cons, fields)?;
                6
            }
            DataCons::Enum(constructors) => {
                let indices: Vec<_> = constructors
                    .iter()
                    .map(|constructor| self.string(constructor.as_str()))
                    .collect();
                cons.packed(2, indices);
                7
            }
            DataCons::Interface => 8,
        };
        to.message(field, &cons);
        Ok(to)
    }

    fn fields_with_types(
        &mut self,
        to: &mut Writer,
        fields: &[(Name, Arc<Type>)],
    ) -> Result<(), Fault> {
        for (name, typ) in fields {
            to.message(1, &self.name_and_type(name, typ)?);
        }
        Ok(())
    }

    fn value(&mut self, value: &DefValue) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        self.optional_location(&mut to, 1, value.location.as_ref())?;
        let mut named = Writer::new();
        named.number(1, self.dotted_name(&value.name));
        named.message(2, &self.typ(&value.typ)?);
        to.message(2, &named);
        self.expr(&mut to, 3, &value.expr)?;
        Ok(to)
    }

    fn template(&mut self, template: &DefTemplate) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        to.number(1, self.dotted_name(&template.name));
        to.number(2, self.string(template.param.as_str()));
        if let Some(precondition) = &template.precondition {
            self.expr(&mut to, 3, precondition)?;
        }
        self.expr(&mut to, 4, &template.signatories)?;
        for choice in &template.choices {
            to.message(6, &self.choice(choice)?);
        }
        self.expr(&mut to, 7, &template.observers)?;
        self.optional_location(&mut to, 8, template.location.as_ref())?;
        if let Some(key) = &template.key {
            to.message(9, &self.template_key(key)?);
        }
        for instance in &template.implements {
            to.message(10, &self.implements(instance)?);
        }
        Ok(to)
    }

    fn template_key(&mut self, key: &TemplateKey) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        to.message(1, &self.typ(&key.typ)?);
        self.expr(&mut to, 3, &key.maintainers)?;
        self.expr(&mut to, 4, &key.key)?;
        Ok(to)
    }

    fn implements(&mut self, instance: &InterfaceInstance) -> Result<Writer, Fault> {
        let mut body = Writer::new();
        for (name, value) in &instance.methods {
            let mut method = Writer::new();
            method.number(1, self.string(name.as_str()));
            self.expr(&mut method, 2, value)?;
            body.message(1, &method);
        }
        self.expr(&mut body, 2, &instance.view)?;
        let mut to = Writer::new();
        to.message(1, &self.reference(&instance.interface)?);
        to.message(2, &body);
        self.optional_location(&mut to, 3, instance.location.as_ref())?;
        Ok(to)
    }

    fn choice(&mut self, choice: &Choice) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        self.optional_location(&mut to, 1, choice.location.as_ref())?;
        to.number(2, self.string(choice.name.as_str()));
        to.flag(3, choice.consuming);
        self.expr(&mut to, 4, &choice.controllers)?;
        match &choice.observers {
            Some(observers) => self.expr(&mut to, 5, observers)?,
            // the archive has no way to say nothing
            None => self.expr(&mut to, 5, &no_parties())?,
        }
        let (name, typ) = &choice.arg;
        to.message(6, &self.name_and_type(name, typ)?);
        to.message(8, &self.typ(&choice.result)?);
        self.expr(&mut to, 9, &choice.update)?;
        to.number(10, self.string(choice.self_binder.as_str()));
        Ok(to)
    }

    fn exception(&mut self, exception: &DefException) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        to.number(1, self.dotted_name(&exception.name));
        self.optional_location(&mut to, 2, exception.location.as_ref())?;
        self.expr(&mut to, 3, &exception.message)?;
        Ok(to)
    }

    fn interface(&mut self, interface: &DefInterface) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        self.optional_location(&mut to, 1, interface.location.as_ref())?;
        to.number(2, self.dotted_name(&interface.name));
        for method in &interface.methods {
            to.message(3, &self.interface_method(method)?);
        }
        to.number(4, self.string(interface.param.as_str()));
        for choice in &interface.choices {
            to.message(5, &self.choice(choice)?);
        }
        to.message(6, &self.typ(&interface.view)?);
        for required in &interface.requires {
            to.message(7, &self.reference(required)?);
        }
        Ok(to)
    }

    fn interface_method(&mut self, method: &InterfaceMethod) -> Result<Writer, Fault> {
        let mut to = Writer::new();
        self.optional_location(&mut to, 1, method.location.as_ref())?;
        to.number(2, self.string(method.name.as_str()));
        to.message(3, &self.typ(&method.typ)?);
        Ok(to)
    }
}

fn flags(flags: FeatureFlags) -> Writer {
    let mut to = Writer::new();
    to.flag(1, flags.forbid_party_literals);
    to.flag(2, flags.dont_divulge_contract_ids_in_create_arguments);
    to.flag(3, flags.dont_disclose_non_consuming_choices_to_observers);
    to
}

fn no_parties() -> Expr {
    Expr::Nil(Arc::new(Type::Builtin(BuiltinType::Party)))
}

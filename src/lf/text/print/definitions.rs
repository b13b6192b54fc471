//! Modules and what they define; `templates` has templates and interfaces.

use std::sync::Arc;

use super::Printer;
use crate::lf::ast::{
    DataCons, DefDataType, DefException, DefTypeSynonym, DefValue, Kind, Location, Module, Type,
};
use crate::model::Name;

impl Printer {
    pub(super) fn module(&mut self, module: &Module) {
        self.show(format_args!("\nmodule {} {{", module.name));
        self.indented(|to| {
            for synonym in &module.synonyms {
                to.definition(|to| to.synonym(synonym));
            }
            for data_type in &module.data_types {
                to.definition(|to| to.data_type(data_type));
            }
            for exception in &module.exceptions {
                to.definition(|to| to.exception(exception));
            }
            for interface in &module.interfaces {
                to.definition(|to| to.interface(interface));
            }
            for template in &module.templates {
                to.definition(|to| to.template(template));
            }
            for value in &module.values {
                to.definition(|to| to.value(value));
            }
        });
        self.put("\n}\n");
    }

    /// One definition or part of one, on a line of its own.
    pub(super) fn definition(&mut self, write: impl FnOnce(&mut Self)) {
        self.newline();
        write(self);
        self.put(";");
    }

    /// `@loc(…)` with a blank behind it.
    pub(super) fn location_tag(&mut self, location: Option<&Location>) {
        if let Some(location) = location {
            self.put("@loc");
            self.location(location);
            self.put(" ");
        }
    }

    fn params(&mut self, params: &[(Name, Arc<Kind>)]) {
        self.type_params(params.iter().map(|(name, kind)| (name, &**kind)));
    }

    fn synonym(&mut self, synonym: &DefTypeSynonym) {
        self.put("synonym ");
        self.location_tag(synonym.location.as_ref());
        self.show(&synonym.name);
        self.params(&synonym.params);
        self.put(" = ");
        self.typ(&synonym.typ);
    }

    fn data_type(&mut self, data_type: &DefDataType) {
        self.put(match data_type.cons {
            DataCons::Record(_) => "record ",
            DataCons::Variant(_) => "variant ",
            DataCons::Enum(_) => "enum ",
            DataCons::Interface => "interface_type ",
        });
        if data_type.serializable {
            self.put("@serializable ");
        }
        self.location_tag(data_type.location.as_ref());
        self.show(&data_type.name);
        self.params(&data_type.params);
        match &data_type.cons {
            DataCons::Record(fields) => {
                self.put(" = {");
                self.joined(fields, ", ", Self::name_and_type);
                self.put("}");
            }
            DataCons::Variant(variants) => {
                self.put(" = ");
                self.joined(variants, " | ", Self::name_and_type);
            }
            DataCons::Enum(constructors) => {
                self.put(" = ");
                self.joined(constructors, " | ", Self::show);
            }
            DataCons::Interface => {}
        }
    }

    fn name_and_type(&mut self, (name, typ): &(Name, Arc<Type>)) {
        self.show(format_args!("{name} : "));
        self.typ(typ);
    }

    fn value(&mut self, value: &DefValue) {
        self.put("val ");
        self.location_tag(value.location.as_ref());
        self.show(format_args!("{} : ", value.name));
        self.typ(&value.typ);
        self.put(" =");
        self.indented(|to| {
            to.newline();
            to.expr(&value.expr);
        });
    }

    fn exception(&mut self, exception: &DefException) {
        self.put("exception ");
        self.location_tag(exception.location.as_ref());
        self.show(format_args!("{} = {{ message ", exception.name));
        self.indented(|to| to.expr(&exception.message));
        self.put(" }");
    }
}

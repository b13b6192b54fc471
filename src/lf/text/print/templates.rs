//! Templates, interfaces, choices.

use super::Printer;
use crate::lf::ast::{
    Choice, DefInterface, DefTemplate, Expr, InterfaceInstance, InterfaceMethod, TemplateKey,
};
use crate::model::{DottedName, Name};

impl Printer {
    pub(super) fn template(&mut self, template: &DefTemplate) {
        self.put("template ");
        self.location_tag(template.location.as_ref());
        self.this_and_name(&template.param, &template.name);
        self.indented(|to| {
            if let Some(precondition) = &template.precondition {
                to.part("precondition", precondition);
            }
            to.part("signatories", &template.signatories);
            to.part("observers", &template.observers);
            for choice in &template.choices {
                to.definition(|to| to.choice(choice));
            }
            for instance in &template.implements {
                to.definition(|to| to.implements(instance));
            }
            if let Some(key) = &template.key {
                to.definition(|to| to.key(key));
            }
        });
        self.newline();
        self.put("}");
    }

    fn this_and_name(&mut self, param: &Name, name: &DottedName) {
        self.show(format_args!("({param} : {name}) = {{"));
    }

    fn part(&mut self, word: &str, expr: &Expr) {
        self.definition(|to| {
            to.show(format_args!("{word} "));
            to.indented(|to| to.expr(expr));
        });
    }

    fn key(&mut self, key: &TemplateKey) {
        self.put("key");
        self.type_arg(&key.typ);
        self.arg(&key.key);
        self.arg(&key.maintainers);
    }

    fn implements(&mut self, instance: &InterfaceInstance) {
        self.put("implements ");
        self.location_tag(instance.location.as_ref());
        self.reference(&instance.interface);
        self.put(" {");
        self.indented(|to| {
            to.part("view =", &instance.view);
            for (name, value) in &instance.methods {
                to.part(&format!("method {name} ="), value);
            }
        });
        self.newline();
        self.put("}");
    }

    fn choice(&mut self, choice: &Choice) {
        self.put("choice ");
        if !choice.consuming {
            self.put("@nonConsuming ");
        }
        self.location_tag(choice.location.as_ref());
        let (arg, typ) = &choice.arg;
        let (name, this) = (&choice.name, &choice.self_binder);
        self.show(format_args!("{name} ({this}) ({arg} : "));
        self.typ(typ);
        self.put(") : ");
        self.typ(&choice.result);
        self.indented(|to| {
            to.put(",");
            to.newline();
            to.put("controllers ");
            to.expr(&choice.controllers);
            if let Some(observers) = &choice.observers {
                to.put(",");
                to.newline();
                to.put("observers ");
                to.expr(observers);
            }
            to.newline();
            to.put("to ");
            to.expr(&choice.update);
        });
    }

    pub(super) fn interface(&mut self, interface: &DefInterface) {
        self.put("interface ");
        self.location_tag(interface.location.as_ref());
        self.this_and_name(&interface.param, &interface.name);
        self.indented(|to| {
            to.definition(|to| {
                to.put("viewtype ");
                to.typ(&interface.view);
            });
            for required in &interface.requires {
                to.definition(|to| {
                    to.put("requires ");
                    to.reference(required);
                });
            }
            for method in &interface.methods {
                to.definition(|to| to.method(method));
            }
            for choice in &interface.choices {
                to.definition(|to| to.choice(choice));
            }
        });
        self.newline();
        self.put("}");
    }

    fn method(&mut self, method: &InterfaceMethod) {
        self.put("method ");
        self.location_tag(method.location.as_ref());
        self.show(format_args!("{} : ", method.name));
        self.typ(&method.typ);
    }
}

//! The contents of a DAR as text.

use std::fmt::Write as _;

use super::contents::{Choice, Contents, DataType, Field, Package, TypeForm};

/// Characters up to which a list of fields stays on one line.
const LINE: usize = 90;

impl Contents {
    /// For people: the main package in detail, with `all` the others, too, and a list of them all.
    pub fn to_text(&self, all: bool) -> String {
        let mut out = String::new();
        let detailed = self.packages.iter().filter(|package| package.main || all);
        for package in detailed {
            package.render(&mut out);
        }
        let others: Vec<&Package> = self
            .packages
            .iter()
            .filter(|package| !package.main)
            .collect();
        if others.is_empty() {
            out.push_str("no other packages\n");
        } else {
            let _ = writeln!(out, "{}", count(others.len(), "other package"));
        }
        for package in others {
            let _ = writeln!(
                out,
                "  {}  LF {}  {:>9} bytes  {} {}",
                package.id, package.language, package.size_bytes, package.name, package.version
            );
        }
        out
    }

    /// For programs: everything, as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        // strings, numbers and lists only: this cannot fail
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Package {
    fn render(&self, out: &mut String) {
        let _ = writeln!(out, "{} {}", self.name, self.version);
        let _ = writeln!(out, "  id        {}", self.id);
        let _ = writeln!(out, "  language  Daml-LF {}", self.language);
        let _ = writeln!(out, "  size      {} bytes", self.size_bytes);
        if let Some(id) = &self.upgrades {
            let _ = writeln!(out, "  upgrades  {id}");
        }
        let _ = writeln!(
            out,
            "  contents  {}, {}, {}, {}, {}\n",
            count(self.modules.len(), "module"),
            count(self.templates.len(), "template"),
            count(self.interfaces.len(), "interface"),
            count(self.data_types.len(), "data type"),
            count(self.values, "value"),
        );
        for template in &self.templates {
            let _ = writeln!(out, "template {}", template.name);
            render_fields(out, "  ", &template.fields);
            if let Some(key) = &template.key {
                let _ = writeln!(out, "  key : {key}");
            }
            for interface in &template.implements {
                let _ = writeln!(out, "  implements {interface}");
            }
            render_choices(out, &template.choices);
            out.push('\n');
        }
        for interface in &self.interfaces {
            let _ = writeln!(out, "interface {}", interface.name);
            let _ = writeln!(out, "  view : {}", interface.view);
            for required in &interface.requires {
                let _ = writeln!(out, "  requires {required}");
            }
            for method in &interface.methods {
                let _ = writeln!(out, "  method {} : {}", method.name, method.typ);
            }
            render_choices(out, &interface.choices);
            out.push('\n');
        }
        self.render_data_types(out);
    }

    /// Types whose fields stand with a template or choice already are left out.
    fn render_data_types(&self, out: &mut String) {
        let templates = self.templates.iter().map(|template| &template.name);
        let choices = self.templates.iter().flat_map(|template| &template.choices);
        let interface_choices = self
            .interfaces
            .iter()
            .flat_map(|interface| &interface.choices);
        let arguments = choices
            .chain(interface_choices)
            .map(|choice| &choice.argument);
        let told: Vec<&String> = templates.chain(arguments).collect();
        let others: Vec<&DataType> = self
            .data_types
            .iter()
            .filter(|data_type| !told.contains(&&data_type.name))
            .collect();
        for data_type in &others {
            data_type.render(out);
        }
        if !others.is_empty() {
            out.push('\n');
        }
    }
}

impl DataType {
    /// The name and the parameters.
    fn head(&self) -> String {
        let parts = std::iter::once(&self.name).chain(&self.parameters);
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn render(&self, out: &mut String) {
        let mark = if self.serializable {
            ""
        } else {
            " (not serializable)"
        };
        match &self.form {
            TypeForm::Record(fields) => {
                let _ = writeln!(out, "record {}{mark}", self.head());
                render_fields(out, "  ", fields);
            }
            TypeForm::Variant(variants) => {
                let _ = writeln!(out, "variant {}{mark}", self.head());
                for variant in variants {
                    let _ = writeln!(out, "  | {} {}", variant.name, variant.typ);
                }
            }
            TypeForm::Enum(names) => {
                let _ = writeln!(out, "enum {}{mark}\n  {}", self.head(), names.join(" | "));
            }
        }
    }
}

/// A number of things.
fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn render_choices(out: &mut String, choices: &[Choice]) {
    for choice in choices {
        let consuming = if choice.consuming {
            ""
        } else {
            " (nonconsuming)"
        };
        let _ = writeln!(
            out,
            "  choice {}{consuming} : {}",
            choice.name, choice.result
        );
        if choice.fields.is_empty() && !choice.argument.ends_with(&format!(":{}", choice.name)) {
            let _ = writeln!(out, "      {}", choice.argument);
        }
        render_fields(out, "      ", &choice.fields);
    }
}

/// Fields on one line if they fit, or else each on its own.
fn render_fields(out: &mut String, indent: &str, fields: &[Field]) {
    let each = fields
        .iter()
        .map(|field| format!("{} : {}", field.name, field.typ));
    let each: Vec<String> = each.collect();
    let line = each.join(", ");
    if each.is_empty() {
        return;
    }
    if line.len() <= LINE {
        let _ = writeln!(out, "{indent}{line}");
        return;
    }
    for field in each {
        let _ = writeln!(out, "{indent}{field}");
    }
}

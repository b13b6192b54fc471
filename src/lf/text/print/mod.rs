//! A syntax tree to a text that reads back as the same tree.
//!
//! `definitions` (with `templates`) → `types`, `expressions` (with `updates`).

mod definitions;
mod templates;

mod types;

mod expressions;
mod updates;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::lf::ast::{Package, PackageIs, Ref, Type};
use crate::lf::text::parse::is_hash;
use crate::model::{ModuleName, PackageId};

/// Characters of a package's id by which a text refers to it.
const SHORT_ID: usize = 8;
/// Blanks for each level of indentation.
const INDENT: usize = 2;

/// Writes a package as text.
pub fn print(package: &Package) -> String {
    let mut printer = Printer {
        out: String::new(),
        indent: 0,
        imports: imports(&package.dependencies),
        names_packages: true,
    };
    printer.header(package);
    for module in &package.modules {
        printer.module(module);
    }
    printer.out
}

/// Writes a type for people: without the packages of its constructors.
pub fn print_type(typ: &Type) -> String {
    let mut printer = Printer {
        out: String::new(),
        indent: 0,
        imports: BTreeMap::new(),
        names_packages: false,
    };
    printer.typ(typ);
    printer.out
}

/// What packages are called in the text: the beginnings of their ids where these differ.
fn imports(dependencies: &[PackageId]) -> BTreeMap<PackageId, String> {
    let short = |id: &PackageId| id.as_str().chars().take(SHORT_ID).collect::<String>();
    let mut uses = BTreeMap::new();
    for id in dependencies {
        *uses.entry(short(id)).or_insert(0) += 1;
    }
    let called = |id: &PackageId| match uses.get(&short(id)) {
        Some(1) => short(id),
        _ => id.to_string(),
    };
    let imports = dependencies.iter().map(|id| (id.clone(), called(id)));
    // one that is called by its hash needs no import
    imports.filter(|(_, called)| !is_hash(called)).collect()
}

/// A text half written.
struct Printer {
    out: String,
    indent: usize,
    imports: BTreeMap<PackageId, String>,
    /// Whether references say which package they go to.
    names_packages: bool,
}

impl Printer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn show(&mut self, text: impl std::fmt::Display) {
        // writing into a string does not fail
        let _ = write!(self.out, "{text}");
    }

    fn newline(&mut self) {
        self.out.push('\n');
        for _ in 0..self.indent * INDENT {
            self.out.push(' ');
        }
    }

    /// Writes what is one level further in.
    fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 1;
        write(self);
        self.indent -= 1;
    }

    /// Writes items with a separator between them.
    fn joined<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        separator: &str,
        write: impl Fn(&mut Self, T),
    ) {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.put(separator);
            }
            write(self, item);
        }
    }

    fn header(&mut self, package: &Package) {
        self.show(format_args!("language {};\n", package.language));
        let (name, version) = (&package.name, &package.version);
        self.show(format_args!("metadata ('{name}' : '{version}');\n"));
        if let Some(id) = &package.upgrades {
            self.show(format_args!("upgrades '{id}';\n"));
        }
        for (id, short) in self.imports.clone() {
            self.show(format_args!("import '{short}' = '{id}';\n"));
        }
    }

    fn module_ref(&mut self, package: &PackageIs, module: &ModuleName) {
        if let PackageIs::Other(id) = package
            && self.names_packages
        {
            let called = self.imports.get(id).cloned();
            let called = called.unwrap_or_else(|| id.to_string());
            self.show(format_args!("'{called}':"));
        }
        self.show(module);
    }

    fn reference(&mut self, reference: &Ref) {
        self.module_ref(&reference.package, &reference.module);
        self.show(format_args!(":{}", reference.name));
    }
}

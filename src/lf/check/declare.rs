//! What the package's definitions say of their types; everything else relies on it.
//!
//! In an order in which each step needs only those before it: the names and kinds of data types,
//! synonyms (those first that others stand for), and then fields, values, templates, interfaces.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::arena::{Kd, Node, Result, Ty};
use super::checker::{Checker, own};
use super::error::{CheckError, Fault, list};
use super::exports::{Choices, Cons, Head, Interface, Members, Synonym, Template};
use super::graph;
use super::show::show_ref;
use super::types::kind_over;
use crate::lf::ast::{
    self, Choice, DataCons, DefDataType, DefInterface, DefTemplate, DefTypeSynonym,
    LanguageVersion, Module, PackageIs, Ref, Type,
};
use crate::lf::stack::with_room;
use crate::model::{ModuleName, Name};

type Checked = std::result::Result<(), CheckError>;

impl Checker<'_> {
    pub(super) fn declare(&mut self) -> Checked {
        let package = self.package;
        for module in &package.modules {
            self.declare_heads(module)?;
        }
        self.declare_synonyms()?;
        package
            .modules
            .iter()
            .try_for_each(|module| self.declare_types(module))
    }

    fn declare_heads(&mut self, module: &Module) -> Checked {
        for data in &module.data_types {
            self.at(&module.name, "type", &data.name, |it| {
                it.declare_head(&module.name, data)
            })?;
        }
        let exceptions = module.exceptions.iter();
        let exceptions = exceptions.map(|exception| own(&module.name, &exception.name));
        self.known.exceptions.extend(exceptions);
        Ok(())
    }

    fn declare_head(&mut self, module: &ModuleName, data: &DefDataType) -> Result<()> {
        let what = match data.cons {
            DataCons::Enum(_) => Some("enum"),
            DataCons::Interface => Some("interface"),
            DataCons::Record(_) | DataCons::Variant(_) => None,
        };
        if let (Some(what), false) = (what, data.params.is_empty()) {
            return Err(Box::new(Fault::Parameters { what }));
        }
        let params = self.params(&data.params)?;
        let name = own(module, &data.name);
        let head = Head {
            con: self.arena.add(Node::Con(Arc::new(name.clone())))?,
            kind: kind_over(&mut self.arena, &params)?,
            params,
            serializable: data.serializable,
        };
        self.known.heads.insert(name, Arc::new(head));
        Ok(())
    }

    fn declare_synonyms(&mut self) -> Checked {
        let package = self.package;
        let modules = package.modules.iter();
        let all: Vec<(&ModuleName, &DefTypeSynonym)> = modules
            .flat_map(|module| module.synonyms.iter().map(move |it| (&module.name, it)))
            .collect();
        let names = all
            .iter()
            .map(|(module, synonym)| own(module, &synonym.name));
        let places: FxHashMap<Ref, usize> = names.zip(0..).collect();
        let mut references = Vec::with_capacity(all.len());
        for (module, synonym) in &all {
            let found = self.at(module, "type synonym", &synonym.name, |it| {
                it.synonyms_in(&synonym.typ)
            })?;
            let found = found.iter().filter_map(|it| places.get(it).copied());
            references.push(found.collect());
        }
        let ordered = graph::order(&references).map_err(|circle| {
            let circle = circle.iter().map(|it| all[*it]);
            let circle = circle.map(|(module, synonym)| show_ref(&own(module, &synonym.name)));
            let synonyms = list(circle);
            CheckError {
                place: None,
                fault: Box::new(Fault::SynonymCycle { synonyms }),
            }
        })?;
        for (module, synonym) in ordered.iter().filter_map(|it| all.get(*it)) {
            self.at(module, "type synonym", &synonym.name, |it| {
                it.declare_synonym(module, synonym)
            })?;
        }
        Ok(())
    }

    fn declare_synonym(&mut self, module: &ModuleName, synonym: &DefTypeSynonym) -> Result<()> {
        let params = self.params(&synonym.params)?;
        let named = synonym.params.iter().map(|(name, _)| name);
        let body = self.with_types(named.zip(params.iter().copied()), |it| {
            it.star(&synonym.typ)
        })?;
        let declared = Arc::new(Synonym { params, body });
        let name = own(module, &synonym.name);
        self.known.synonyms.insert(name, declared);
        Ok(())
    }

    /// The package's synonyms in a type.
    fn synonyms_in(&mut self, typ: &Arc<Type>) -> Result<Vec<Ref>> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        self.collect_synonyms(typ, &mut seen, &mut found)?;
        Ok(found)
    }

    fn collect_synonyms(
        &mut self,
        typ: &Arc<Type>,
        seen: &mut FxHashSet<*const Type>,
        found: &mut Vec<Ref>,
    ) -> Result<()> {
        if !seen.insert(Arc::as_ptr(typ)) {
            return Ok(());
        }
        self.arena.spend(1)?;
        with_room(|| match &**typ {
            Type::Var(_) | Type::Con(_) | Type::Builtin(_) | Type::Nat(_) => Ok(()),
            Type::App(one, other) => {
                self.collect_synonyms(one, seen, found)?;
                self.collect_synonyms(other, seen, found)
            }
            Type::Forall(_, _, body) => self.collect_synonyms(body, seen, found),
            Type::Struct(fields) => fields
                .iter()
                .try_for_each(|(_, typ)| self.collect_synonyms(typ, seen, found)),
            Type::Synonym(reference, args) => {
                if reference.package == PackageIs::This {
                    found.push(reference.clone());
                }
                args.iter()
                    .try_for_each(|arg| self.collect_synonyms(arg, seen, found))
            }
        })
    }

    fn declare_types(&mut self, module: &Module) -> Checked {
        for data in &module.data_types {
            let cons = self.at(&module.name, "type", &data.name, |it| it.constructors(data))?;
            let name = own(&module.name, &data.name);
            self.known.cons.insert(name, Arc::new(cons));
        }
        for value in &module.values {
            let typ = self.at(&module.name, "value", &value.name, |it| it.star(&value.typ))?;
            let name = own(&module.name, &value.name);
            self.known.values.insert(name, Arc::new(typ));
        }
        for template in &module.templates {
            let found = self.at(&module.name, "template", &template.name, |it| {
                it.declare_template(template)
            })?;
            let name = own(&module.name, &template.name);
            self.known.templates.insert(name, Arc::new(found));
        }
        for interface in &module.interfaces {
            let found = self.at(&module.name, "interface", &interface.name, |it| {
                it.declare_interface(interface)
            })?;
            let name = own(&module.name, &interface.name);
            self.known.interfaces.insert(name, Arc::new(found));
        }
        Ok(())
    }

    fn constructors(&mut self, data: &DefDataType) -> Result<Cons> {
        let params = self.params(&data.params)?;
        let named = data.params.iter().map(|(name, _)| name);
        let named: Vec<(&Name, Kd)> = named.zip(params).collect();
        // that fields and constructors differ has been checked with all names
        Ok(match &data.cons {
            DataCons::Record(fields) => Cons::Record(self.members(fields, &named)?),
            DataCons::Variant(constructors) => Cons::Variant(self.members(constructors, &named)?),
            DataCons::Enum(constructors) => {
                let list = constructors.iter().map(|name| (name.clone(), ()));
                Cons::Enum(Members::new(list.collect()))
            }
            DataCons::Interface => Cons::Interface,
        })
    }

    fn members(
        &mut self,
        members: &[(Name, Arc<Type>)],
        params: &[(&Name, Kd)],
    ) -> Result<Members<Ty>> {
        self.with_type_variables(params.iter().copied(), |it, variables| {
            let mut list = Vec::with_capacity(members.len());
            for (name, typ) in members {
                let typ = it.part(|| name.to_string(), |it| it.star(typ))?;
                list.push((name.clone(), it.arena.close(typ, variables)?));
            }
            Ok(Members::new(list))
        })
    }

    fn declare_template(&mut self, template: &DefTemplate) -> Result<Template> {
        let key = match &template.key {
            Some(key) => {
                self.require("a contract key", |it| it >= LanguageVersion::V2_3)?;
                Some(self.part(|| "key".to_owned(), |it| it.star(&key.typ))?)
            }
            None => None,
        };
        let implements = template.implements.iter();
        Ok(Template {
            choices: self.declare_choices(&template.choices)?,
            key,
            implements: implements.map(|it| it.interface.clone()).collect(),
        })
    }

    fn declare_interface(&mut self, interface: &DefInterface) -> Result<Interface> {
        let mut methods = FxHashMap::default();
        for ast::InterfaceMethod { name, typ, .. } in &interface.methods {
            let typ = self.part(|| format!("method {name}"), |it| it.star(typ))?;
            methods.insert(name.clone(), typ);
        }
        Ok(Interface {
            methods,
            choices: self.declare_choices(&interface.choices)?,
            view: self.part(|| "view".to_owned(), |it| it.star(&interface.view))?,
            requires: interface.requires.iter().cloned().collect(),
        })
    }

    fn declare_choices(&mut self, choices: &[Choice]) -> Result<Choices> {
        let mut declared = Choices::default();
        for choice in choices {
            let types = self.part(
                || format!("choice {}", choice.name),
                |it| Ok((it.star(&choice.arg.1)?, it.star(&choice.result)?)),
            )?;
            declared.insert(choice.name.clone(), types);
        }
        Ok(declared)
    }
}

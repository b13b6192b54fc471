//! What there is to tell about a DAR.

use std::sync::Arc;

use serde::Serialize;

use crate::lf::archive::{Archive, Dar, Error};
use crate::lf::ast::{self, DataCons, Module, PackageIs, Ref, Type};
use crate::lf::text::print_type;
use crate::model::{DottedName, Name};

/// The packages of a DAR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contents {
    /// The version of the SDK that made it, if the DAR says so.
    pub sdk_version: Option<String>,
    /// The main package first.
    pub packages: Vec<Package>,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the language, like "2.1".
    pub language: String,
    /// Bytes of its payload.
    pub size_bytes: usize,
    /// Whether it is the main package of the DAR.
    pub main: bool,
    /// The package that it says to upgrade, if it says so.
    pub upgrades: Option<String>,
    /// The packages it refers to.
    pub dependencies: Vec<String>,
    /// Its modules.
    pub modules: Vec<String>,
    /// Its templates.
    pub templates: Vec<Template>,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// Its other data types, those of templates and choices included.
    pub data_types: Vec<DataType>,
    /// How many values and functions it has.
    pub values: usize,
}

/// A field with its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub typ: String,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Template {
    /// `Module:Name`
    pub name: String,
    /// The fields of its contracts.
    pub fields: Vec<Field>,
    /// The type of its key, if it has one.
    pub key: Option<String>,
    /// Its choices.
    pub choices: Vec<Choice>,
    /// The interfaces that it implements.
    pub implements: Vec<String>,
}

/// An interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interface {
    /// `Module:Name`
    pub name: String,
    /// The type of its view.
    pub view: String,
    /// The interfaces that an implementation must implement, too.
    pub requires: Vec<String>,
    /// Its methods.
    pub methods: Vec<Method>,
    /// Its choices.
    pub choices: Vec<Choice>,
}

/// A method of an interface.
pub type Method = Field;

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// Whether it archives the contract.
    pub consuming: bool,
    /// The type of its argument.
    pub argument: String,
    /// The fields of its argument, if that is a record of the package.
    pub fields: Vec<Field>,
    /// The type of its result.
    pub result: String,
}

/// A data type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataType {
    /// `Module:Name`
    pub name: String,
    /// Names of its parameters.
    pub parameters: Vec<String>,
    /// Whether its values may be stored on the ledger.
    pub serializable: bool,
    /// What it is made of.
    #[serde(flatten)]
    pub form: TypeForm,
}

/// What a data type is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TypeForm {
    /// All of these fields.
    Record(Vec<Field>),
    /// One of these constructors.
    Variant(Vec<Field>),
    /// One of these values.
    Enum(Vec<String>),
}

/// Looks into a DAR.
pub fn inspect(dar: &Dar) -> Result<Contents, Error> {
    let packages = dar
        .archives()
        .enumerate()
        .map(|(index, archive)| package(archive, index == 0))
        .collect::<Result<_, _>>()?;
    Ok(Contents {
        sdk_version: dar.sdk_version.clone(),
        packages,
    })
}

fn package(archive: &Archive, main: bool) -> Result<Package, Error> {
    let package = archive.decode()?;
    let modules = &package.modules;
    let strings = |ids: &[crate::model::PackageId]| ids.iter().map(ToString::to_string).collect();
    Ok(Package {
        id: archive.id.to_string(),
        name: package.name.to_string(),
        version: package.version.to_string(),
        language: package.language.to_string(),
        size_bytes: archive.payload.len(),
        main,
        upgrades: package.upgrades.as_ref().map(ToString::to_string),
        dependencies: strings(&package.dependencies),
        modules: modules
            .iter()
            .map(|module| module.name.to_string())
            .collect(),
        templates: modules
            .iter()
            .flat_map(|module| templates(module, modules))
            .collect(),
        interfaces: modules
            .iter()
            .flat_map(|module| interfaces(module, modules))
            .collect(),
        data_types: modules.iter().flat_map(data_types).collect(),
        values: modules.iter().map(|module| module.values.len()).sum(),
    })
}

fn templates(module: &Module, modules: &[Module]) -> Vec<Template> {
    let template = |template: &ast::DefTemplate| Template {
        name: qualified(module, &template.name),
        fields: record_fields(module, &template.name),
        key: template.key.as_ref().map(|key| print_type(&key.typ)),
        choices: choices(&template.choices, modules),
        implements: template
            .implements
            .iter()
            .map(|instance| referred(&instance.interface))
            .collect(),
    };
    module.templates.iter().map(template).collect()
}

fn interfaces(module: &Module, modules: &[Module]) -> Vec<Interface> {
    let interface = |interface: &ast::DefInterface| Interface {
        name: qualified(module, &interface.name),
        view: print_type(&interface.view),
        requires: interface.requires.iter().map(referred).collect(),
        methods: interface
            .methods
            .iter()
            .map(|method| field(&method.name, &method.typ))
            .collect(),
        choices: choices(&interface.choices, modules),
    };
    module.interfaces.iter().map(interface).collect()
}

fn choices(choices: &[ast::Choice], modules: &[Module]) -> Vec<Choice> {
    let choice = |choice: &ast::Choice| Choice {
        name: choice.name.to_string(),
        consuming: choice.consuming,
        argument: print_type(&choice.arg.1),
        fields: argument_fields(&choice.arg.1, modules),
        result: print_type(&choice.result),
    };
    choices.iter().map(choice).collect()
}

/// The fields of a choice's argument, when that is a record of the same package.
fn argument_fields(typ: &Type, modules: &[Module]) -> Vec<Field> {
    let Type::Con(Ref {
        package: PackageIs::This,
        module,
        name,
    }) = typ
    else {
        return Vec::new();
    };
    let module = modules.iter().find(|known| known.name == *module);
    module.map_or_else(Vec::new, |module| record_fields(module, name))
}

fn record_fields(module: &Module, name: &DottedName) -> Vec<Field> {
    let found = module.data_types.iter().find(|known| known.name == *name);
    match found.map(|found| &found.cons) {
        Some(DataCons::Record(record)) => fields(record),
        _ => Vec::new(),
    }
}

fn data_types(module: &Module) -> Vec<DataType> {
    let data_type = |data_type: &ast::DefDataType| {
        let form = match &data_type.cons {
            DataCons::Record(record) => TypeForm::Record(fields(record)),
            DataCons::Variant(variants) => TypeForm::Variant(fields(variants)),
            DataCons::Enum(names) => {
                TypeForm::Enum(names.iter().map(ToString::to_string).collect())
            }
            // told with its interface
            DataCons::Interface => return None,
        };
        let parameters = data_type.params.iter();
        Some(DataType {
            name: qualified(module, &data_type.name),
            parameters: parameters.map(|(name, _)| name.to_string()).collect(),
            serializable: data_type.serializable,
            form,
        })
    };
    module.data_types.iter().filter_map(data_type).collect()
}

fn fields(fields: &[(Name, Arc<Type>)]) -> Vec<Field> {
    fields.iter().map(|(name, typ)| field(name, typ)).collect()
}

fn field(name: &Name, typ: &Type) -> Field {
    Field {
        name: name.to_string(),
        typ: print_type(typ),
    }
}

fn qualified(module: &Module, name: &DottedName) -> String {
    format!("{}:{name}", module.name)
}

fn referred(reference: &Ref) -> String {
    format!("{}:{}", reference.module, reference.name)
}

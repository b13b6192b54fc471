//! What a module defines.

use std::sync::Arc;

use super::{Expr, Kind, Location, Ref, Type};
use crate::model::{DottedName, Name};

/// A type synonym.
#[derive(Debug, Clone, PartialEq)]
pub struct DefTypeSynonym {
    /// Its name.
    pub name: DottedName,
    /// Its parameters.
    pub params: Vec<(Name, Arc<Kind>)>,
    /// The type it stands for.
    pub typ: Arc<Type>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// A data type.
#[derive(Debug, Clone, PartialEq)]
pub struct DefDataType {
    /// Its name.
    pub name: DottedName,
    /// Its parameters.
    pub params: Vec<(Name, Arc<Kind>)>,
    /// Whether its values may be stored on the ledger.
    pub serializable: bool,
    /// Its constructors.
    pub cons: DataCons,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// The constructors of a data type.
#[derive(Debug, Clone, PartialEq)]
pub enum DataCons {
    /// Named fields.
    Record(Vec<(Name, Arc<Type>)>),
    /// Alternatives with one argument each.
    Variant(Vec<(Name, Arc<Type>)>),
    /// Alternatives without arguments.
    Enum(Vec<Name>),
    /// The type of an interface: its values are contracts.
    Interface,
}

/// A value or function.
#[derive(Debug, Clone, PartialEq)]
pub struct DefValue {
    /// Its name.
    pub name: DottedName,
    /// Its type.
    pub typ: Arc<Type>,
    /// What it is.
    pub expr: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// A template. Its argument is the record of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct DefTemplate {
    /// Its name.
    pub name: DottedName,
    /// The variable that stands for the argument in the expressions below.
    pub param: Name,
    /// `ensure`: of type `Bool`.
    pub precondition: Option<Expr>,
    /// Of type `List Party`.
    pub signatories: Expr,
    /// Of type `List Party`.
    pub observers: Expr,
    /// Its choices.
    pub choices: Vec<Choice>,
    /// Its key.
    pub key: Option<TemplateKey>,
    /// The interfaces that it implements.
    pub implements: Vec<InterfaceInstance>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// The key of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateKey {
    /// Its type.
    pub typ: Arc<Type>,
    /// From the template's argument.
    pub key: Expr,
    /// A function from the key to `List Party`.
    pub maintainers: Expr,
}

/// A choice of a template or interface.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: Name,
    /// Whether it archives the contract.
    pub consuming: bool,
    /// Of type `List Party`; sees the contract and the argument.
    pub controllers: Expr,
    /// Of type `List Party`; sees the contract and the argument.
    pub observers: Option<Expr>,
    /// The variable that stands for the contract id.
    pub self_binder: Name,
    /// The variable that stands for the argument, and its type.
    pub arg: (Name, Arc<Type>),
    /// The type of the result.
    pub result: Arc<Type>,
    /// What it does: of type `Update result`.
    pub update: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// How a template implements an interface.
#[derive(Debug, Clone, PartialEq)]
pub struct InterfaceInstance {
    /// The interface.
    pub interface: Ref,
    /// Its methods; the template's parameter is in scope.
    pub methods: Vec<(Name, Expr)>,
    /// Its view; the template's parameter is in scope.
    pub view: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// An interface.
#[derive(Debug, Clone, PartialEq)]
pub struct DefInterface {
    /// Its name.
    pub name: DottedName,
    /// The variable that stands for the contract in its choices.
    pub param: Name,
    /// Its methods and their types.
    pub methods: Vec<InterfaceMethod>,
    /// Its choices.
    pub choices: Vec<Choice>,
    /// The type of its view.
    pub view: Arc<Type>,
    /// The interfaces that an implementation must implement, too.
    pub requires: Vec<Ref>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// A method of an interface.
#[derive(Debug, Clone, PartialEq)]
pub struct InterfaceMethod {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub typ: Arc<Type>,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

/// An exception. Its payload is the record of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct DefException {
    /// Its name.
    pub name: DottedName,
    /// A function from the payload to `Text`.
    pub message: Expr,
    /// Where it is defined in the source.
    pub location: Option<Location>,
}

//! Names made whole and synonyms expanded.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::lookup::Signatures;
use super::package::{ChoiceSignature, DataCons, DataType, InterfaceSignature, TemplateSignature};
use super::ranks::Ranks;
use crate::lf::ast;
use crate::lf::types::Type;
use crate::model::{DottedName, Identifier, Name, PackageId};

/// How deep types may be nested, synonyms expanded; a bound on recursion.
const TYPE_DEPTH_MAX: usize = 500;
/// How many nodes a synonym may stand for, its arguments put in.
const SYNONYM_SIZE_MAX: usize = 2_000;

/// Why the types of a package make no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A type that neither the package nor a dependency defines.
    #[error("unknown type {0}")]
    UnknownType(Identifier),
    /// A synonym that neither the package nor a dependency defines.
    #[error("unknown type synonym {0}")]
    UnknownSynonym(Identifier),
    /// A synonym with another number of parameters.
    #[error("wrong number of arguments for type synonym {0}")]
    SynonymArity(Identifier),
    /// Nested beyond the bound, or a synonym that stands for itself.
    #[error("a type is nested too deep")]
    TooDeep,
    /// A synonym that stands for too large a type.
    #[error("type synonym {0} stands for too large a type")]
    TooLarge(Identifier),
}

/// Resolves the types of one package.
#[derive(Debug)]
pub struct Resolver<'a> {
    this: &'a PackageId,
    known: &'a Signatures,
    /// Types of this package.
    declared: FxHashSet<Identifier>,
    /// Synonyms of this package, as written.
    written: FxHashMap<Identifier, &'a ast::DefTypeSynonym>,
    /// Synonyms of this package, resolved so far.
    synonyms: FxHashMap<Identifier, (Vec<Name>, Type)>,
    /// Types resolved so far, by address: archives share them heavily.
    shared: FxHashMap<*const ast::Type, Arc<Type>>,
}

impl<'a> Resolver<'a> {
    /// A resolver for one package; its dependencies are in `known`.
    pub fn new(this: &'a PackageId, package: &'a ast::Package, known: &'a Signatures) -> Self {
        let mut written = FxHashMap::default();
        let mut declared = FxHashSet::default();
        for module in &package.modules {
            let id = |name: &DottedName| {
                Identifier::new(this.clone(), module.name.clone(), name.clone())
            };
            let synonyms = module.synonyms.iter();
            written.extend(synonyms.map(|synonym| (id(&synonym.name), synonym)));
            declared.extend(module.data_types.iter().map(|data| id(&data.name)));
            declared.extend(
                module
                    .interfaces
                    .iter()
                    .map(|interface| id(&interface.name)),
            );
        }
        Self {
            this,
            known,
            declared,
            written,
            synonyms: FxHashMap::default(),
            shared: FxHashMap::default(),
        }
    }

    /// A reference with its package.
    pub fn identifier(&self, reference: &ast::Ref) -> Identifier {
        let package = match &reference.package {
            ast::PackageIs::This => self.this.clone(),
            ast::PackageIs::Other(id) => id.clone(),
        };
        Identifier::new(package, reference.module.clone(), reference.name.clone())
    }

    /// A type.
    pub fn typ(&mut self, typ: &'a ast::Type) -> Result<Type, SignatureError> {
        self.resolve(typ, 0)
    }

    /// A type that the package shares.
    pub fn shared(&mut self, typ: &'a Arc<ast::Type>) -> Result<Arc<Type>, SignatureError> {
        self.resolve_shared(typ, 0)
    }

    fn resolve_shared(
        &mut self,
        typ: &'a Arc<ast::Type>,
        depth: usize,
    ) -> Result<Arc<Type>, SignatureError> {
        let address = Arc::as_ptr(typ);
        if let Some(known) = self.shared.get(&address) {
            return Ok(known.clone());
        }
        let resolved = Arc::new(self.resolve(typ, depth + 1)?);
        self.shared.insert(address, resolved.clone());
        Ok(resolved)
    }

    fn resolve(&mut self, typ: &'a ast::Type, depth: usize) -> Result<Type, SignatureError> {
        if depth > TYPE_DEPTH_MAX {
            return Err(SignatureError::TooDeep);
        }
        Ok(match typ {
            ast::Type::Var(name) => Type::Var(name.clone()),
            ast::Type::Con(reference) => Type::Con(self.constructor(reference)?),
            ast::Type::Builtin(builtin) => Type::Builtin(*builtin),
            ast::Type::Nat(n) => Type::Nat(*n),
            ast::Type::App(function, arg) => Type::App(
                self.resolve_shared(function, depth)?,
                self.resolve_shared(arg, depth)?,
            ),
            ast::Type::Forall(name, _, body) => {
                Type::Forall(name.clone(), self.resolve_shared(body, depth)?)
            }
            ast::Type::Struct(fields) => {
                let mut fields = fields
                    .iter()
                    .map(|(name, t)| Ok((name.clone(), self.resolve(t, depth + 1)?)))
                    .collect::<Result<Vec<_>, _>>()?;
                fields.sort_by(|(a, _), (b, _)| a.cmp(b));
                Type::Struct(fields)
            }
            ast::Type::Synonym(reference, args) => self.expand(reference, args, depth)?,
        })
    }

    fn constructor(&self, reference: &ast::Ref) -> Result<Identifier, SignatureError> {
        let id = self.identifier(reference);
        let is_known = if id.package() == self.this {
            self.declared.contains(&id)
        } else {
            self.known.data_type(&id).is_ok() || self.known.interface(&id).is_ok()
        };
        if is_known {
            Ok(id)
        } else {
            Err(SignatureError::UnknownType(id))
        }
    }

    fn expand(
        &mut self,
        reference: &ast::Ref,
        args: &'a [Arc<ast::Type>],
        depth: usize,
    ) -> Result<Type, SignatureError> {
        let id = self.identifier(reference);
        let args = args
            .iter()
            .map(|arg| self.resolve(arg, depth + 1))
            .collect::<Result<Vec<_>, _>>()?;
        let (params, body) = self.synonym(&id, depth + 1)?;
        if params.len() != args.len() {
            return Err(SignatureError::SynonymArity(id));
        }
        let replacements: Vec<_> = params.iter().zip(&args).collect();
        let expanded = body.substitute(&replacements);
        if expanded.is_within(SYNONYM_SIZE_MAX) {
            Ok(expanded)
        } else {
            Err(SignatureError::TooLarge(id))
        }
    }

    fn synonym(
        &mut self,
        id: &Identifier,
        depth: usize,
    ) -> Result<(Vec<Name>, Type), SignatureError> {
        if let Some(resolved) = self.synonyms.get(id) {
            return Ok(resolved.clone());
        }
        let unknown = || SignatureError::UnknownSynonym(id.clone());
        if id.package() != self.this {
            let package = self.known.package(id.package()).ok_or_else(unknown)?;
            return package.synonyms.get(id).cloned().ok_or_else(unknown);
        }
        let written: &'a ast::DefTypeSynonym = self.written.get(id).ok_or_else(unknown)?;
        let params = written
            .params
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        let resolved = (params, self.resolve(&written.typ, depth)?);
        self.synonyms.insert(id.clone(), resolved.clone());
        Ok(resolved)
    }

    /// All synonyms of the package.
    pub(super) fn into_synonyms(
        mut self,
    ) -> Result<FxHashMap<Identifier, (Vec<Name>, Type)>, SignatureError> {
        let ids: Vec<_> = self.written.keys().cloned().collect();
        for id in ids {
            self.synonym(&id, 0)?;
        }
        Ok(self.synonyms)
    }

    pub(super) fn data_type(
        &mut self,
        data: &'a ast::DefDataType,
    ) -> Result<DataType, SignatureError> {
        let cons = match &data.cons {
            ast::DataCons::Record(fields) => DataCons::Record(self.fields(fields)?),
            ast::DataCons::Variant(fields) => DataCons::Variant(self.fields(fields)?),
            ast::DataCons::Enum(names) => DataCons::Enum(names.clone()),
            ast::DataCons::Interface => DataCons::Interface,
        };
        Ok(DataType {
            params: data.params.iter().map(|(name, _)| name.clone()).collect(),
            kinds: data.params.iter().map(|(_, kind)| kind.clone()).collect(),
            serializable: data.serializable,
            cons,
            ranks: Ranks::default(),
        })
    }

    fn fields(
        &mut self,
        fields: &'a [(Name, Arc<ast::Type>)],
    ) -> Result<Vec<(Name, Type)>, SignatureError> {
        fields
            .iter()
            .map(|(name, typ)| Ok((name.clone(), Type::clone(&*self.shared(typ)?))))
            .collect()
    }

    pub(super) fn template(
        &mut self,
        template: &'a ast::DefTemplate,
    ) -> Result<TemplateSignature, SignatureError> {
        let key = template.key.as_ref().map(|key| self.typ(&key.typ));
        let implements = template.implements.iter();
        Ok(TemplateSignature {
            choices: self.choices(&template.choices)?,
            key: key.transpose()?,
            implements: implements.map(|i| self.identifier(&i.interface)).collect(),
        })
    }

    pub(super) fn interface(
        &mut self,
        interface: &'a ast::DefInterface,
    ) -> Result<InterfaceSignature, SignatureError> {
        let methods = interface.methods.iter();
        let methods = methods.map(|m| Ok((m.name.clone(), self.typ(&m.typ)?)));
        Ok(InterfaceSignature {
            methods: methods.collect::<Result<_, SignatureError>>()?,
            choices: self.choices(&interface.choices)?,
            view: self.typ(&interface.view)?,
            requires: interface
                .requires
                .iter()
                .map(|r| self.identifier(r))
                .collect(),
        })
    }

    fn choices(
        &mut self,
        choices: &'a [ast::Choice],
    ) -> Result<BTreeMap<Name, ChoiceSignature>, SignatureError> {
        choices
            .iter()
            .map(|choice| {
                let signature = ChoiceSignature {
                    consuming: choice.consuming,
                    argument: self.typ(&choice.arg.1)?,
                    result: self.typ(&choice.result)?,
                };
                Ok((choice.name.clone(), signature))
            })
            .collect()
    }
}

//! What the names in filters stand for, in all packages that are known.

use std::collections::{BTreeMap, BTreeSet};

use super::format::{EventFormat, NamedType, UpdateFormat};
use super::projection::Projector;
use super::read_model::ReadModel;
use super::selection::{Resolved, Selection};
use crate::lf::signature::PackageSignature;
use crate::model::{Identifier, PackageId, PackageName};
use crate::participant::errors::{ErrorId, Refusal};

/// Resolved filters, and the packages that they were resolved with.
#[derive(Debug, Clone)]
pub struct Resolution<T> {
    /// The filters.
    pub filters: T,
    /// How many packages were known.
    packages: usize,
}

impl<T> Resolution<T> {
    /// Whether packages became known since, which names may stand for, too.
    pub fn is_outdated(&self, model: &ReadModel) -> bool {
        self.packages != model.packages().count()
    }
}

impl ReadModel {
    /// Resolves the names in an update format.
    ///
    /// # Errors
    /// If a name stands for nothing.
    pub async fn projector(&self, format: &UpdateFormat) -> Result<Resolution<Projector>, Refusal> {
        let packages = self.packages().count();
        let transactions = match &format.transactions {
            None => None,
            Some(it) => {
                let selection = self.selection(&it.events).await?;
                Some((selection.filters, it.shape))
            }
        };
        Ok(Resolution {
            filters: Projector {
                transactions,
                topology: format.topology.clone(),
            },
            packages,
        })
    }

    /// Resolves the names in an event format.
    ///
    /// # Errors
    /// If a name stands for nothing.
    pub async fn selection(&self, format: &EventFormat) -> Result<Resolution<Selection>, Refusal> {
        let packages = self.packages().count();
        let versions = self.versions(format)?;
        let mut resolved = Resolved::default();
        for template in format.templates() {
            let found = self.in_versions(template, &versions).await?;
            let found = found
                .iter()
                .filter(|(id, package)| package.templates.contains_key(id))
                .map(|(id, _)| id.clone());
            resolved.templates.insert(template.clone(), found.collect());
        }
        for interface in format.interfaces() {
            let found = self.in_versions(interface, &versions).await?;
            let found = found
                .iter()
                .filter(|(id, package)| package.interfaces.contains_key(id))
                .map(|(id, _)| (id.clone(), Vec::new()));
            resolved
                .interfaces
                .insert(interface.clone(), found.collect());
        }
        check(&resolved)?;
        if !resolved.interfaces.is_empty() {
            self.find_implementations(&mut resolved).await?;
        }
        Ok(Resolution {
            filters: Selection::new(format, &resolved),
            packages,
        })
    }

    /// The packages with the names that a format mentions.
    fn versions(
        &self,
        format: &EventFormat,
    ) -> Result<BTreeMap<PackageName, Vec<PackageId>>, Refusal> {
        let names: BTreeSet<&PackageName> = format
            .templates()
            .chain(format.interfaces())
            .map(|it| &it.package)
            .collect();
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let known = self.packages().known();
        let versions: BTreeMap<PackageName, Vec<PackageId>> = names
            .into_iter()
            .map(|name| {
                let versions = known.versions(name).iter().cloned();
                (name.clone(), versions.collect())
            })
            .collect();
        let unknown = versions.iter().filter(|(_, ids)| ids.is_empty());
        let unknown: Vec<&str> = unknown.map(|(name, _)| name.as_str()).collect();
        if unknown.is_empty() {
            Ok(versions)
        } else {
            Err(Refusal::new(
                ErrorId::PackageNamesNotFound,
                format!(
                    "The following package names do not match upgradable packages uploaded on this \
                     participant: [{}].",
                    unknown.join(", ")
                ),
            ))
        }
    }

    /// A type in each version of its package.
    async fn in_versions(
        &self,
        named: &NamedType,
        versions: &BTreeMap<PackageName, Vec<PackageId>>,
    ) -> Result<Vec<(Identifier, std::sync::Arc<PackageSignature>)>, Refusal> {
        let mut found = Vec::new();
        for id in versions.get(&named.package).into_iter().flatten() {
            if let Some(package) = self.packages().signature(id).await? {
                let id = Identifier::new(id.clone(), named.module.clone(), named.name.clone());
                found.push((id, package));
            }
        }
        Ok(found)
    }

    /// The templates that implement the interfaces in some version of their package, in all its
    /// versions: contracts of versions that don't are seen with one that does.
    async fn find_implementations(&self, resolved: &mut Resolved) -> Result<(), Refusal> {
        let known = self.packages().known();
        for (id, package) in known.iter() {
            let versions = known.versions(&package.name);
            let Some(package) = self.packages().signature(id).await? else {
                continue;
            };
            for (template, signature) in &package.templates {
                for (interface, implementations) in resolved.interfaces.values_mut().flatten() {
                    if signature.implements.contains(interface) {
                        let versions = versions.iter().cloned();
                        implementations.extend(versions.map(|id| template.in_package(id)));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Each name stands for something.
fn check(resolved: &Resolved) -> Result<(), Refusal> {
    let nothing = |(named, is_empty): (&NamedType, bool)| {
        is_empty.then(|| format!("({},{}:{})", named.package, named.module, named.name))
    };
    let templates = resolved.templates.iter();
    let templates: Vec<String> = templates
        .filter_map(|(named, found)| nothing((named, found.is_empty())))
        .collect();
    if !templates.is_empty() {
        return Err(Refusal::new(
            ErrorId::NoTemplatesForPackageNameAndQualifiedName,
            format!(
                "The following package-name/template qualified-name pairs do not reference any \
                 template-id uploaded on this participant: [{}].",
                templates.join(", ")
            ),
        ));
    }
    let interfaces = resolved.interfaces.iter();
    let interfaces: Vec<String> = interfaces
        .filter_map(|(named, found)| nothing((named, found.is_empty())))
        .collect();
    if interfaces.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorId::NoInterfaceForPackageNameAndQualifiedName,
        format!(
            "The following package-name/interface qualified-name pairs do not reference any \
             interface-id uploaded on this participant: [{}].",
            interfaces.join(", ")
        ),
    ))
}

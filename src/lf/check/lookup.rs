//! What references stand for. Each use of another module of the package is noted.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::arena::{Arena, Result, Ty};
use super::checker::Checker;
use super::error::Fault;
use super::exports::{
    Carrier, Cons, Definitions, Head, Interface, Portable, Synonym, Template, World,
};
use super::show::show_ref;
use super::substitute::Transfer;
use crate::lf::ast::{PackageIs, Ref};
use crate::model::{Name, PackageId};

/// Picks one kind of definition.
type Pick<T> = fn(&Definitions) -> &FxHashMap<Ref, Arc<T>>;

impl Checker<'_> {
    pub(super) fn head(&mut self, reference: &Ref) -> Result<Arc<Head>> {
        self.note(reference);
        if let Some(known) = self.known.heads.get(reference) {
            return Ok(known.clone());
        }
        let found = self.import("type", reference, |it| &it.heads)?;
        self.known.heads.insert(reference.clone(), found.clone());
        Ok(found)
    }

    pub(super) fn cons(&mut self, reference: &Ref) -> Result<Arc<Cons>> {
        self.note(reference);
        if let Some(known) = self.known.cons.get(reference) {
            return Ok(known.clone());
        }
        let found = self.import("type", reference, |it| &it.cons)?;
        self.known.cons.insert(reference.clone(), found.clone());
        Ok(found)
    }

    pub(super) fn synonym(&mut self, reference: &Ref) -> Result<Arc<Synonym>> {
        self.note(reference);
        if let Some(known) = self.known.synonyms.get(reference) {
            return Ok(known.clone());
        }
        let found = self.import("type synonym", reference, |it| &it.synonyms)?;
        self.known.synonyms.insert(reference.clone(), found.clone());
        Ok(found)
    }

    pub(super) fn value(&mut self, reference: &Ref) -> Result<Ty> {
        self.note(reference);
        if let Some(known) = self.known.values.get(reference) {
            return Ok(**known);
        }
        let found = self.import("value", reference, |it| &it.values)?;
        self.known.values.insert(reference.clone(), found.clone());
        Ok(*found)
    }

    pub(super) fn template(&mut self, reference: &Ref) -> Result<Arc<Template>> {
        self.note(reference);
        if let Some(known) = self.known.templates.get(reference) {
            return Ok(known.clone());
        }
        let found = self.import("template", reference, |it| &it.templates)?;
        self.known
            .templates
            .insert(reference.clone(), found.clone());
        Ok(found)
    }

    pub(super) fn interface(&mut self, reference: &Ref) -> Result<Arc<Interface>> {
        self.note(reference);
        if let Some(known) = self.known.interfaces.get(reference) {
            return Ok(known.clone());
        }
        let found = self.import("interface", reference, |it| &it.interfaces)?;
        self.known
            .interfaces
            .insert(reference.clone(), found.clone());
        Ok(found)
    }

    /// Whether a type is that of an exception.
    pub(super) fn is_exception(&mut self, reference: &Ref) -> bool {
        self.note(reference);
        match abroad(self.world, reference) {
            None => self.known.exceptions.contains(reference),
            Some((_, exports, inside)) => {
                exports.is_some_and(|it| it.definitions.exceptions.contains(&inside))
            }
        }
    }

    /// The type of a template's or interface's contracts.
    pub(super) fn contract(&mut self, reference: &Ref) -> Result<Ty> {
        Ok(self.head(reference)?.con)
    }

    fn note(&mut self, reference: &Ref) {
        if reference.package != PackageIs::This {
            return;
        }
        if let Some(module) = self.modules.get(&reference.module)
            && *module != self.module
            && let Some(uses) = self.uses.get_mut(self.module as usize)
        {
            uses.insert(*module);
        }
    }

    fn import<T: Portable>(
        &mut self,
        what: &'static str,
        reference: &Ref,
        pick: Pick<T>,
    ) -> Result<Arc<T>> {
        let unknown = || {
            Box::new(Fault::Unknown {
                what,
                name: show_ref(reference),
            })
        };
        let (package, exports, inside) = abroad(self.world, reference).ok_or_else(unknown)?;
        let exports = exports.ok_or_else(unknown)?;
        let found = pick(&exports.definitions)
            .get(&inside)
            .ok_or_else(unknown)?;
        let transfer = self.transfers.entry(package.clone()).or_default();
        let taken = carry(
            found.as_ref(),
            transfer,
            &exports.nodes,
            package,
            &mut self.arena,
        )?;
        Ok(Arc::new(taken))
    }
}

fn carry<T: Portable>(
    thing: &T,
    transfer: &mut Transfer,
    from: &[super::arena::Node],
    package: &PackageId,
    to: &mut Arena,
) -> Result<T> {
    thing.carry(&mut Carrier {
        transfer,
        from,
        package,
        to,
    })
}

/// The package of a reference to another one, and the reference as that package writes it.
#[allow(clippy::type_complexity, reason = "read once")]
fn abroad<'r, 'w>(
    world: &'w World,
    reference: &'r Ref,
) -> Option<(&'r PackageId, Option<&'w Arc<super::exports::Exports>>, Ref)> {
    match &reference.package {
        PackageIs::This => None,
        PackageIs::Other(package) => {
            let inside = Ref {
                package: PackageIs::This,
                ..reference.clone()
            };
            Some((package, world.package(package), inside))
        }
    }
}

/// A member that there is not.
pub(super) fn no_member(what: &'static str, of: &Ref, name: &Name) -> Fault {
    Fault::NoMember {
        what,
        of: show_ref(of),
        name: name.to_string(),
    }
}

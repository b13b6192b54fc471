//! What contracts look like through interfaces, as their packages say: Daml code, so in short stints.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::told::{Update, View};
use super::vetting::Vetting;
use crate::lf::engine::{Engine, Viewing};
use crate::lf::transaction::ContractInstance;
use crate::model::{Identifier, PackageId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::KnownPackages;
use crate::runtime::compute::Stint;

/// The packages with which views are computed.
pub(super) struct Usable {
    /// Pinned.
    pub(super) engine: Engine,
    pub(super) known: Arc<KnownPackages>,
    pub(super) vetting: Vetting,
}

/// Adds to updates the views that they are to have, one after another.
pub(super) struct Views {
    usable: Usable,
    updates: Vec<Update>,
    /// Those that are missing, in the order of the updates.
    missing: VecDeque<Missing>,
    /// The first of them, if it has begun.
    under_way: Option<UnderWay>,
}

/// A view that is being computed.
struct UnderWay {
    viewing: Viewing,
    implementation: PackageId,
}

/// A view that is missing.
struct Missing {
    /// Of which update.
    update: usize,
    /// Of which of its contents.
    content: usize,
    interface: Identifier,
}

impl Views {
    /// None is there yet.
    pub(super) fn of(updates: Vec<Update>, usable: Usable) -> Self {
        Self {
            missing: missing(&updates).collect(),
            usable,
            updates,
            under_way: None,
        }
    }

    /// The updates with all views, or what has to go on in another stint.
    pub(super) fn go_on(mut self, stint: Stint) -> ControlFlow<Vec<Update>, Self> {
        while let Some(missing) = self.missing.front() {
            let content = self.updates[missing.update].contents[missing.content].as_mut();
            let Some(content) = content else {
                self.missing.pop_front();
                continue;
            };
            let view = match &mut self.under_way {
                Some(under_way) => under_way.run(&missing.interface),
                None => match self.usable.begin(&content.instance, &missing.interface) {
                    Ok(begun) => {
                        self.under_way = Some(begun);
                        None
                    }
                    Err(view) => Some(view),
                },
            };
            if let Some(view) = view {
                content.views.push(view);
                self.under_way = None;
                self.missing.pop_front();
            }
            if stint.is_over() && !self.missing.is_empty() {
                return ControlFlow::Continue(self);
            }
        }
        ControlFlow::Break(self.updates)
    }
}

fn missing(updates: &[Update]) -> impl Iterator<Item = Missing> {
    updates.iter().enumerate().flat_map(|(update, it)| {
        let contents = it.projection.events.iter().zip(&it.contents).enumerate();
        let created = contents.filter(|(_, (_, content))| content.is_some());
        created.flat_map(move |(content, (shown, _))| {
            shown.carries.views.iter().map(move |interface| Missing {
                update,
                content,
                interface: interface.clone(),
            })
        })
    })
}

impl UnderWay {
    fn run(&mut self, interface: &Identifier) -> Option<View> {
        let outcome = self.viewing.run()?;
        Some(View {
            interface: interface.clone(),
            implementation: Some(self.implementation.clone()),
            outcome: outcome.map_err(|error| Refusal::from(&error)),
        })
    }
}

impl Usable {
    /// Begins to compute what a contract looks like through an interface, as the newest vetted version
    /// of its template that implements the interface says.
    fn begin(&self, instance: &ContractInstance, interface: &Identifier) -> Result<UnderWay, View> {
        let without = |implementation, refusal| View {
            interface: interface.clone(),
            implementation,
            outcome: Err(refusal),
        };
        let template = self.implementation(instance, interface);
        let template = template.map_err(|refusal| without(None, refusal))?;
        let implementation = template.package().clone();
        let begun = self
            .engine
            .begin_view(&template, &instance.argument, interface);
        match begun {
            Ok(viewing) => Ok(UnderWay {
                viewing,
                implementation,
            }),
            Err(error) => Err(without(Some(implementation), Refusal::from(&error))),
        }
    }

    fn implementation(
        &self,
        instance: &ContractInstance,
        interface: &Identifier,
    ) -> Result<Identifier, Refusal> {
        let versions = self.known.versions(&instance.package_name).iter();
        let vetted = versions.filter(|id| self.vetting.is_lasting(id));
        let mut vetted = vetted.map(|id| instance.template.in_package(id.clone()));
        let implements = |template: &Identifier| {
            let package = self.engine.signature(template.package());
            let template = package.as_ref().and_then(|it| it.templates.get(template));
            template.is_some_and(|it| it.implements.contains(interface))
        };
        vetted.find(implements).ok_or_else(|| {
            Refusal::new(
                ErrorId::NoVettedInterfaceImplementationPackage,
                format!(
                    "No vetted package for rendering the interface view for package-name '{}'. \
                     Reason: no version of it that \
                     this participant has vetted without an end implements {interface}",
                    instance.package_name
                ),
            )
        })
    }
}

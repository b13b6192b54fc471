//! What contracts say: from memory if they are new, from the contract store otherwise.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::projection::Projection;
use super::read_model::ReadModel;
use super::told::{self, Content, Update};
use super::views::{Usable, Views};
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, PackageId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Action, Body, SizedContract};
use crate::participant::packages::KnownPackages;
use crate::storage;

/// Bytes of contracts read at once at most, unless a single transaction has more.
const CONTRACT_BYTES_MAX: i64 = 8 << 20;

type Found = HashMap<ContractId, Arc<ContractInstance>>;

impl ReadModel {
    /// Adds what the next projections do not have: the contents of contracts, their views, and the
    /// packages that tell their labels. Takes as many as are to be held in memory at once, but at
    /// least one.
    pub async fn tell(
        &self,
        pending: &mut VecDeque<Projection>,
        verbose: bool,
    ) -> Result<Vec<Update>, Refusal> {
        let found = self.contracts_of(pending).await?;
        let complete = |projection: &&Projection| {
            let mut created = created_by(projection);
            created.all(|id| found.contains_key(id))
        };
        let count = pending.iter().take_while(complete).count();
        let projections: Vec<Projection> = pending.drain(..count).collect();
        let known = self.packages().known();
        let engine = self.packages().engine().pinned();
        for (package, runs) in packages_of(&projections, verbose, &known) {
            if runs {
                self.packages().load(&engine, &package).await?;
            } else {
                self.packages().signature(&package).await?;
            }
        }
        let needs_views = projections.iter().any(told::needs_views);
        let updates = told::assemble(projections, &found)?;
        if !needs_views {
            return Ok(updates);
        }
        let usable = Usable {
            engine,
            known,
            vetting: self.vetting().now().await?,
        };
        let views = Views::of(updates, usable);
        let told = self.compute().run_in_stints(views, Views::go_on).await;
        told.map_err(|error| Refusal::new(ErrorId::ParticipantBackpressure, error.to_string()))
    }

    /// Tells a single projection.
    pub async fn tell_one(&self, projection: Projection, verbose: bool) -> Result<Update, Refusal> {
        let mut pending = VecDeque::from([projection]);
        let told = self.tell(&mut pending, verbose).await?.pop();
        told.ok_or_else(|| Refusal::internal("an update was not told"))
    }

    /// A contract, whoever sees it; none if it is not stored.
    pub async fn contract(&self, id: &ContractId) -> Result<Option<Content>, Refusal> {
        let mut found = Found::new();
        self.find(std::iter::once(id), None, &mut found).await?;
        Ok(found.remove(id).map(|instance| Content {
            instance,
            views: Vec::new(),
        }))
    }

    /// The contracts of a number of projections: those of the first in any case, those of others as
    /// long as it is not too much.
    async fn contracts_of(&self, pending: &VecDeque<Projection>) -> Result<Found, Refusal> {
        let mut found = Found::new();
        let all = pending.iter().flat_map(created_by);
        self.find(all, Some(CONTRACT_BYTES_MAX), &mut found).await?;
        let Some(first) = pending.front() else {
            return Ok(found);
        };
        self.find(created_by(first), None, &mut found).await?;
        match created_by(first).find(|id| !found.contains_key(*id)) {
            None => Ok(found),
            Some(id) => Err(self.missing_contract(first.entry.offset, id)),
        }
    }

    /// Adds contracts that are not there yet, in this order, until they are too large.
    async fn find(
        &self,
        wanted: impl Iterator<Item = &ContractId> + Send,
        bytes_max: Option<i64>,
        found: &mut Found,
    ) -> Result<(), storage::Error> {
        let mut missing: Vec<&[u8]> = Vec::new();
        for id in wanted {
            if found.contains_key(id) {
                continue;
            }
            match self.head().contract(id) {
                Some(instance) => {
                    found.insert(id.clone(), instance);
                }
                None => missing.push(id.as_bytes()),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let rows = self.store().instances(&missing, bytes_max).await?;
        let mut remembered = Vec::with_capacity(rows.len());
        for (id, bytes) in rows {
            let instance = ContractInstance::from_bytes(&bytes).map_err(storage::Error::corrupt)?;
            let instance = Arc::new(instance);
            found.insert(id.clone(), Arc::clone(&instance));
            let size = bytes.len();
            remembered.push((id, SizedContract { instance, size }));
        }
        self.head().remember(remembered);
        Ok(())
    }
}

/// The contracts whose creation a projection shows.
fn created_by(projection: &Projection) -> impl Iterator<Item = &ContractId> {
    let events = match &projection.entry.body {
        Body::Transaction(transaction) => &transaction.events[..],
        Body::Rejection(_) | Body::Hosting(_) => &[],
    };
    let shown = projection.events.iter();
    shown
        .filter_map(|shown| events.get(shown.position))
        .filter(|event| matches!(event.action, Action::Created))
        .map(|event| &event.contract_id)
}

/// The packages without which projections cannot be told, and whether their code is run: labels need
/// signatures only.
fn packages_of(
    projections: &[Projection],
    verbose: bool,
    known: &KnownPackages,
) -> BTreeMap<PackageId, bool> {
    let mut packages = BTreeMap::new();
    let mut add = |id: &PackageId, runs: bool| *packages.entry(id.clone()).or_default() |= runs;
    for projection in projections {
        let Body::Transaction(transaction) = &projection.entry.body else {
            continue;
        };
        for shown in &projection.events {
            let event = &transaction.events[shown.position];
            let views = &shown.carries.views;
            if verbose || !views.is_empty() {
                add(event.template.package(), !views.is_empty());
            }
            for interface in views {
                add(interface.package(), true);
            }
            if !views.is_empty()
                && let Some(package) = known.get(event.template.package())
            {
                let versions = known.versions(&package.name).iter();
                versions.for_each(|id| add(id, true));
            }
            if verbose && let Action::Exercised(exercise) = &event.action {
                let interface = exercise.interface.iter();
                interface.for_each(|id| add(id.package(), false));
            }
        }
    }
    packages
}

//! Packages where they are needed: in the database for ever, in the engine from their first use on, as
//! long as there is room.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use super::known::{Known, KnownPackages};
use super::store::Store;
use super::upload::CheckedPackage;
use crate::lf::archive::decode_payload;
use crate::lf::engine::Engine;
use crate::lf::signature::PackageSignature;
use crate::model::{PackageId, Timestamp};
use crate::runtime::compute::ComputePool;
use crate::storage::{Database, Error, Schema};

/// A participant's packages. Clones share them.
#[derive(Clone)]
pub struct Packages(Arc<Shared>);

struct Shared {
    engine: Engine,
    compute: ComputePool,
    store: Store,
    /// Replaced as a whole, so that who reads is not disturbed.
    known: RwLock<Arc<KnownPackages>>,
    /// One load at a time: two of the same would do the work twice.
    loading: tokio::sync::Mutex<()>,
}

impl Packages {
    /// The packages of the participant with this schema, which must be up to date.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn open(
        database: Database,
        schema: &Schema,
        engine: Engine,
        compute: ComputePool,
    ) -> Result<Self, Error> {
        let store = Store::new(database, schema);
        let known = store.known().await?;
        Ok(Self(Arc::new(Shared {
            engine,
            compute,
            store,
            known: RwLock::new(Arc::new(known)),
            loading: tokio::sync::Mutex::new(()),
        })))
    }

    /// The engine, which holds what was loaded so far, as long as there is room.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What is known now.
    pub fn known(&self) -> Arc<KnownPackages> {
        let known = self.0.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many packages are known now. None is ever removed, so a number that has not changed
    /// says that nothing has.
    pub fn count(&self) -> usize {
        let known = self.0.known.read();
        known.unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether a package was uploaded here.
    pub fn contains(&self, id: &PackageId) -> bool {
        let known = self.0.known.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.get(id).is_some()
    }

    /// Makes sure that a package and all that it needs are held by an engine; `false` if it was never
    /// uploaded. The engine is this one, pinned: what one that is not holds may be gone at any time.
    ///
    /// # Errors
    /// If the database does not answer, or does not hold what it should.
    pub async fn load(&self, pinned: &Engine, id: &PackageId) -> Result<bool, Error> {
        if !self.contains(id) {
            return Ok(false);
        }
        if pinned.contains(id) {
            return Ok(true);
        }
        let _loading = self.0.loading.lock().await;
        self.load_closure(pinned, id).await?;
        Ok(true)
    }

    /// What a package offers; none if it was never uploaded.
    ///
    /// # Errors
    /// As of [`Self::load`].
    pub async fn signature(&self, id: &PackageId) -> Result<Option<Arc<PackageSignature>>, Error> {
        let engine = self.engine();
        if self.contains(id) && engine.signature(id).is_none() {
            self.load(&engine.pinned(), id).await?;
        }
        Ok(engine.signature(id).filter(|_| self.contains(id)))
    }

    /// Loads a package after those that it needs, those after those that they need.
    async fn load_closure(&self, pinned: &Engine, id: &PackageId) -> Result<(), Error> {
        let mut waiting = VecDeque::from([id.clone()]);
        let mut decoded = std::collections::BTreeMap::new();
        while let Some(id) = waiting.pop_back() {
            if pinned.contains(&id) {
                continue;
            }
            if !decoded.contains_key(&id) {
                let package = self.decode(&id).await?;
                decoded.insert(id.clone(), Arc::new(package));
            }
            let package = Arc::clone(&decoded[&id]);
            let missing: BTreeSet<PackageId> = package
                .dependencies
                .iter()
                .filter(|dependency| !pinned.contains(dependency))
                .cloned()
                .collect();
            if missing.is_empty() {
                self.compile(pinned, id, package).await?;
            } else {
                waiting.push_back(id);
                waiting.extend(missing);
            }
        }
        Ok(())
    }

    /// The payload of a package, as it was uploaded.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn payload(&self, id: &PackageId) -> Result<Option<Vec<u8>>, Error> {
        self.0.store.payload(id).await
    }

    async fn decode(&self, id: &PackageId) -> Result<crate::lf::ast::Package, Error> {
        let payload = self
            .0
            .store
            .payload(id)
            .await?
            .ok_or_else(|| Error::corrupt(format!("package {id} is not stored")))?;
        self.0
            .compute
            .run_when_free(move || decode_payload(&payload))
            .await
            .map_err(Error::corrupt)?
            .map_err(Error::corrupt)
    }

    async fn compile(
        &self,
        pinned: &Engine,
        id: PackageId,
        package: Arc<crate::lf::ast::Package>,
    ) -> Result<(), Error> {
        let engine = pinned.clone();
        self.0
            .compute
            .run_when_free(move || engine.load(&id, &package))
            .await
            .map_err(Error::corrupt)?
            .map_err(Error::corrupt)
    }

    /// Keeps packages that were checked.
    ///
    /// # Errors
    /// If the database does not answer; nothing is kept then.
    pub async fn keep(&self, packages: Vec<CheckedPackage>, now: Timestamp) -> Result<(), Error> {
        self.0.store.insert(&packages, now).await?;
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        let known = Arc::make_mut(&mut known);
        for package in packages {
            let entry = Known {
                name: package.name,
                version: package.version,
                known_since: now,
                size: package.payload.len(),
            };
            known.insert(package.id, entry);
        }
        Ok(())
    }

    /// Reads again what is known: somebody else may have uploaded.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn refresh(&self) -> Result<(), Error> {
        let fresh = self.0.store.known().await?;
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(())
    }
}

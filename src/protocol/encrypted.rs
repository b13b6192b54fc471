//! Views on their way: each encrypted for those who may see it.
//!
//! A root view has a key of its own; the key of a view inside of another follows from that one's, so
//! who sees a view sees those inside of it. For participants that do not see the view around it, the
//! key is encrypted with a *session key*, and this one with their public key (HPKE). A session key is
//! used for a while: asymmetric work is done once a session, on both sides.
//!
//! What an observer of the ciphertexts learns: how many views there are for whom, and how long each is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;

use super::forest::Forest;
use super::parts::{hash, hash_bytes};
use super::{Error, LightView};
use crate::crypto::{CannotDecrypt, EncryptionKey, EncryptionPublicKey, SymmetricKey};
use crate::model::{Duration, Fingerprint, Hash, ParticipantId, Purpose, Timestamp};
use crate::wire::protocol as wire;

/// What a session key is sealed as.
const CONTEXT: &[u8] = b"jura session key 1";

/// How long a session key is used.
const SESSION: Duration = Duration::from_micros(60_000_000);

/// More session keys of others are not remembered.
const OPENED_MAX: usize = 10_000;

/// A view that only its recipients can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptedView {
    /// Who has the key finds the view by it.
    key_id: Hash,
    ciphertext: Bytes,
    /// For recipients who don't see the view around it.
    keys: Vec<SealedKey>,
}

/// The key of a view, for one participant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SealedKey {
    participant: ParticipantId,
    encryption_key: Fingerprint,
    session_key: Bytes,
    wrapped: Bytes,
}

/// The session keys with which a participant sends.
#[derive(Debug, Default)]
pub struct Sessions {
    keys: BTreeMap<EncryptionPublicKey, Session>,
}

#[derive(Debug)]
struct Session {
    key: SymmetricKey,
    sealed: Bytes,
    until: Timestamp,
}

/// The session keys of others that a participant has opened.
#[derive(Debug, Default)]
pub struct OpenedSessions {
    keys: HashMap<Bytes, SymmetricKey>,
}

/// Whom a view is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readers {
    /// Who hosts an informee of the view.
    pub own: BTreeSet<ParticipantId>,
    /// These, and those of the view around it.
    pub all: BTreeSet<ParticipantId>,
}

/// Who reads a view: a group for each view around it, from outside inwards, and one for itself.
pub type ReaderGroups = Vec<BTreeSet<ParticipantId>>;

/// A participant has no key to encrypt for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("participant {0} has no encryption key on the domain")]
pub struct NoEncryptionKey(pub ParticipantId);

impl Sessions {
    /// Encrypts the views of a request; what goes to the same readers together: of each view around
    /// it, from outside inwards, and of the view itself.
    ///
    /// # Errors
    /// If somebody has no key.
    pub fn encrypt<'k>(
        &mut self,
        views: &[LightView],
        readers: &Forest<Readers>,
        key_of: impl Fn(&ParticipantId) -> Option<&'k EncryptionPublicKey>,
        now: Timestamp,
    ) -> Result<BTreeMap<ReaderGroups, Vec<EncryptedView>>, NoEncryptionKey> {
        let mut grouped: BTreeMap<ReaderGroups, Vec<EncryptedView>> = BTreeMap::new();
        let mut keys: Vec<SymmetricKey> = Vec::with_capacity(views.len());
        let positions = readers.positions();
        let none = BTreeSet::new();
        for (number, (view, own_and_all)) in views.iter().zip(readers.iter()).enumerate() {
            let parent = readers.parent(number);
            let key = match parent {
                None => SymmetricKey::generate(),
                Some(parent) => key_inside(&keys[parent], positions[number].index()),
            };
            let around = parent.and_then(|parent| readers.get(parent));
            let know_already = around.map_or(&none, |it| &it.all);
            let mut sealed = Vec::new();
            for participant in own_and_all.own.difference(know_already) {
                let missing = || NoEncryptionKey(participant.clone());
                let public = key_of(participant).ok_or_else(missing)?;
                let sealed_key = self.wrap(&key, participant, public, now);
                sealed.push(sealed_key.ok_or_else(missing)?);
            }
            let ciphertext = key.encrypt(&[0; 24], &view.encode()).unwrap_or_default();
            let group = grouped.entry(groups(readers, number)).or_default();
            group.push(EncryptedView {
                key_id: key.name(Purpose::ViewKeyId),
                ciphertext: ciphertext.into(),
                keys: sealed,
            });
            keys.push(key);
        }
        Ok(grouped)
    }

    fn wrap(
        &mut self,
        key: &SymmetricKey,
        participant: &ParticipantId,
        public: &EncryptionPublicKey,
        now: Timestamp,
    ) -> Option<SealedKey> {
        if self.keys.get(public).is_none_or(|it| it.until < now) {
            self.keys.retain(|_, session| session.until >= now);
            let key = SymmetricKey::generate();
            let sealed = public.seal(CONTEXT, key.as_bytes())?.into();
            let until = now.plus(SESSION);
            self.keys.insert(*public, Session { key, sealed, until });
        }
        let session = self.keys.get(public)?;
        let nonce = nonce(&key.name(Purpose::ViewKeyId));
        Some(SealedKey {
            participant: participant.clone(),
            encryption_key: public.fingerprint(),
            session_key: session.sealed.clone(),
            wrapped: session.key.encrypt(&nonce, key.as_bytes())?.into(),
        })
    }
}

/// Who reads the views around a view, from outside inwards, and the view itself.
fn groups(readers: &Forest<Readers>, number: usize) -> ReaderGroups {
    let around = std::iter::successors(Some(number), |at| readers.parent(*at));
    let mut groups: ReaderGroups = around
        .filter_map(|at| Some(readers.get(at)?.own.clone()))
        .collect();
    groups.reverse();
    groups
}

fn key_inside(around: &SymmetricKey, index: u32) -> SymmetricKey {
    around.derive(Purpose::ViewKey, index)
}

/// View keys are random, so no two of one session have the same.
fn nonce(key_id: &Hash) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&key_id.as_bytes()[..24]);
    nonce
}

/// What came of decrypting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decrypted {
    /// The views that can be read.
    pub views: Vec<LightView>,
    /// Which of the encrypted views each of them was.
    pub numbers: Vec<usize>,
    /// What is wrong with others.
    pub faults: Vec<String>,
}

impl OpenedSessions {
    fn session(
        &mut self,
        sealed: &SealedKey,
        keys: &[EncryptionKey],
    ) -> Result<SymmetricKey, CannotDecrypt> {
        if let Some(session) = self.keys.get(&sealed.session_key) {
            return Ok(session.clone());
        }
        let named = |key: &&EncryptionKey| key.public().fingerprint() == sealed.encryption_key;
        let key = keys.iter().find(named).ok_or(CannotDecrypt)?;
        let opened = key.open(CONTEXT, &sealed.session_key)?;
        let session = SymmetricKey::from_bytes(&opened).ok_or(CannotDecrypt)?;
        if self.keys.len() >= OPENED_MAX {
            self.keys.clear();
        }
        let sealed = sealed.session_key.clone();
        self.keys.insert(sealed, session.clone());
        Ok(session)
    }

    /// Decrypts the views of a request, those inside of others by the keys of these.
    pub fn decrypt(
        &mut self,
        views: &[EncryptedView],
        participant: &ParticipantId,
        keys: &[EncryptionKey],
    ) -> Decrypted {
        let numbered = views.iter().enumerate();
        let by_id: HashMap<Hash, (usize, &EncryptedView)> =
            numbered.map(|it| (it.1.key_id, it)).collect();
        let mut decrypted = Decrypted::default();
        let mut read_views: Vec<(LightView, usize)> = Vec::new();
        let mut open: Vec<SymmetricKey> = Vec::new();
        let mut seen: BTreeSet<Hash> = BTreeSet::new();
        for view in views {
            for sealed in view.keys.iter().filter(|it| it.participant == *participant) {
                match self.unwrap(view, sealed, keys) {
                    Ok(key) => open.push(key),
                    Err(error) => decrypted.faults.push(format!("the key of a view: {error}")),
                }
            }
        }
        while let Some(key) = open.pop() {
            let id = key.name(Purpose::ViewKeyId);
            let Some((number, view)) = by_id.get(&id).filter(|_| seen.insert(id)) else {
                continue;
            };
            match read(&key, view) {
                Ok(read) => {
                    let inside = (0..).take(read.subviews.len());
                    open.extend(inside.map(|index| key_inside(&key, index)));
                    read_views.push((read, *number));
                }
                Err(error) => decrypted.faults.push(format!("a view: {error}")),
            }
        }
        if seen.len() < views.len() {
            let unread = views.len() - seen.len();
            decrypted
                .faults
                .push(format!("{unread} views came without a key"));
        }
        read_views.sort_by_cached_key(|(view, _)| view.position());
        (decrypted.views, decrypted.numbers) = read_views.into_iter().unzip();
        decrypted
    }

    fn unwrap(
        &mut self,
        view: &EncryptedView,
        sealed: &SealedKey,
        keys: &[EncryptionKey],
    ) -> Result<SymmetricKey, CannotDecrypt> {
        let session = self.session(sealed, keys)?;
        let key = session.decrypt(&nonce(&view.key_id), &sealed.wrapped)?;
        let key = SymmetricKey::from_bytes(&key).ok_or(CannotDecrypt)?;
        if key.name(Purpose::ViewKeyId) == view.key_id {
            Ok(key)
        } else {
            Err(CannotDecrypt)
        }
    }
}

fn read(key: &SymmetricKey, view: &EncryptedView) -> Result<LightView, Error> {
    let plaintext = key.decrypt(&[0; 24], &view.ciphertext);
    let plaintext = plaintext.map_err(Error::malformed)?;
    LightView::decode(plaintext.into())
}

impl EncryptedView {
    #[cfg(test)]
    pub(super) fn session_keys(&self) -> Vec<Bytes> {
        self.keys
            .iter()
            .map(|key| key.session_key.clone())
            .collect()
    }

    pub(super) fn to_wire(&self) -> wire::EncryptedView {
        let key = |key: &SealedKey| wire::SealedKey {
            participant: key.participant.to_string(),
            encryption_key: key.encryption_key.to_string(),
            sealed_session_key: key.session_key.clone(),
            wrapped_key: key.wrapped.clone(),
        };
        wire::EncryptedView {
            key_id: hash_bytes(&self.key_id),
            ciphertext: self.ciphertext.clone(),
            keys: self.keys.iter().map(key).collect(),
        }
    }

    pub(super) fn from_wire(view: wire::EncryptedView) -> Result<Self, Error> {
        let key = |key: wire::SealedKey| {
            Ok(SealedKey {
                participant: ParticipantId::parse(&key.participant).map_err(Error::malformed)?,
                encryption_key: Fingerprint::parse(&key.encryption_key)
                    .map_err(Error::malformed)?,
                session_key: key.sealed_session_key,
                wrapped: key.wrapped_key,
            })
        };
        Ok(Self {
            key_id: hash(&view.key_id)?,
            ciphertext: view.ciphertext,
            keys: view
                .keys
                .into_iter()
                .map(key)
                .collect::<Result<_, Error>>()?,
        })
    }
}

//! Merkle trees of confirmation requests: salted leaves, and proofs that a view is in its place.
//!
//! A leaf's hash tells nothing about its content, for it has a salt. A list of views is a binary tree
//! over their hashes, split at the largest power of two (as in RFC 6962), so that a proof has as many
//! hashes as the tree has levels.

use bytes::Bytes;

use super::Error;
use crate::crypto::random_bytes;
use crate::model::{Hash, HashBuilder, Purpose};
use crate::wire::protocol as wire;

/// What a leaf can hold.
pub trait LeafContent: Sized {
    /// Which kind of leaf; part of its hash.
    const KIND: &'static str;

    /// The bytes of the content.
    fn encode(&self) -> Vec<u8>;

    /// Reads what [`LeafContent::encode`] wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    fn decode(bytes: Bytes) -> Result<Self, Error>;
}

/// Content with the salt that hides it in its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf<T> {
    salt: [u8; 16],
    bytes: Bytes,
    content: T,
}

impl<T: LeafContent> Leaf<T> {
    /// A leaf with a new salt.
    pub fn new(content: T) -> Self {
        Self::with_salt(content, random_bytes())
    }

    /// A leaf with this salt.
    pub fn with_salt(content: T, salt: [u8; 16]) -> Self {
        Self {
            salt,
            bytes: content.encode().into(),
            content,
        }
    }

    /// What it holds.
    pub const fn content(&self) -> &T {
        &self.content
    }

    /// What stands for it in the tree.
    pub fn hash(&self) -> Hash {
        HashBuilder::new(Purpose::RequestLeaf)
            .text(T::KIND)
            .bytes(&self.salt)
            .bytes(&self.bytes)
            .finish()
    }

    pub(super) fn to_wire(&self) -> wire::Leaf {
        wire::Leaf {
            salt: self.salt.to_vec().into(),
            content: self.bytes.clone(),
        }
    }

    pub(super) fn from_wire(leaf: Option<wire::Leaf>) -> Result<Self, Error> {
        let leaf = leaf.ok_or_else(|| Error::malformed(format!("no leaf {}", T::KIND)))?;
        let salt = leaf.salt.as_ref().try_into();
        Ok(Self {
            salt: salt.map_err(|_| Error::malformed("a salt is not 16 bytes"))?,
            content: T::decode(leaf.content.clone())?,
            bytes: leaf.content,
        })
    }
}

/// A leaf, or what stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blindable<T> {
    /// To be read.
    Open(Leaf<T>),
    /// Not for the reader.
    Blinded(Hash),
}

impl<T: LeafContent> Blindable<T> {
    /// What stands for it in the tree.
    pub fn hash(&self) -> Hash {
        match self {
            Self::Open(leaf) => leaf.hash(),
            Self::Blinded(hash) => *hash,
        }
    }

    /// What it holds, if that is to be read.
    pub const fn content(&self) -> Option<&T> {
        match self {
            Self::Open(leaf) => Some(leaf.content()),
            Self::Blinded(_) => None,
        }
    }
}

/// Where something stands in a list, with the proof of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From 0.
    pub index: u32,
    /// How many there are.
    pub count: u32,
    /// The hashes beside the way to the root, the nearest first.
    pub proof: Vec<Hash>,
}

/// What stands for a list.
pub(super) fn list_hash(hashes: &[Hash]) -> Hash {
    let tree = (!hashes.is_empty()).then(|| tree_hash(hashes));
    wrap(hashes.len(), tree.as_ref())
}

fn wrap(count: usize, tree: Option<&Hash>) -> Hash {
    HashBuilder::new(Purpose::Views)
        .number(i64::try_from(count).unwrap_or(i64::MAX))
        .bytes(tree.map_or(&[], |hash| hash.as_bytes()))
        .finish()
}

fn pair(left: &Hash, right: &Hash) -> Hash {
    HashBuilder::new(Purpose::ViewsNode)
        .bytes(left.as_bytes())
        .bytes(right.as_bytes())
        .finish()
}

/// The largest power of two below a count that is at least 2.
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

fn tree_hash(hashes: &[Hash]) -> Hash {
    if let [hash] = hashes {
        return *hash;
    }
    let (left, right) = hashes.split_at(split(hashes.len()));
    pair(&tree_hash(left), &tree_hash(right))
}

/// What stands for the entries of a list that is not empty, and for each the hashes beside its way there.
fn prove(hashes: &[Hash]) -> (Hash, Vec<Vec<Hash>>) {
    if let [hash] = hashes {
        return (*hash, vec![Vec::new()]);
    }
    let (left, right) = hashes.split_at(split(hashes.len()));
    let ((left, mut proofs), (right, right_proofs)) = (prove(left), prove(right));
    for proof in &mut proofs {
        proof.push(right);
    }
    proofs.extend(right_proofs.into_iter().map(|mut proof| {
        proof.push(left);
        proof
    }));
    (pair(&left, &right), proofs)
}

impl Place {
    /// The places of the entries of a list.
    pub fn all(hashes: &[Hash]) -> Vec<Self> {
        if hashes.is_empty() {
            return Vec::new();
        }
        let count = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
        let (_, proofs) = prove(hashes);
        let places = (0..).zip(proofs).map(|(index, proof)| Self {
            index,
            count,
            proof,
        });
        places.collect()
    }

    /// What stands for the list if `hash` is in this place.
    ///
    /// # Errors
    /// If the list has no such place, or the proof is not as long as it must be.
    pub fn list_hash(&self, hash: Hash) -> Result<Hash, Error> {
        let wrong = || Error::malformed("a proof does not fit its place");
        let (mut at, mut count) = (self.index as usize, self.count as usize);
        if at >= count {
            return Err(wrong());
        }
        // on which side we are at each level, the root first
        let mut is_left = Vec::new();
        while count > 1 {
            let left = split(count);
            is_left.push(at < left);
            if at < left {
                count = left;
            } else {
                at -= left;
                count -= left;
            }
        }
        if is_left.len() != self.proof.len() {
            return Err(wrong());
        }
        let levels = is_left.iter().rev().zip(&self.proof);
        let tree = levels.fold(hash, |below, (is_left, beside)| {
            if *is_left {
                pair(&below, beside)
            } else {
                pair(beside, &below)
            }
        });
        Ok(wrap(self.count as usize, Some(&tree)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(count: usize) -> Vec<Hash> {
        let bytes = (0..count).map(usize::to_be_bytes);
        bytes.map(|bytes| Hash::of(Purpose::View, &bytes)).collect()
    }

    #[test]
    fn every_entry_of_a_list_is_proved_in_its_place_and_in_no_other() {
        for count in 1..20 {
            let hashes = hashes(count);
            let root = list_hash(&hashes);
            let places = Place::all(&hashes);
            for (index, hash) in hashes.iter().enumerate() {
                let place = places[index].clone();
                assert_eq!(place.list_hash(*hash), Ok(root), "{index} of {count}");
                let other = hashes[(index + 1) % count];
                assert!(count == 1 || place.list_hash(other) != Ok(root));
                for moved in (0..=place.count).filter(|moved| *moved != place.index) {
                    let moved = Place {
                        index: moved,
                        ..place.clone()
                    };
                    assert_ne!(moved.list_hash(*hash), Ok(root));
                }
                let grown = Place {
                    count: place.count + 1,
                    ..place
                };
                assert_ne!(grown.list_hash(*hash), Ok(root));
            }
        }
    }

    #[test]
    fn a_list_has_another_hash_than_its_beginning() {
        let hashes = hashes(9);
        let beginnings: std::collections::BTreeSet<Hash> =
            (0..=9).map(|count| list_hash(&hashes[..count])).collect();
        assert_eq!(beginnings.len(), 10);
    }

    #[test]
    fn the_same_content_has_another_hash_in_another_leaf() {
        #[derive(Debug, Clone, PartialEq, Eq)]
        struct Nothing;
        impl LeafContent for Nothing {
            const KIND: &'static str = "nothing";
            fn encode(&self) -> Vec<u8> {
                Vec::new()
            }
            fn decode(_: Bytes) -> Result<Self, Error> {
                Ok(Self)
            }
        }
        let (one, other) = (Leaf::new(Nothing), Leaf::new(Nothing));
        assert_ne!(one.hash(), other.hash());
        let again = Leaf::<Nothing>::from_wire(Some(one.to_wire())).unwrap();
        assert_eq!(again.hash(), one.hash());
    }
}

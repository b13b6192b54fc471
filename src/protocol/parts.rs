//! Parts that several messages have.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::Error;
use crate::model::{Hash, Party, Timestamp};

pub(super) fn texts(parties: &BTreeSet<Party>) -> Vec<String> {
    parties.iter().map(ToString::to_string).collect()
}

pub(super) fn parties(texts: &[String]) -> Result<BTreeSet<Party>, Error> {
    texts
        .iter()
        .map(|text| Party::parse(text))
        .collect::<Result<_, _>>()
        .map_err(Error::malformed)
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, Error> {
    Hash::from_slice(bytes).ok_or_else(|| Error::malformed("a hash is not 32 bytes"))
}

pub(super) fn optional_hash(bytes: &[u8]) -> Result<Option<Hash>, Error> {
    if bytes.is_empty() {
        return Ok(None);
    }
    hash(bytes).map(Some)
}

pub(super) fn hash_bytes(hash: &Hash) -> Bytes {
    hash.as_bytes().to_vec().into()
}

pub(super) fn hashes(all: &[Bytes]) -> Result<Vec<Hash>, Error> {
    all.iter().map(|bytes| hash(bytes)).collect()
}

pub(super) fn time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_micros(micros).map_err(Error::malformed)
}

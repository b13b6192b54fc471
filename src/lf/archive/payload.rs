//! The archive around a package: hash, version of the language, payload.

use sha2::{Digest, Sha256};

use super::error::{Error, Place};
use super::fault::Fault;
use super::message::Body;
use super::schema;
use super::wire::Writer;
use super::{decode, encode};
use crate::lf::ast::{LanguageVersion, Package};
use crate::model::PackageId;

/// The only hash function that archives may use: SHA-256.
const SHA256: i32 = 0;

/// An archive whose hash and language version are checked, and whose package is not yet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The package's id: the hash of the payload.
    pub id: PackageId,
    /// The version of the language.
    pub language: LanguageVersion,
    /// What the hash is of: version and package. Stored and served as it is.
    pub payload: Vec<u8>,
}

impl Archive {
    /// Opens an archive: the bytes of a `.dalf` file.
    pub fn open(bytes: &[u8]) -> Result<Self, Error> {
        let (declared, payload) = unwrap(bytes).map_err(|fault| {
            // whatever it is, it has not even the outermost form
            Error::malformed(Place::default(), fault)
        })?;
        let computed = hash(payload);
        if declared != computed {
            return Err(Error::HashMismatch {
                declared: declared.to_owned(),
                computed,
            });
        }
        Self::of_payload(payload.to_vec())
    }

    /// Takes a payload without the archive around it, as the Ledger API serves it.
    pub fn of_payload(payload: Vec<u8>) -> Result<Self, Error> {
        let (language, _) = open_payload(&payload)?;
        let id = PackageId::parse(&hash(&payload))
            .map_err(|error| Error::malformed(Place::default(), error.into()))?;
        Ok(Self {
            id,
            language,
            payload,
        })
    }

    /// Encodes a package, in the version of the language that it says.
    pub fn encode(package: &Package) -> Result<Self, Error> {
        let bytes = encode::package(package)?;
        Self::of_payload(seal(package.language, &bytes))
    }

    /// Decodes the package.
    pub fn decode(&self) -> Result<Package, Error> {
        decode_payload(&self.payload)
    }

    /// The bytes of the archive: payload and hash.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut archive = Writer::new();
        archive.bytes(3, &self.payload);
        archive.bytes(4, self.id.as_str().as_bytes());
        archive.into_bytes()
    }
}

/// Decodes a package from its payload.
pub fn decode_payload(payload: &[u8]) -> Result<Package, Error> {
    let (version, package) = open_payload(payload)?;
    decode::package(package, version)
}

/// Puts version and package together; the hash of the result is the package's id.
fn seal(version: LanguageVersion, package: &[u8]) -> Vec<u8> {
    let mut payload = Writer::new();
    payload.bytes(3, version.minor().as_bytes());
    payload.bytes(4, package);
    payload.into_bytes()
}

fn hash(payload: &[u8]) -> String {
    hex::encode(Sha256::digest(payload))
}

fn unwrap(bytes: &[u8]) -> Result<(&str, &[u8]), Fault> {
    let view = schema::ARCHIVE.read(Body::outermost(bytes), LanguageVersion::V2_3)?;
    if view.int(1) != SHA256 {
        return Err(Fault::UnknownNumber {
            what: "hash function",
            number: i64::from(view.int(1)),
        });
    }
    let declared = std::str::from_utf8(view.bytes(4)).map_err(|_| Fault::Utf8)?;
    Ok((declared, view.bytes(3)))
}

/// The version of the language, and the package in it.
fn open_payload(payload: &[u8]) -> Result<(LanguageVersion, &[u8]), Error> {
    let malformed = |fault| Error::malformed(Place::default(), fault);
    let view = schema::PAYLOAD
        .read(Body::outermost(payload), LanguageVersion::V2_3)
        .map_err(malformed)?;
    let minor = std::str::from_utf8(view.bytes(3)).map_err(|_| malformed(Fault::Utf8))?;
    let case = view.case().map_err(malformed)?;
    let unsupported = |version| Err(Error::Language { version });
    if case.number == 2 {
        return unsupported(format!("1.{minor}"));
    }
    let Some(version) = LanguageVersion::ALL
        .into_iter()
        .find(|version| version.minor() == minor)
    else {
        return unsupported(format!("2.{minor}"));
    };
    match view.int(5) {
        0 => Ok((version, case.body().bytes)),
        patch => unsupported(format!("{version}.{patch}")),
    }
}

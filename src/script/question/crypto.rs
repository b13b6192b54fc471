//! Keys and signatures for tests of cryptographic builtins.
//!
//! Keys are in hexadecimal DER: PKCS#8 for private keys, `SubjectPublicKeyInfo` for public ones. Signatures
//! are deterministic, so that scripts are.

use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

use super::Answered;
use crate::lf::engine::MachineValue;
use crate::script::code::Read;
use crate::script::ledger::Refusal;
use crate::script::runner::Runner;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    /// Bytes whose hash is signed.
    Hashed,
    /// A hash, signed as it is.
    Digest,
}

pub(super) fn sign(runner: &mut Runner<'_>, payload: &MachineValue, signing: Signing) -> Answered {
    let code = &runner.code;
    let [key, message] = code.fields_of(payload)?;
    let (key, message) = (code.text(&key)?, code.text(&message)?);
    let signature = signature(&key, &message, signing)?;
    Ok(code.make_text(&signature)?)
}

fn signature(key: &str, message: &str, signing: Signing) -> Result<String, Refusal> {
    let key = hex::decode(key).ok().and_then(|der| read_key(&der));
    let key = key.ok_or_else(|| Refusal::new("malformed private key"))?;
    let message = hex::decode(message);
    let message = message.map_err(|_| Refusal::new("malformed message: not hexadecimal"))?;
    let digest = match signing {
        Signing::Hashed => Sha256::digest(&message).to_vec(),
        Signing::Digest => message,
    };
    let signature: Result<Signature, _> = key.sign_prehash(&digest);
    let signature = signature.map_err(|error| Refusal::new(format!("cannot sign: {error}")))?;
    Ok(hex::encode(signature.to_der().as_bytes()))
}

pub(super) fn generate(runner: &mut Runner<'_>) -> Answered {
    let code = &runner.code;
    let seed = Sha256::digest(format!("jura script key {}", runner.journal.questions));
    let key = SigningKey::from_slice(&seed);
    let key = key.map_err(|error| Refusal::new(format!("cannot make a key: {error}")))?;
    let (private, public) = (private_der(&key), public_der(&key));
    let pair: Read<MachineValue> = code.make_fields(
        ("Questions.Crypto.Text", "Secp256k1KeyPair"),
        &[
            ("privateKey", code.make_text(&hex::encode(private))?),
            ("publicKey", code.make_text(&hex::encode(public))?),
        ],
    );
    Ok(pair?)
}

/// `AlgorithmIdentifier` of keys on secp256k1.
const ALGORITHM: &[u8] = &[
    0x30, 0x10, // sequence
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, // ecPublicKey
    0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a, // secp256k1
];

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut bytes = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length @ 0..=0x7f) => bytes.push(length),
        Ok(length) => bytes.extend([0x81, length]),
        // nothing that we write is longer
        Err(_) => bytes.extend([0x82, 0, 0]),
    }
    bytes.extend(content);
    bytes
}

fn private_der(key: &SigningKey) -> Vec<u8> {
    let secret = key.to_bytes();
    let ec = element(0x30, &[&[0x02, 0x01, 0x01], &element(0x04, &[&secret])]);
    let version: &[u8] = &[0x02, 0x01, 0x00];
    element(0x30, &[version, ALGORITHM, &element(0x04, &[&ec])])
}

fn public_der(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    let bits = element(0x03, &[&[0], point.as_bytes()]);
    element(0x30, &[ALGORITHM, &bits])
}

/// The secret in a PKCS#8 document: the only octet string of 32 bytes in the only octet string of
/// it.
fn read_key(der: &[u8]) -> Option<SigningKey> {
    let document = content(der, 0x30)?.0;
    let (_version, rest) = content(document, 0x02)?;
    let (algorithm, rest) = content(rest, 0x30)?;
    if algorithm != ALGORITHM.get(2..)? {
        return None;
    }
    let (inner, _) = content(rest, 0x04)?;
    let (ec, _) = content(inner, 0x30)?;
    let (_version, rest) = content(ec, 0x02)?;
    let (secret, _) = content(rest, 0x04)?;
    SigningKey::from_slice(secret).ok()
}

/// The content of an element at the beginning, and what follows it.
fn content(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    if *found != tag {
        return None;
    }
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81 => {
            let (length, rest) = rest.split_first()?;
            (usize::from(*length), rest)
        }
        0x82 => {
            let (bytes, rest) = rest.split_at_checked(2)?;
            let [high, low] = bytes else { return None };
            (usize::from(*high) << 8 | usize::from(*low), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_document() {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let read = read_key(&private_der(&key)).unwrap();
        assert_eq!(read.to_bytes(), key.to_bytes());
        assert!(read_key(&private_der(&key)[1..]).is_none());
        assert!(read_key(&[]).is_none());
    }

    #[test]
    fn a_signature_is_deterministic_and_wants_hexadecimal() {
        let key = hex::encode(private_der(&SigningKey::from_slice(&[7; 32]).unwrap()));
        let one = signature(&key, "00ff", Signing::Hashed).unwrap();
        assert_eq!(one, signature(&key, "00ff", Signing::Hashed).unwrap());
        let digest = hex::encode(Sha256::digest([0x00, 0xff]));
        assert_eq!(one, signature(&key, &digest, Signing::Digest).unwrap());
        assert!(signature(&key, "0", Signing::Hashed).is_err());
        assert!(signature("00", "00", Signing::Hashed).is_err());
    }
}

//! Hashes, hexadecimal texts and signatures on the curve secp256k1.
//!
//! Bytes travel as lower-case hexadecimal texts. Messages are signed as they are or by their
//! SHA-256; keys are X.509 and signatures are DER, as the JVM has them.

use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use sha3::Keccak256;

use super::der;
use crate::lf::ast::BuiltinFunction;
use crate::lf::error::{CryptoError, Error};
use crate::lf::machine::{Fault, Meter, Val};

/// Bytes that are worth one step when they are hashed.
const BYTES_PER_STEP: usize = 16;
/// Steps that verifying a signature, or decoding a key, takes about.
pub(super) const SIGNATURE_STEPS: usize = 10_000;
/// Bytes of a coordinate, a scalar and a message that is signed.
const FIELD_BYTES: usize = 32;

fn as_text(val: &Val, builtin: BuiltinFunction) -> Result<&str, Fault> {
    match val {
        Val::Text(text) => Ok(text),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

fn decode(text: &str, cause: &'static str) -> Result<Vec<u8>, Fault> {
    let lower_case = !text.bytes().any(|b| b.is_ascii_uppercase());
    let decoded = hex::decode(text).ok().filter(|_| lower_case);
    let failed = || {
        let value = text.to_owned();
        Error::Crypto(CryptoError::ByteEncoding { value, cause })
    };
    decoded.ok_or_else(|| failed().into())
}

/// `SHA256_TEXT`, `SHA256_HEX`, `KECCAK256_TEXT`, `HEX_TO_TEXT`, `TEXT_TO_HEX`,
/// `SECP256K1_VALIDATE_KEY`.
pub(super) fn unary(builtin: BuiltinFunction, a: &Val, meter: &mut Meter) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    let text = as_text(a, builtin)?;
    meter.work(text.len() / BYTES_PER_STEP);
    let hash = |digest: &[u8]| Val::text(hex::encode(digest));
    Ok(match builtin {
        B::Sha256Text => hash(&Sha256::digest(text)),
        B::Sha256Hex => hash(&Sha256::digest(decode(text, "can not parse hex string")?)),
        B::Keccak256Text => hash(&Keccak256::digest(decode(
            text,
            "can not parse hex string",
        )?)),
        B::HexToText => {
            let bytes = decode(text, "can not parse hex string argument")?;
            Val::text(String::from_utf8_lossy(&bytes).into_owned())
        }
        B::TextToHex => {
            meter.allocate(text.len().saturating_mul(2))?;
            Val::text(hex::encode(text))
        }
        _ => {
            meter.spend(SIGNATURE_STEPS)?;
            Val::Bool(matches!(public_key(text)?, Key::Secp256k1(_)))
        }
    })
}

/// A public key.
enum Key {
    Secp256k1(Box<VerifyingKey>),
    /// A point on another curve.
    OtherCurve,
}

fn public_key(text: &str) -> Result<Key, Fault> {
    let bytes = decode(text, "can not parse DER encoded public key hex string")?;
    let malformed = |cause: &str| {
        Fault::from(Error::Crypto(CryptoError::Key {
            value: text.to_owned(),
            cause: cause.to_owned(),
        }))
    };
    let key =
        der::public_key(&bytes).ok_or_else(|| malformed("encoded key spec not recognized"))?;
    if !key.is_secp256k1 {
        return Ok(Key::OtherCurve);
    }
    VerifyingKey::from_sec1_bytes(key.point)
        .map(|key| Key::Secp256k1(Box::new(key)))
        .map_err(|_| malformed("invalid point"))
}

/// `SECP256K1_BOOL` and `SECP256K1_WITH_ECDSA_BOOL`: whether the signature is the key's. The former
/// hashes the message first.
pub(super) fn verify(
    builtin: BuiltinFunction,
    signature: &Val,
    message: &Val,
    key: &Val,
) -> Result<Val, Fault> {
    const MESSAGE: &str = "can not parse message hex string";
    let signature_text = as_text(signature, builtin)?;
    let message_text = as_text(message, builtin)?;
    let key_text = as_text(key, builtin)?;
    let hashed = if builtin == BuiltinFunction::Secp256k1Bool {
        Some(Sha256::digest(decode(message_text, MESSAGE)?).to_vec())
    } else {
        None
    };
    let signature = decode(signature_text, "can not parse signature hex string")?;
    let message = match hashed {
        Some(digest) => digest,
        None => decode(message_text, MESSAGE)?,
    };
    let Key::Secp256k1(key) = public_key(key_text)? else {
        return Err(Error::Crypto(CryptoError::Key {
            value: key_text.to_owned(),
            cause: "the key is not on the curve secp256k1".to_owned(),
        })
        .into());
    };
    let malformed = || CryptoError::Signature {
        value: signature_text.to_owned(),
        cause: "error decoding signature bytes.".to_owned(),
    };
    let (r, s) = der::signature(&signature).ok_or_else(|| Error::Crypto(malformed()))?;
    Ok(Val::Bool(is_valid(&key, &message, r, s)))
}

/// Numbers out of range are no error: they are just not the key's signature.
fn is_valid(key: &VerifyingKey, message: &[u8], r: &[u8], s: &[u8]) -> bool {
    let negative = |number: &[u8]| number.first().is_some_and(|b| *b >= 0x80);
    if negative(r) || negative(s) {
        return false;
    }
    let (Some(r), Some(s)) = (field(r), field(s)) else {
        return false;
    };
    let Ok(signature) = Signature::from_scalars(r, s) else {
        return false;
    };
    // the leftmost bits count; a shorter message is a smaller number
    let message = &message[..message.len().min(FIELD_BYTES)];
    let Some(message) = field(message) else {
        return false;
    };
    // both signs of s are the same signature; the library takes the lower one
    let signature = signature.normalize_s();
    key.verify_prehash(&message, &signature).is_ok()
}

/// A number in 32 bytes, if it fits.
fn field(bytes: &[u8]) -> Option<[u8; FIELD_BYTES]> {
    let significant = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
    let bytes = &bytes[significant..];
    let mut field = [0; FIELD_BYTES];
    let start = FIELD_BYTES.checked_sub(bytes.len())?;
    field[start..].copy_from_slice(bytes);
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use k256::ecdsa::SigningKey;
    use k256::ecdsa::signature::hazmat::PrehashSigner;

    fn text(bytes: &[u8]) -> Val {
        Val::text(hex::encode(bytes))
    }

    fn signing_key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    fn key_text() -> Val {
        let point = signing_key().verifying_key().to_sec1_point(false);
        let header = hex::decode("3056301006072a8648ce3d020106052b8104000a034200").unwrap();
        text(&[&header[..], point.as_bytes()].concat())
    }

    fn sign(digest: &[u8]) -> Val {
        let signature: Signature = signing_key().sign_prehash(digest).unwrap();
        text(signature.to_der().as_bytes())
    }

    fn bool(result: &Result<Val, Fault>) -> bool {
        match result {
            Ok(Val::Bool(b)) => *b,
            _ => panic!("no truth value"),
        }
    }

    #[test]
    fn signatures_of_messages_and_of_their_hashes_are_verified() {
        use BuiltinFunction as B;
        let message = b"a message";
        let digest = Sha256::digest(message);
        let signature = sign(&digest);
        let check = |builtin, message: &[u8]| {
            bool(&verify(builtin, &signature, &text(message), &key_text()))
        };
        assert!(check(B::Secp256k1Bool, message));
        assert!(check(B::Secp256k1WithEcdsaBool, &digest));
        assert!(!check(B::Secp256k1Bool, b"another"));
    }

    #[test]
    fn malformed_hexadecimal_keys_and_signatures_are_distinct_errors() {
        use BuiltinFunction as B;
        let id = |fault: Fault| match fault {
            Fault::Error(error) => error.report().id,
            _ => panic!("no error"),
        };
        let check = |signature: &Val, message: &Val, key: &Val| match verify(
            B::Secp256k1WithEcdsaBool,
            signature,
            message,
            key,
        ) {
            Ok(_) => "fine",
            Err(fault) => id(fault),
        };
        let (good, key) = (sign(&[1; 32]), key_text());
        let message = text(&[1; 32]);
        let encoding = "INTERPRETATION_CRYPTO_ERROR_MALFORMED_BYTE_ENCODING";
        assert_eq!(check(&good, &message, &key), "fine");
        assert_eq!(check(&good, &Val::text("DEADBEEF"), &key), encoding);
        assert_eq!(
            check(&good, &message, &Val::text("deadbeef")),
            "INTERPRETATION_CRYPTO_ERROR_MALFORMED_KEY"
        );
        assert_eq!(
            check(&Val::text("deadbeef"), &message, &key),
            "INTERPRETATION_CRYPTO_ERROR_MALFORMED_SIGNATURE"
        );
    }

    #[test]
    fn hashes_are_the_known_ones() {
        use BuiltinFunction as B;
        let mut meter = Meter::unlimited();
        for (builtin, input, expected) in [
            (
                B::Sha256Text,
                "",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                B::Sha256Hex,
                "00",
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            ),
            (
                B::Keccak256Text,
                "",
                "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
            ),
            (B::TextToHex, "aé", "61c3a9"),
            (B::HexToText, "61c3a9", "aé"),
        ] {
            match unary(builtin, &Val::text(input), &mut meter) {
                Ok(Val::Text(text)) => assert_eq!(&*text, expected),
                _ => panic!("no text"),
            }
        }
    }
}

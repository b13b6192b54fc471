//! The little of DER that keys and signatures need.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;

/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.3.132.0.10
const SECP256K1: [u8; 5] = [0x2b, 0x81, 0x04, 0x00, 0x0a];

/// A public key on an elliptic curve.
pub(super) struct PublicKey<'a> {
    pub(super) is_secp256k1: bool,
    /// The point, in SEC 1 encoding.
    pub(super) point: &'a [u8],
}

/// Reads a `SubjectPublicKeyInfo` of an elliptic curve.
pub(super) fn public_key(bytes: &[u8]) -> Option<PublicKey<'_>> {
    let (info, rest) = element(bytes, SEQUENCE)?;
    let (algorithm, key) = element(info, SEQUENCE)?;
    let (id, parameters) = element(algorithm, OBJECT_ID)?;
    let (curve, after) = element(parameters, OBJECT_ID)?;
    let (bits, end) = element(key, BIT_STRING)?;
    let (unused, point) = bits.split_first()?;
    let complete = rest.is_empty() && after.is_empty() && end.is_empty() && *unused == 0;
    (complete && id == EC_PUBLIC_KEY).then_some(PublicKey {
        is_secp256k1: curve == SECP256K1,
        point,
    })
}

/// Reads the two numbers of a signature.
pub(super) fn signature(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (numbers, rest) = element(bytes, SEQUENCE)?;
    let (r, numbers) = element(numbers, INTEGER)?;
    let (s, end) = element(numbers, INTEGER)?;
    let complete = rest.is_empty() && end.is_empty();
    (complete && is_canonical(r) && is_canonical(s)).then_some((r, s))
}

/// Whether a number is written without superfluous bytes.
fn is_canonical(number: &[u8]) -> bool {
    match number {
        [] => false,
        [0x00, second, ..] => *second >= 0x80,
        [0xff, second, ..] => *second < 0x80,
        _ => true,
    }
}

/// The contents of an element with a tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = length(rest)?;
    rest.split_at_checked(length)
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match *first {
        short @ 0..=0x7f => Some((usize::from(short), rest)),
        0x81 => {
            let (long, rest) = rest.split_first()?;
            (*long >= 0x80).then_some((usize::from(*long), rest))
        }
        // nothing that we read is that long
        _ => None,
    }
}

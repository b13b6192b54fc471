use prost::Message as _;

use super::*;

const PURPOSE: Purpose = Purpose::SignedMessage;

fn things(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|it| vec![it; 5]).collect()
}

fn sign(key: &SigningKey, things: &[Vec<u8>]) -> Vec<KeyedSignature> {
    KeyedSignature::make_all(key, PURPOSE, things, &GoodSignatures::default())
}

#[test]
fn what_is_signed_in_one_go_holds_each_on_its_own_and_in_no_other_place() {
    let (key, other) = (SigningKey::generate(), SigningKey::generate());
    for count in 0..9 {
        let things = things(count);
        let signatures = sign(&key, &things);
        assert_eq!(signatures.len(), things.len());
        for (thing, signature) in things.iter().zip(&signatures) {
            let again = KeyedSignature::from_wire(Some(signature.to_wire())).unwrap();
            assert_eq!(again, *signature);
            assert!(again.is_by(&[other.public(), key.public()], PURPOSE, thing));
            assert!(!again.is_by(&[other.public()], PURPOSE, thing));
            assert!(!again.is_by(&[key.public()], Purpose::SubmissionRequest, thing));
            let strange = things.iter().filter(|it| *it != thing);
            for strange in strange.chain([&vec![77]]) {
                assert!(!again.is_by(&[key.public()], PURPOSE, strange));
            }
        }
    }
}

#[test]
fn a_signature_that_was_found_good_makes_no_other_thing_good() {
    let key = SigningKey::generate();
    let (good, things) = (GoodSignatures::default(), things(3));
    let signatures = sign(&key, &things);
    let holds = |signature: &KeyedSignature, thing: &[u8]| {
        signature.is_known_by(&[key.public()], PURPOSE, thing, &good)
    };
    assert!(holds(&signatures[0], &things[0]));
    // known now: the others hold by their proofs alone, and only in their places
    assert!(holds(&signatures[1], &things[1]));
    assert!(!holds(&signatures[1], &things[2]));
    assert!(!holds(&signatures[1], b"forged"));
    // with another key's name, or another list's signature, nothing is known
    let other = SigningKey::generate();
    let elsewhere = sign(&other, &things);
    assert!(!holds(&elsewhere[0], &things[0]));
    let borrowed = KeyedSignature {
        key: key.public().fingerprint(),
        ..elsewhere[0].clone()
    };
    assert!(!holds(&borrowed, &things[0]));
    let crossed = KeyedSignature {
        signature: elsewhere[0].signature,
        ..signatures[0].clone()
    };
    assert!(!holds(&crossed, &things[0]));
}

#[test]
fn a_signature_over_a_list_with_any_bit_changed_does_not_hold() {
    let key = SigningKey::generate();
    let things = things(5);
    let good = GoodSignatures::default();
    let signature = KeyedSignature::make_all(&key, PURPOSE, &things, &good).remove(3);
    assert!(signature.is_known_by(&[key.public()], PURPOSE, &things[3], &good));
    let bytes = signature.to_wire().encode_to_vec();
    for position in 0..bytes.len() {
        let mut forged = bytes.clone();
        forged[position] ^= 4;
        let holds = wire::Signature::decode(forged.as_slice())
            .ok()
            .and_then(|wire| KeyedSignature::from_wire(Some(wire)).ok())
            .is_some_and(|it| it.is_known_by(&[key.public()], PURPOSE, &things[3], &good));
        assert!(!holds, "byte {position}");
    }
}

#[test]
fn the_number_of_things_shows_as_a_power_of_two() {
    let key = SigningKey::generate();
    for (count, shown) in [(2, 2), (3, 4), (5, 8)] {
        let place = sign(&key, &things(count)).remove(0).place.unwrap();
        assert_eq!(place.count, shown);
    }
}

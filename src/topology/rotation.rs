//! From old keys to new ones without losing a message: pure.
//!
//! A new key is published beside the old one. When it is in force its owner signs with it, and when
//! nothing that the old one has signed is on its way any more, the old one is withdrawn. What was
//! signed with it and sequenced before stays good: whoever reads it uses the keys of that time.

use super::MemberKeys;
use super::keys::SIGNING_KEYS_MAX;
use crate::crypto::PublicKey;

/// The keys that a member should publish next; `None` if there is nothing to do now.
///
/// `wanted` are the newest keys, `published` those that will be in force when every delay is over,
/// `in_force` those that are now. `is_drained` says that nothing is on its way that another key than
/// the newest has signed.
pub fn next_keys(
    wanted: &MemberKeys,
    published: &MemberKeys,
    in_force: &MemberKeys,
    is_drained: bool,
) -> Option<MemberKeys> {
    let lacks = |keys: &MemberKeys| wanted.signing.iter().any(|key| !keys.signing.contains(key));
    let encryption = wanted.encryption.or(published.encryption);
    if lacks(published) || published.encryption != encryption {
        let mut signing = published.signing.clone();
        let added = wanted.signing.iter().filter(|key| !signing.contains(key));
        let added: Vec<PublicKey> = added.copied().collect();
        signing.extend(added);
        // the oldest have been withdrawn long ago, or nobody would have as many
        let surplus = signing.len().saturating_sub(SIGNING_KEYS_MAX);
        signing.drain(..surplus);
        return Some(MemberKeys {
            signing,
            encryption,
        });
    }
    let has_old = published.signing.len() > wanted.signing.len();
    (has_old && !lacks(in_force) && is_drained).then(|| MemberKeys {
        signing: wanted.signing.clone(),
        encryption,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{EncryptionKey, SigningKey};

    fn keys(numbers: &[u8], encryption: u8) -> MemberKeys {
        let key = |number: &u8| SigningKey::from_bytes(&[*number; 32]).unwrap().public();
        MemberKeys {
            signing: numbers.iter().map(key).collect(),
            encryption: Some(
                EncryptionKey::from_bytes(&[encryption; 32])
                    .unwrap()
                    .public(),
            ),
        }
    }

    #[test]
    fn a_new_key_is_published_beside_the_old_one_which_goes_when_it_is_not_needed() {
        let (old, both, new) = (keys(&[1], 1), keys(&[1, 2], 1), keys(&[2], 1));
        assert_eq!(next_keys(&old, &old, &old, true), None);
        assert_eq!(next_keys(&new, &old, &old, true), Some(both.clone()));
        assert_eq!(next_keys(&new, &both, &old, true), None, "not in force");
        assert_eq!(next_keys(&new, &both, &both, false), None, "needed");
        assert_eq!(next_keys(&new, &both, &both, true), Some(new.clone()));
        assert_eq!(next_keys(&new, &new, &both, true), None);
    }

    #[test]
    fn a_new_key_to_encrypt_with_replaces_the_old_one_at_once() {
        let (old, new) = (keys(&[1], 1), keys(&[1], 2));
        assert_eq!(next_keys(&new, &old, &old, false), Some(new.clone()));
        assert_eq!(next_keys(&new, &new, &old, true), None);
    }

    #[test]
    fn rotations_that_overtake_each_other_end_with_the_newest_key() {
        let newest = keys(&[3], 1);
        let published = keys(&[1, 2], 1);
        let all = keys(&[1, 2, 3], 1);
        assert_eq!(
            next_keys(&newest, &published, &keys(&[1], 1), true),
            Some(all.clone())
        );
        assert_eq!(next_keys(&newest, &all, &all, true), Some(newest));
        let many: Vec<u8> = (1..=8).collect();
        let bounded = next_keys(&keys(&[9], 1), &keys(&many, 1), &keys(&many, 1), true);
        assert_eq!(bounded.unwrap().signing.len(), SIGNING_KEYS_MAX);
    }
}

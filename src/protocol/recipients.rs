//! Who receives an envelope, and what each of them is told about the others.

use std::collections::BTreeSet;

use super::Error;
use crate::model::{Hash, HashBuilder, MemberId, Purpose};
use crate::wire::protocol as wire;

/// Groups of members, from outside inwards. A member is told the first group that it is in and all
/// after it, never those before: who sees a view knows whom those inside of it are for, and who
/// sees one of these does not learn whom the view around it is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipients(Vec<BTreeSet<MemberId>>);

impl Recipients {
    /// Members that are told of each other.
    pub fn group(members: impl IntoIterator<Item = MemberId>) -> Self {
        Self(vec![members.into_iter().collect()])
    }

    /// Groups from outside inwards.
    pub const fn nested(groups: Vec<BTreeSet<MemberId>>) -> Self {
        Self(groups)
    }

    /// The groups from outside inwards.
    pub fn groups(&self) -> &[BTreeSet<MemberId>] {
        &self.0
    }

    /// All members, one in several groups several times.
    pub fn members(&self) -> impl Iterator<Item = &MemberId> {
        self.0.iter().flatten()
    }

    /// Whether a member receives it.
    pub fn contains(&self, member: &MemberId) -> bool {
        self.0.iter().any(|group| group.contains(member))
    }

    /// Whether these and no others receive it, and are told so.
    pub fn is_group(&self, members: &[&MemberId]) -> bool {
        matches!(&self.0[..], [group] if group.iter().collect::<BTreeSet<_>>()
            == members.iter().copied().collect())
    }

    /// What a member is told; `None` if it does not receive it.
    pub fn as_told_to(&self, member: &MemberId) -> Option<Self> {
        let first = self.first_of(member)?;
        Some(Self(self.0[first..].to_vec()))
    }

    /// The first group that a member is in: it is told this one and those after it.
    pub(super) fn first_of(&self, member: &MemberId) -> Option<usize> {
        self.0.iter().position(|group| group.contains(member))
    }

    /// The hash of the groups from one on, with that of the content.
    pub(super) fn digest(&self, first: usize, content: &Hash) -> Hash {
        let mut builder = HashBuilder::new(Purpose::DeliveredEnvelope);
        builder.bytes(content.as_bytes());
        for group in self.0.iter().skip(first) {
            builder.number(i64::try_from(group.len()).unwrap_or(i64::MAX));
            for member in group {
                builder.text(&member.to_string());
            }
        }
        builder.finish()
    }

    /// How many bytes it is, roughly.
    pub fn size(&self) -> usize {
        self.members().map(|member| member.uid().len()).sum()
    }

    pub(super) fn to_wire(&self) -> (Vec<String>, Vec<wire::RecipientGroup>) {
        let text = |group: &BTreeSet<MemberId>| group.iter().map(ToString::to_string).collect();
        let mut groups = self.0.iter();
        let outermost = groups.next().map(text).unwrap_or_default();
        let inner = groups.map(|group| wire::RecipientGroup {
            members: text(group),
        });
        (outermost, inner.collect())
    }

    pub(super) fn from_wire(
        outermost: &[String],
        inner: &[wire::RecipientGroup],
    ) -> Result<Self, Error> {
        let groups = std::iter::once(outermost).chain(inner.iter().map(|it| &it.members[..]));
        let parse = |group: &[String]| {
            let members = group.iter().map(|member| MemberId::parse(member));
            members.collect::<Result<_, _>>().map_err(Error::malformed)
        };
        Ok(Self(groups.map(parse).collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fingerprint, MemberKind};

    fn member(name: &str) -> MemberId {
        let namespace = Fingerprint::of_key(name.as_bytes());
        MemberId::new(MemberKind::Participant, name, &namespace).unwrap()
    }

    fn set(names: &[&str]) -> BTreeSet<MemberId> {
        names.iter().map(|name| member(name)).collect()
    }

    #[test]
    fn a_member_is_told_its_own_group_and_those_inside_of_it() {
        let recipients = Recipients::nested(vec![set(&["a", "b"]), set(&["b", "c"]), set(&["d"])]);
        let told = |name| recipients.as_told_to(&member(name));
        assert_eq!(told("a").as_ref(), Some(&recipients));
        assert_eq!(told("b").as_ref(), Some(&recipients));
        let inside = Recipients::nested(vec![set(&["b", "c"]), set(&["d"])]);
        assert_eq!(told("c"), Some(inside));
        assert_eq!(told("d"), Some(Recipients::group([member("d")])));
        assert_eq!(told("e"), None);
    }

    #[test]
    fn the_digest_is_the_same_on_both_sides_and_covers_the_recipients() {
        let content = Hash::of(Purpose::EnvelopeContent, b"x");
        let recipients = Recipients::nested(vec![set(&["a"]), set(&["b", "c"])]);
        for name in ["a", "b", "c"] {
            let told = recipients.as_told_to(&member(name)).unwrap();
            let first = recipients.first_of(&member(name)).unwrap();
            assert_eq!(recipients.digest(first, &content), told.digest(0, &content));
        }
        let groups = [
            vec![set(&["a", "b"])],
            vec![set(&["a"]), set(&["b"])],
            vec![set(&["a"])],
            vec![set(&["a"]), set(&[])],
        ];
        let digests = groups.map(|it| Recipients::nested(it).digest(0, &content));
        let different: BTreeSet<_> = digests.iter().map(|it| *it.as_bytes()).collect();
        assert_eq!(different.len(), digests.len());
    }

    #[test]
    fn recipients_come_back_from_the_wire() {
        for groups in [vec![set(&["a", "b"])], vec![set(&["a"]), set(&["b", "a"])]] {
            let recipients = Recipients::nested(groups);
            let (outermost, inner) = recipients.to_wire();
            assert_eq!(
                Recipients::from_wire(&outermost, &inner),
                Ok(recipients.clone())
            );
        }
        assert!(Recipients::from_wire(&["nobody".to_owned()], &[]).is_err());
    }
}

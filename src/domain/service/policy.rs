//! The decision: pure.

use super::config::Admission;
use crate::model::{MemberId, MemberKind};

/// Why a member may not join, if it may not. The domain's own members always may: nobody but the
/// domain can sign for its namespace.
pub(super) fn refusal(admission: &Admission, member: &MemberId) -> Option<String> {
    if member.kind() != MemberKind::Participant {
        return None;
    }
    match admission {
        // the topology manager looks for the owner's permission
        Admission::Open | Admission::Restricted(_) => None,
        Admission::Listed(listed) => {
            let is_listed = listed
                .iter()
                .any(|it| it == member.uid() || it == member.namespace());
            (!is_listed).then(|| {
                format!(
                    "the domain admits listed participants only, and {} is not listed; \
                     ask the domain's operator to list it",
                    member.uid()
                )
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fingerprint;

    #[test]
    fn a_listed_domain_admits_by_id_or_namespace() {
        let namespace = Fingerprint::of_key(b"key");
        let member = MemberId::new(MemberKind::Participant, "p", &namespace).unwrap();
        assert_eq!(refusal(&Admission::Open, &member), None);
        for listed in [member.uid(), member.namespace()] {
            let admission = Admission::Listed(vec![listed.to_owned()]);
            assert_eq!(refusal(&admission, &member), None);
        }
        assert!(refusal(&Admission::Listed(vec![]), &member).is_some());
    }
}

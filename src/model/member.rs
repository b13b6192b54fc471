//! Nodes of the network: participants, sequencers, mediators, topology managers, and the domain
//! that connects them.

use std::fmt;

use super::text::{self, TextError, text_type};
use super::{Hash, HashBuilder, Purpose};

text_type! {
    /// The fingerprint of a public key: `1220` and the hexadecimal SHA-256. Names a namespace: the
    /// identities that the key's owner may create.
    Fingerprint, check_fingerprint
}

text_type! {
    /// A domain: `name::fingerprint`. On the Ledger API it is called synchronizer id.
    DomainId, check_member_uid
}

text_type! {
    /// A participant: `name::fingerprint`.
    ParticipantId, check_member_uid
}

/// What a member of a domain does there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MemberKind {
    /// Hosts parties.
    Participant,
    /// Collects confirmations and issues verdicts.
    Mediator,
    /// Orders messages.
    Sequencer,
    /// Publishes topology transactions.
    TopologyManager,
}

/// An identity with signing keys, as the sequencer sees it: `PAR::name::fingerprint`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId {
    kind: MemberKind,
    uid: ParticipantId,
}

fn check_fingerprint(text: &str) -> Result<(), TextError> {
    let well_formed = text.len() == 68
        && text.starts_with("1220")
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if well_formed {
        Ok(())
    } else {
        Err(TextError::Malformed {
            what: "fingerprint",
            text: text::excerpt(text),
            reason: "it is not 1220 and 64 hexadecimal digits",
        })
    }
}

fn check_member_uid(text: &str) -> Result<(), TextError> {
    const WHAT: &str = "unique identifier";
    text::check_alphabet(WHAT, text, 255, ":-_ ")?;
    match text.split_once("::") {
        Some((name, fingerprint)) if !name.is_empty() => check_fingerprint(fingerprint),
        _ => Err(TextError::Malformed {
            what: WHAT,
            text: text::excerpt(text),
            reason: "it is not of the form name::fingerprint",
        }),
    }
}

impl Fingerprint {
    /// The fingerprint of a public key's bytes.
    pub fn of_key(public_key: &[u8]) -> Self {
        let hash = Hash::of(Purpose::PublicKeyFingerprint, public_key);
        Self(format!("1220{hash}").into())
    }

    /// The namespace that several owners found together.
    pub fn of_owners<'a>(owners: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut builder = HashBuilder::new(Purpose::DecentralizedNamespace);
        for owner in owners {
            builder.bytes(owner.as_str().as_bytes());
        }
        let hash = builder.finish();
        Self(format!("1220{hash}").into())
    }
}

impl DomainId {
    /// The domain with a name in a namespace.
    pub fn new(name: &str, namespace: &Fingerprint) -> Result<Self, TextError> {
        Self::parse(&format!("{name}::{namespace}"))
    }

    /// The part before `::`.
    pub fn name(&self) -> &str {
        self.as_str().split_once("::").map_or("", |(name, _)| name)
    }

    /// The part after `::`: who owns the domain.
    pub fn namespace(&self) -> &str {
        self.as_str()
            .split_once("::")
            .map_or("", |(_, namespace)| namespace)
    }
}

impl ParticipantId {
    /// The participant with a name in a namespace.
    pub fn new(name: &str, namespace: &Fingerprint) -> Result<Self, TextError> {
        Self::parse(&format!("{name}::{namespace}"))
    }

    /// The part before `::`.
    pub fn name(&self) -> &str {
        self.as_str().split_once("::").map_or("", |(name, _)| name)
    }

    /// The part after `::`: the namespace of this participant's parties.
    pub fn namespace(&self) -> &str {
        self.as_str()
            .split_once("::")
            .map_or("", |(_, namespace)| namespace)
    }

    /// This participant as a member of domains.
    pub fn member(&self) -> MemberId {
        MemberId {
            kind: MemberKind::Participant,
            uid: self.clone(),
        }
    }
}

impl MemberKind {
    /// The three letters before an id, as in Canton.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Participant => "PAR",
            Self::Mediator => "MED",
            Self::Sequencer => "SEQ",
            Self::TopologyManager => "TOP",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        match code {
            "PAR" => Some(Self::Participant),
            "MED" => Some(Self::Mediator),
            "SEQ" => Some(Self::Sequencer),
            "TOP" => Some(Self::TopologyManager),
            _ => None,
        }
    }
}

impl MemberId {
    /// The member of a kind with a name in a namespace.
    pub fn new(kind: MemberKind, name: &str, namespace: &Fingerprint) -> Result<Self, TextError> {
        Ok(Self {
            kind,
            uid: ParticipantId::new(name, namespace)?,
        })
    }

    /// Reads `PAR::name::fingerprint`.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let malformed = || TextError::Malformed {
            what: "member id",
            text: text::excerpt(text),
            reason: "it is not of the form PAR::name::fingerprint",
        };
        let (code, uid) = text.split_once("::").ok_or_else(malformed)?;
        Ok(Self {
            kind: MemberKind::from_code(code).ok_or_else(malformed)?,
            uid: ParticipantId::parse(uid)?,
        })
    }

    /// The member of another kind with the same name in the same namespace.
    #[must_use]
    pub fn sibling(&self, kind: MemberKind) -> Self {
        Self {
            kind,
            uid: self.uid.clone(),
        }
    }

    /// What the member does.
    pub const fn kind(&self) -> MemberKind {
        self.kind
    }

    /// The participant, if the member is one.
    pub fn participant(&self) -> Option<&ParticipantId> {
        (self.kind == MemberKind::Participant).then_some(&self.uid)
    }

    /// Name and fingerprint without the kind.
    pub fn uid(&self) -> &str {
        self.uid.as_str()
    }

    /// The namespace of the member.
    pub fn namespace(&self) -> &str {
        self.uid.namespace()
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.kind.code(), self.uid)
    }
}

impl fmt::Debug for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_read_back_what_they_print() {
        let namespace = Fingerprint::of_key(&[1, 2, 3]);
        let participant = ParticipantId::new("participant1", &namespace).unwrap();
        let member = participant.member();
        assert_eq!(MemberId::parse(&member.to_string()), Ok(member.clone()));
        assert_eq!(member.participant(), Some(&participant));
        assert_eq!(participant.namespace(), namespace.as_str());
        assert!(MemberId::parse("XYZ::a::b").is_err());
        assert!(ParticipantId::parse("nofingerprint").is_err());
    }
}

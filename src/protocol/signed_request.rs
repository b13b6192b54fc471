//! What a member asks of the sequencer, signed: to sequence a batch, to note what it has kept.
//!
//! Protocol version and domain are part of what is signed, and each kind has a purpose of its own, so
//! that nothing signed for one thing, domain or version passes for another.

use bytes::Bytes;
use prost::Message as _;

use super::keyed_signature::check_header;
use super::{Error, GoodSignatures, KeyedSignature, PROTOCOL_VERSION, SubmissionRequest};
use crate::crypto::{PublicKey, SigningKey};
use crate::model::{DomainId, MemberId, Purpose, Timestamp};
use crate::wire::protocol as wire;

/// A request with its sender's signature, which may or may not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    request: SubmissionRequest,
    header: Header,
    /// As it was signed.
    bytes: Bytes,
    signature: KeyedSignature,
}

/// A member has kept its events up to a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who.
    pub member: MemberId,
    /// Up to which of its events.
    pub time: Timestamp,
}

/// An acknowledgement with its member's signature, which may or may not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAcknowledgement {
    acknowledgement: Acknowledgement,
    header: Header,
    bytes: Bytes,
    signature: KeyedSignature,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Header {
    version: u32,
    domain: String,
}

impl Header {
    fn of(domain: &DomainId) -> Self {
        Self {
            version: PROTOCOL_VERSION,
            domain: domain.to_string(),
        }
    }

    fn check(&self, domain: &DomainId) -> Result<(), Error> {
        check_header(self.version, &self.domain, domain)
    }
}

impl SignedRequest {
    /// Signs a request for a domain with its sender's key.
    pub fn seal(request: SubmissionRequest, domain: &DomainId, key: &SigningKey) -> Self {
        let bytes = encode(&request, domain);
        let signature = KeyedSignature::make(key, Purpose::SubmissionRequest, &bytes);
        Self::of(request, domain, bytes, signature)
    }

    /// Signs several requests for a domain with their sender's key, in one go.
    pub fn seal_all(
        requests: Vec<SubmissionRequest>,
        domain: &DomainId,
        key: &SigningKey,
    ) -> Vec<Self> {
        let encoded: Vec<Bytes> = requests.iter().map(|it| encode(it, domain)).collect();
        // nobody gets his own requests back
        let good = GoodSignatures::default();
        let signatures = KeyedSignature::make_all(key, Purpose::SubmissionRequest, &encoded, &good);
        let parts = requests.into_iter().zip(encoded).zip(signatures);
        parts
            .map(|((request, bytes), signature)| Self::of(request, domain, bytes, signature))
            .collect()
    }

    fn of(
        request: SubmissionRequest,
        domain: &DomainId,
        bytes: Bytes,
        signature: KeyedSignature,
    ) -> Self {
        Self {
            request,
            header: Header::of(domain),
            bytes,
            signature,
        }
    }

    /// What is asked.
    pub const fn request(&self) -> &SubmissionRequest {
        &self.request
    }

    /// Lets go of the signature.
    pub fn into_request(self) -> SubmissionRequest {
        self.request
    }

    /// How many bytes were signed.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Checks that it is for `domain` and that one of its sender's keys signed it.
    ///
    /// # Errors
    /// [`Error::UnsupportedVersion`], [`Error::WrongDomain`] or [`Error::BadSignature`].
    pub fn verify(&self, domain: &DomainId, keys: &[PublicKey]) -> Result<(), Error> {
        self.verify_known(domain, keys, &GoodSignatures::default())
    }

    /// The same, with signatures that were found good before; learns of others.
    ///
    /// # Errors
    /// As [`SignedRequest::verify`].
    pub fn verify_known(
        &self,
        domain: &DomainId,
        keys: &[PublicKey],
        good: &GoodSignatures,
    ) -> Result<(), Error> {
        self.header.check(domain)?;
        let purpose = Purpose::SubmissionRequest;
        if self.signature.is_known_by(keys, purpose, &self.bytes, good) {
            Ok(())
        } else {
            Err(Error::BadSignature(self.request.sender.to_string()))
        }
    }

    /// Its message on the wire.
    pub fn to_wire(&self) -> wire::SignedSubmissionRequest {
        wire::SignedSubmissionRequest {
            request: self.bytes.clone(),
            signature: Some(self.signature.to_wire()),
        }
    }

    /// Reads it from the wire; checks no signature.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn from_wire(signed: wire::SignedSubmissionRequest) -> Result<Self, Error> {
        let mut request =
            wire::SubmissionRequest::decode(signed.request.clone()).map_err(Error::malformed)?;
        Ok(Self {
            header: Header {
                version: request.protocol_version,
                domain: std::mem::take(&mut request.domain),
            },
            request: SubmissionRequest::from_wire(request)?,
            bytes: signed.request,
            signature: KeyedSignature::from_wire(signed.signature)?,
        })
    }
}

impl SignedAcknowledgement {
    /// Signs an acknowledgement for a domain with its member's key.
    pub fn seal(acknowledgement: Acknowledgement, domain: &DomainId, key: &SigningKey) -> Self {
        let header = Header::of(domain);
        let bytes = wire::Acknowledgement {
            protocol_version: header.version,
            domain: header.domain.clone(),
            member: acknowledgement.member.to_string(),
            time: acknowledgement.time.micros(),
        }
        .encode_to_vec();
        Self {
            signature: KeyedSignature::make(key, Purpose::Acknowledgement, &bytes),
            bytes: bytes.into(),
            acknowledgement,
            header,
        }
    }

    /// What is acknowledged, by whom.
    pub const fn acknowledgement(&self) -> &Acknowledgement {
        &self.acknowledgement
    }

    /// Checks that it is for `domain` and that one of its member's keys signed it.
    ///
    /// # Errors
    /// As [`SignedRequest::verify`].
    pub fn verify(&self, domain: &DomainId, keys: &[PublicKey]) -> Result<(), Error> {
        self.header.check(domain)?;
        if self
            .signature
            .is_by(keys, Purpose::Acknowledgement, &self.bytes)
        {
            Ok(())
        } else {
            Err(Error::BadSignature(self.acknowledgement.member.to_string()))
        }
    }

    /// Its message on the wire.
    pub fn to_wire(&self) -> wire::SignedAcknowledgement {
        wire::SignedAcknowledgement {
            acknowledgement: self.bytes.clone(),
            signature: Some(self.signature.to_wire()),
        }
    }

    /// Reads it from the wire; checks no signature.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn from_wire(signed: wire::SignedAcknowledgement) -> Result<Self, Error> {
        let it = wire::Acknowledgement::decode(signed.acknowledgement.clone())
            .map_err(Error::malformed)?;
        Ok(Self {
            acknowledgement: Acknowledgement {
                member: MemberId::parse(&it.member).map_err(Error::malformed)?,
                time: Timestamp::from_micros(it.time).map_err(Error::malformed)?,
            },
            header: Header {
                version: it.protocol_version,
                domain: it.domain,
            },
            bytes: signed.acknowledgement,
            signature: KeyedSignature::from_wire(signed.signature)?,
        })
    }
}

/// As it is signed.
fn encode(request: &SubmissionRequest, domain: &DomainId) -> Bytes {
    let header = Header::of(domain);
    let wire = wire::SubmissionRequest {
        protocol_version: header.version,
        domain: header.domain,
        ..request.to_wire()
    };
    wire.encode_to_vec().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MemberKind;
    use crate::protocol::{Envelope, MessageId};

    fn request(sender: &MemberId) -> SubmissionRequest {
        SubmissionRequest {
            sender: sender.clone(),
            message_id: MessageId::about("test", b"x"),
            envelopes: vec![Envelope {
                content: Bytes::from_static(b"content"),
                recipients: crate::protocol::Recipients::group([sender.clone()]),
            }],
            max_sequencing_time: Timestamp::EPOCH.successor(),
        }
    }

    fn member(key: &SigningKey) -> MemberId {
        MemberId::new(MemberKind::Participant, "p", &key.public().fingerprint()).unwrap()
    }

    #[test]
    fn a_request_holds_for_its_domain_and_its_senders_keys_only() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let domain = DomainId::new("d", &key.public().fingerprint()).unwrap();
        let elsewhere = DomainId::new("e", &key.public().fingerprint()).unwrap();
        let sealed = SignedRequest::seal(request(&member(&key)), &domain, &key);
        let again = SignedRequest::from_wire(sealed.to_wire()).unwrap();
        assert_eq!(again, sealed);
        assert_eq!(
            again.verify(&domain, &[other.public(), key.public()]),
            Ok(())
        );
        assert!(matches!(
            again.verify(&domain, &[other.public()]),
            Err(Error::BadSignature(_))
        ));
        assert!(matches!(
            again.verify(&elsewhere, &[key.public()]),
            Err(Error::WrongDomain(_))
        ));
    }

    #[test]
    fn a_request_with_any_bit_changed_is_refused() {
        let key = SigningKey::generate();
        let domain = DomainId::new("d", &key.public().fingerprint()).unwrap();
        let sealed = SignedRequest::seal(request(&member(&key)), &domain, &key).to_wire();
        let bytes = sealed.encode_to_vec();
        for position in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[position] ^= 4;
            let holds = wire::SignedSubmissionRequest::decode(Bytes::from(forged))
                .ok()
                .and_then(|wire| SignedRequest::from_wire(wire).ok())
                .is_some_and(|it| it.verify(&domain, &[key.public()]).is_ok());
            assert!(!holds, "byte {position}");
        }
    }

    #[test]
    fn a_request_of_another_version_is_refused_clearly() {
        let key = SigningKey::generate();
        let domain = DomainId::new("d", &key.public().fingerprint()).unwrap();
        let bytes = wire::SubmissionRequest {
            protocol_version: PROTOCOL_VERSION + 1,
            domain: domain.to_string(),
            ..request(&member(&key)).to_wire()
        }
        .encode_to_vec();
        let signature = KeyedSignature::make(&key, Purpose::SubmissionRequest, &bytes);
        let future = SignedRequest::from_wire(wire::SignedSubmissionRequest {
            request: bytes.into(),
            signature: Some(signature.to_wire()),
        })
        .unwrap();
        assert_eq!(
            future.verify(&domain, &[key.public()]),
            Err(Error::UnsupportedVersion {
                found: PROTOCOL_VERSION + 1,
                supported: PROTOCOL_VERSION
            })
        );
    }

    #[test]
    fn an_acknowledgement_is_no_request_and_holds_for_its_member_only() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let domain = DomainId::new("d", &key.public().fingerprint()).unwrap();
        let acknowledgement = Acknowledgement {
            member: member(&key),
            time: Timestamp::EPOCH.successor(),
        };
        let sealed = SignedAcknowledgement::seal(acknowledgement, &domain, &key);
        let again = SignedAcknowledgement::from_wire(sealed.to_wire()).unwrap();
        assert_eq!(again.verify(&domain, &[key.public()]), Ok(()));
        assert!(again.verify(&domain, &[other.public()]).is_err());
    }
}

//! The parts of a request in one event, and whether everybody has got theirs: pure.
//!
//! Each participant that hosts an informee, and the submitting one, must get the root hash in an
//! envelope that is addressed to it and the mediator. So a participant that is left out is noticed,
//! although it never hears of the request: whoever has a root hash and no view rejects, and whoever has no root
//! hash is missed here.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::request::misdelivered;
use crate::model::{MemberId, MemberKind};
use crate::protocol::{InformeeTree, Recipients, Reject, RootHash};

/// What came of a request, in whatever order.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    trees: Vec<InformeeTree>,
    roots: Vec<Root>,
    /// The last root hash as it came: it comes once for each participant, signed once.
    last: Option<Bytes>,
}

#[derive(Debug)]
struct Root {
    signer: MemberId,
    hash: RootHash,
    recipients: Recipients,
}

impl Delivery {
    /// Takes an informee tree, if its submitter has signed it.
    pub(super) fn informee_tree(&mut self, signer: &MemberId, tree: InformeeTree) {
        if *signer == tree.common.content().submitting_participant.member() {
            self.trees.push(tree);
        } else {
            metrics::counter!("jura_refused_messages_total").increment(1);
            tracing::warn!(%signer, "a request in another's name, ignored");
        }
    }

    /// Takes a root hash.
    pub(super) fn root_hash(
        &mut self,
        content: Bytes,
        signer: MemberId,
        hash: RootHash,
        recipients: Recipients,
    ) {
        self.last = Some(content);
        self.roots.push(Root {
            signer,
            hash,
            recipients,
        });
    }

    /// Whether this is the last root hash once more: then its signature was checked.
    pub(super) fn is_known(&self, content: &Bytes) -> bool {
        self.last.as_ref() == Some(content)
    }

    /// Takes the last root hash once more, for others.
    pub(super) fn same_root_hash(&mut self, recipients: Recipients) {
        if let Some(last) = self.roots.last() {
            let (signer, hash) = (last.signer.clone(), last.hash);
            self.roots.push(Root {
                signer,
                hash,
                recipients,
            });
        }
    }

    /// The request, if there is one.
    pub(super) fn tree(&self) -> Option<&InformeeTree> {
        if self.trees.is_empty() && !self.roots.is_empty() {
            metrics::counter!("jura_refused_messages_total").increment(1);
            tracing::warn!("root hashes without an informee tree, ignored");
        }
        self.trees.first()
    }

    /// The participants that got a root hash.
    pub(super) fn told(&self) -> impl Iterator<Item = MemberId> {
        let members = self.roots.iter().flat_map(|it| it.recipients.members());
        members
            .filter(|member| member.kind() == MemberKind::Participant)
            .cloned()
    }

    /// What is wrong with the delivery of a request that concerns these participants.
    pub(super) fn fault(
        &self,
        mediator: &MemberId,
        participants: &BTreeSet<MemberId>,
    ) -> Option<Reject> {
        let fault = self.find_fault(mediator, participants);
        fault.err().map(misdelivered)
    }

    fn find_fault(
        &self,
        mediator: &MemberId,
        participants: &BTreeSet<MemberId>,
    ) -> Result<(), String> {
        let [tree] = &self.trees[..] else {
            return Err("several requests in one batch".to_owned());
        };
        let root_hash = tree.root_hash();
        let submitter = tree.common.content().submitting_participant.member();
        let mut told: BTreeSet<&MemberId> = BTreeSet::new();
        for root in &self.roots {
            if root.signer != submitter {
                return Err("a root hash that another has signed".to_owned());
            }
            if root.hash != root_hash {
                return Err("a root hash of another request".to_owned());
            }
            let mut others = root.recipients.members().filter(|it| *it != mediator);
            let Some(participant) = others
                .next()
                .filter(|it| root.recipients.is_group(&[*it, mediator]))
            else {
                return Err("a root hash that was not sent to one participant and \
                     the mediator"
                    .to_owned());
            };
            if !told.insert(participant) {
                return Err(format!("two root hashes for {participant}"));
            }
        }
        if let Some(missing) = participants.iter().find(|it| !told.contains(it)) {
            return Err(format!("no root hash was sent to {missing}"));
        }
        match told.iter().find(|it| !participants.contains(**it)) {
            Some(extra) => Err(format!(
                "a root hash was sent to {extra}, whom the request does not concern"
            )),
            None => Ok(()),
        }
    }
}

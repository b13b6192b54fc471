//! Transactions and contracts as canonical bytes.

use std::collections::BTreeSet;

use super::instance::ContractInstance;
use super::node::{Create, Exercise, Fetch, Key, Node, NodeId, QueryByKey, Rollback, Transaction};
use crate::lf::codec::{Error, Reader, Writer};
use crate::lf::value::Value;
use crate::model::{
    ContractId, DottedName, Hash, Identifier, ModuleName, Name, PackageId, PackageName, Party,
    Timestamp,
};

/// The only version so far.
const VERSION: u8 = 1;

mod tag {
    pub(super) const CREATE: u8 = 0;
    pub(super) const EXERCISE: u8 = 1;
    pub(super) const FETCH: u8 = 2;
    pub(super) const ROLLBACK: u8 = 3;
    pub(super) const QUERY_BY_KEY: u8 = 4;
}

impl Transaction {
    /// The transaction as bytes of its own.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.write(&mut w);
        w.finish()
    }

    /// The length of [`Transaction::to_bytes`].
    pub fn encoded_bytes(&self) -> usize {
        let mut w = Writer::counting();
        self.write(&mut w);
        w.length()
    }

    fn write(&self, w: &mut Writer) {
        w.byte(VERSION);
        w.list(self.roots.iter(), |w, root| w.number(u64::from(root.0)));
        w.list(self.nodes.iter(), |w, node| node.write(w));
    }

    /// Reads what [`Transaction::to_bytes`] wrote. Roots and children are numbered like a
    /// transaction's: each node is a root or the child of one node before it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        version(&mut r)?;
        let transaction = Self {
            roots: r.list(node_id)?,
            nodes: r.list(Node::read)?,
        };
        r.finish()?;
        transaction.check_numbers()?;
        Ok(transaction)
    }

    /// Walking the forest must meet the numbers in their order.
    fn check_numbers(&self) -> Result<(), Error> {
        let mut expected = 0;
        let mut open: Vec<NodeId> = self.roots.iter().rev().copied().collect();
        while let Some(id) = open.pop() {
            let node = self.node(id).ok_or(Error::Malformed("node id"))?;
            if id.index() != expected {
                return Err(Error::NotCanonical("node ids"));
            }
            expected += 1;
            open.extend(node.children().iter().rev());
        }
        if expected == self.nodes.len() {
            Ok(())
        } else {
            Err(Error::NotCanonical("node ids"))
        }
    }
}

impl Node {
    /// The node as bytes of its own.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.byte(VERSION);
        self.write(&mut w);
        w.finish()
    }

    /// Reads what [`Node::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        version(&mut r)?;
        let node = Self::read(&mut r)?;
        r.finish()?;
        Ok(node)
    }

    /// Bytes that it takes in a larger encoding.
    pub(super) fn encoded_bytes(&self) -> usize {
        let mut w = Writer::counting();
        self.write(&mut w);
        w.length()
    }

    /// Writes the node into a larger encoding.
    pub fn write(&self, w: &mut Writer) {
        match self {
            Self::Create(node) => {
                w.byte(tag::CREATE);
                write_create(node, w);
            }
            Self::Exercise(node) => {
                w.byte(tag::EXERCISE);
                write_exercise(node, w);
            }
            Self::Fetch(node) => {
                w.byte(tag::FETCH);
                write_fetch(node, w);
            }
            Self::QueryByKey(node) => {
                w.byte(tag::QUERY_BY_KEY);
                write_query(node, w);
            }
            Self::Rollback(node) => {
                w.byte(tag::ROLLBACK);
                write_children(&node.children, w);
            }
        }
    }

    /// Reads a node out of a larger encoding.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(match r.byte()? {
            tag::CREATE => Self::Create(read_create(r)?),
            tag::EXERCISE => Self::Exercise(read_exercise(r)?),
            tag::FETCH => Self::Fetch(read_fetch(r)?),
            tag::QUERY_BY_KEY => Self::QueryByKey(read_query(r)?),
            tag::ROLLBACK => Self::Rollback(Rollback {
                children: r.list(node_id)?,
            }),
            tag => return Err(Error::UnknownTag { what: "node", tag }),
        })
    }
}

impl Exercise {
    /// Bytes that it takes as a node.
    pub(super) fn encoded_bytes(&self) -> usize {
        let mut w = Writer::counting();
        w.byte(tag::EXERCISE);
        write_exercise(self, &mut w);
        w.length()
    }
}

impl ContractInstance {
    /// The contract as bytes of its own.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.write(&mut w);
        w.finish()
    }

    /// The length of [`ContractInstance::to_bytes`].
    pub fn encoded_bytes(&self) -> usize {
        let mut w = Writer::counting();
        self.write(&mut w);
        w.length()
    }

    fn write(&self, w: &mut Writer) {
        w.byte(VERSION);
        write_identifier(&self.template, w);
        w.text(self.package_name.as_str());
        self.argument.write(w);
        write_parties(&self.signatories, w);
        write_parties(&self.stakeholders, w);
        write_key(self.key.as_ref(), w);
        w.signed(i128::from(self.created_at.micros()));
        w.fixed(self.salt.as_bytes());
    }

    /// Reads what [`ContractInstance::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        version(&mut r)?;
        let instance = Self {
            template: identifier(&mut r)?,
            package_name: package_name(&mut r)?,
            argument: Value::read(&mut r)?,
            signatories: parties(&mut r)?,
            stakeholders: parties(&mut r)?,
            key: key(&mut r)?,
            created_at: Timestamp::from_micros(r.int64()?)
                .map_err(|_| Error::Malformed("timestamp"))?,
            salt: Hash::from_bytes(r.hash()?),
        };
        r.finish()?;
        Ok(instance)
    }
}

fn version(r: &mut Reader<'_>) -> Result<(), Error> {
    match r.byte()? {
        VERSION => Ok(()),
        other => Err(Error::UnknownVersion(other)),
    }
}

fn write_create(node: &Create, w: &mut Writer) {
    w.bytes(node.contract_id.as_bytes());
    write_identifier(&node.template, w);
    w.text(node.package_name.as_str());
    node.argument.write(w);
    write_parties(&node.signatories, w);
    write_parties(&node.stakeholders, w);
    write_key(node.key.as_ref(), w);
}

fn read_create(r: &mut Reader<'_>) -> Result<Create, Error> {
    Ok(Create {
        contract_id: contract_id(r)?,
        template: identifier(r)?,
        package_name: package_name(r)?,
        argument: Value::read(r)?,
        signatories: parties(r)?,
        stakeholders: parties(r)?,
        key: key(r)?,
    })
}

fn write_exercise(node: &Exercise, w: &mut Writer) {
    w.bytes(node.contract_id.as_bytes());
    write_identifier(&node.template, w);
    w.text(node.package_name.as_str());
    w.option(node.interface.as_ref(), |w, id| write_identifier(id, w));
    w.text(node.choice.as_str());
    w.flag(node.consuming);
    write_parties(&node.acting, w);
    node.argument.write(w);
    write_parties(&node.signatories, w);
    write_parties(&node.stakeholders, w);
    write_parties(&node.choice_observers, w);
    write_children(&node.children, w);
    w.option(node.result.as_ref(), |w, result| result.write(w));
    write_key(node.key.as_ref(), w);
    w.flag(node.by_key);
}

fn read_exercise(r: &mut Reader<'_>) -> Result<Exercise, Error> {
    Ok(Exercise {
        contract_id: contract_id(r)?,
        template: identifier(r)?,
        package_name: package_name(r)?,
        interface: r.option(identifier)?,
        choice: r.parsed("name", |text| Name::parse(text).ok())?,
        consuming: r.flag()?,
        acting: parties(r)?,
        argument: Value::read(r)?,
        signatories: parties(r)?,
        stakeholders: parties(r)?,
        choice_observers: parties(r)?,
        children: r.list(node_id)?,
        result: r.option(Value::read)?,
        key: key(r)?,
        by_key: r.flag()?,
    })
}

fn write_fetch(node: &Fetch, w: &mut Writer) {
    w.bytes(node.contract_id.as_bytes());
    write_identifier(&node.template, w);
    w.text(node.package_name.as_str());
    w.option(node.interface.as_ref(), |w, id| write_identifier(id, w));
    write_parties(&node.acting, w);
    write_parties(&node.signatories, w);
    write_parties(&node.stakeholders, w);
    write_key(node.key.as_ref(), w);
    w.flag(node.by_key);
}

fn read_fetch(r: &mut Reader<'_>) -> Result<Fetch, Error> {
    Ok(Fetch {
        contract_id: contract_id(r)?,
        template: identifier(r)?,
        package_name: package_name(r)?,
        interface: r.option(identifier)?,
        acting: parties(r)?,
        signatories: parties(r)?,
        stakeholders: parties(r)?,
        key: key(r)?,
        by_key: r.flag()?,
    })
}

fn write_query(node: &QueryByKey, w: &mut Writer) {
    write_identifier(&node.template, w);
    w.text(node.package_name.as_str());
    write_one_key(&node.key, w);
    w.list(node.result.iter(), |w, id| w.bytes(id.as_bytes()));
    w.flag(node.exhaustive);
}

fn read_query(r: &mut Reader<'_>) -> Result<QueryByKey, Error> {
    Ok(QueryByKey {
        template: identifier(r)?,
        package_name: package_name(r)?,
        key: one_key(r)?,
        result: r.list(contract_id)?,
        exhaustive: r.flag()?,
    })
}

fn write_children(children: &[NodeId], w: &mut Writer) {
    w.list(children.iter(), |w, id| w.number(u64::from(id.0)));
}

fn node_id(r: &mut Reader<'_>) -> Result<NodeId, Error> {
    let number = u32::try_from(r.number()?);
    number.map(NodeId).map_err(|_| Error::Malformed("node id"))
}

fn write_identifier(id: &Identifier, w: &mut Writer) {
    w.text(id.package().as_str());
    w.text(id.module().as_str());
    w.text(id.name().as_str());
}

fn identifier(r: &mut Reader<'_>) -> Result<Identifier, Error> {
    Ok(Identifier::new(
        r.parsed("package id", |text| PackageId::parse(text).ok())?,
        r.parsed("module name", |text| ModuleName::parse(text).ok())?,
        r.parsed("name", |text| DottedName::parse(text).ok())?,
    ))
}

fn package_name(r: &mut Reader<'_>) -> Result<PackageName, Error> {
    r.parsed("package name", |text| PackageName::parse(text).ok())
}

fn contract_id(r: &mut Reader<'_>) -> Result<ContractId, Error> {
    ContractId::from_bytes(r.bytes()?).map_err(|_| Error::Malformed("contract id"))
}

fn write_parties(parties: &BTreeSet<Party>, w: &mut Writer) {
    w.list(parties.iter(), |w, party| w.text(party.as_str()));
}

fn parties(r: &mut Reader<'_>) -> Result<BTreeSet<Party>, Error> {
    let list = r.list(|r| r.parsed("party", |text| Party::parse(text).ok()))?;
    if list.is_sorted_by(|a, b| a < b) {
        Ok(list.into_iter().collect())
    } else {
        Err(Error::NotCanonical("parties"))
    }
}

fn write_key(key: Option<&Key>, w: &mut Writer) {
    w.option(key, |w, key| write_one_key(key, w));
}

fn write_one_key(key: &Key, w: &mut Writer) {
    key.value.write(w);
    w.fixed(key.hash.as_bytes());
    write_parties(&key.maintainers, w);
}

fn key(r: &mut Reader<'_>) -> Result<Option<Key>, Error> {
    r.option(one_key)
}

fn one_key(r: &mut Reader<'_>) -> Result<Key, Error> {
    Ok(Key {
        value: Value::read(r)?,
        hash: Hash::from_bytes(r.hash()?),
        maintainers: parties(r)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{contract_id as ids, node};
    use super::*;
    use crate::lf::value::arbitrary;
    use proptest::prelude::*;

    fn party(name: &str) -> Party {
        Party::parse(name).unwrap()
    }

    fn instance(argument: Value) -> ContractInstance {
        ContractInstance {
            template: "p:Main:T".parse().unwrap(),
            package_name: PackageName::parse("main").unwrap(),
            argument,
            signatories: [party("alice")].into(),
            stakeholders: [party("alice"), party("bob")].into(),
            key: Some(Key {
                value: Value::Int64(7),
                hash: Hash::from_bytes([9; 32]),
                maintainers: [party("alice")].into(),
            }),
            created_at: Timestamp::EPOCH,
            salt: Hash::from_bytes([5; 32]),
        }
    }

    fn transaction(argument: Value) -> Transaction {
        let instance = instance(argument.clone());
        let id = ids::complete(&Hash::from_bytes([3; 32]), &instance);
        let create = Node::Create(Create {
            contract_id: id.clone(),
            template: instance.template.clone(),
            package_name: instance.package_name.clone(),
            argument: argument.clone(),
            signatories: instance.signatories.clone(),
            stakeholders: instance.stakeholders.clone(),
            key: instance.key.clone(),
        });
        let exercise = Node::Exercise(node::Exercise {
            contract_id: id,
            template: instance.template.clone(),
            package_name: instance.package_name,
            interface: Some("p:Main:I".parse().unwrap()),
            choice: Name::literal("Go"),
            consuming: true,
            acting: [party("bob")].into(),
            argument: argument.clone(),
            signatories: instance.signatories.clone(),
            stakeholders: instance.stakeholders,
            choice_observers: [party("carol")].into(),
            children: vec![NodeId(2)],
            result: Some(argument),
            key: None,
            by_key: false,
        });
        let rollback = Node::Rollback(Rollback {
            children: vec![NodeId(3)],
        });
        Transaction {
            nodes: vec![create.clone(), exercise, rollback, create],
            roots: vec![NodeId(0), NodeId(1)],
        }
    }

    #[test]
    fn an_id_authenticates_its_contract_and_no_other() {
        let contract = instance(Value::Int64(1));
        let id = ids::complete(&Hash::from_bytes([3; 32]), &contract);
        assert_eq!(contract.authenticate(&id), Ok(()));
        assert!(id.suffix().starts_with(&[0xca, 0x12, 0x12, 0x20]));
        let mut changed = contract.clone();
        changed.argument = Value::Int64(2);
        assert!(changed.authenticate(&id).is_err());
        changed = contract.clone();
        changed.stakeholders.insert(party("mallory"));
        assert!(changed.authenticate(&id).is_err());
        let other = ids::complete(&Hash::from_bytes([4; 32]), &contract);
        let mut forged = other.as_bytes()[..33].to_vec();
        forged.extend_from_slice(id.suffix());
        let forged = ContractId::from_bytes(&forged).unwrap();
        assert!(contract.authenticate(&forged).is_err());
    }

    #[test]
    fn node_numbers_must_be_those_of_the_walk() {
        let mut bad = transaction(Value::Unit);
        bad.roots = vec![NodeId(0)];
        let read = |t: &Transaction| Transaction::from_bytes(&t.to_bytes());
        assert_eq!(read(&bad), Err(Error::NotCanonical("node ids")));
        bad.roots = vec![NodeId(0), NodeId(9)];
        assert_eq!(read(&bad), Err(Error::Malformed("node id")));
        bad.roots = vec![NodeId(0), NodeId(1), NodeId(1)];
        assert_eq!(read(&bad), Err(Error::NotCanonical("node ids")));
    }

    #[test]
    fn a_subtransaction_is_numbered_from_zero() {
        let whole = transaction(Value::Unit);
        let sub = whole.subtransaction(NodeId(1)).unwrap();
        assert_eq!(sub.nodes.len(), 3);
        assert_eq!(sub.nodes[0].children(), [NodeId(1)]);
        assert_eq!(Transaction::from_bytes(&sub.to_bytes()), Ok(sub));
    }

    proptest! {
        #[test]
        fn transactions_and_contracts_round_trip(argument in arbitrary::value()) {
            let whole = transaction(argument.clone());
            prop_assert_eq!(Transaction::from_bytes(&whole.to_bytes()), Ok(whole));
            let contract = instance(argument);
            prop_assert_eq!(ContractInstance::from_bytes(&contract.to_bytes()), Ok(contract));
        }

        #[test]
        fn broken_transactions_are_errors(argument in arbitrary::value(), at: prop::sample::Index, byte: u8) {
            let whole = transaction(argument);
            let bytes = whole.to_bytes();
            prop_assert!(Transaction::from_bytes(&bytes[..at.index(bytes.len())]).is_err());
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] = byte;
            if let Ok(read) = Transaction::from_bytes(&changed) {
                prop_assert_eq!(read.to_bytes(), changed);
            }
        }
    }
}

//! The model that applications use: assets, and delivery versus payment.

use std::sync::OnceLock;

use crate::lf::engine::{self, Command, Engine};
use crate::lf::models::Model;
use crate::lf::transaction::ContractInstance;
use crate::lf::value::{Numeric, Record, Value};
use crate::model::{ContractId, DottedName, Identifier, Name, PackageId, Party};

/// The package of all applications.
pub(crate) fn package() -> PackageId {
    Model::Demo.archive().unwrap().id
}

/// An engine that has it. Seeds share it: it only holds what was compiled.
pub(crate) fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let archive = Model::Demo.archive().unwrap();
        let engine = Engine::new(engine::Config::default());
        engine
            .load(&archive.id, &archive.decode().unwrap())
            .unwrap();
        engine
    });
    engine.pinned()
}

/// A contract as an application reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Contract {
    Issuance(Asset),
    Asset(Asset),
    Allocation(Asset, Party),
    Settlement {
        buyer: Party,
        seller: Party,
        price: Asset,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asset {
    pub issuer: Party,
    pub owner: Party,
    pub instrument: String,
    pub amount: i128,
}

/// Numerics have ten digits after the point.
const ONE: i128 = 10_000_000_000;

impl Contract {
    pub(crate) fn read(instance: &ContractInstance) -> Self {
        let fields = fields(&instance.argument);
        match instance.template.name().to_string().as_str() {
            "Issuance" => Self::Issuance(Asset::read(fields[0])),
            "Asset" => Self::Asset(Asset::read(&instance.argument)),
            "Allocation" => Self::Allocation(Asset::read(fields[0]), party(fields[1])),
            "Settlement" => {
                let price = self::fields(fields[5]);
                let (seller, buyer) = (party(fields[0]), party(fields[1]));
                let price = Asset {
                    issuer: party(price[0]),
                    owner: buyer.clone(),
                    instrument: text(price[1]),
                    amount: amount(price[2]),
                };
                Self::Settlement {
                    buyer,
                    seller,
                    price,
                }
            }
            other => panic!("a contract of {other}"),
        }
    }

    /// What of the sum of all assets is in it.
    pub(crate) const fn amount(&self) -> i128 {
        match self {
            Self::Issuance(asset) | Self::Asset(asset) | Self::Allocation(asset, _) => asset.amount,
            Self::Settlement { .. } => 0,
        }
    }
}

impl Asset {
    fn read(value: &Value) -> Self {
        let fields = fields(value);
        Self {
            issuer: party(fields[0]),
            owner: party(fields[1]),
            instrument: text(fields[2]),
            amount: amount(fields[3]),
        }
    }

    fn value(&self) -> Value {
        record(vec![
            Value::Party(self.issuer.clone()),
            Value::Party(self.owner.clone()),
            Value::Text(self.instrument.as_str().into()),
            numeric(self.amount),
        ])
    }
}

pub(crate) fn issue(asset: &Asset) -> Command {
    create("Issuance", vec![asset.value()])
}

pub(crate) fn accept(issuance: &ContractId) -> Command {
    exercise("Issuance", issuance, "Accept", Vec::new())
}

pub(crate) fn split(asset: &ContractId, amount: i128) -> Command {
    exercise("Asset", asset, "Split", vec![numeric(amount)])
}

pub(crate) fn merge(asset: &ContractId, other: &ContractId) -> Command {
    let other = Value::ContractId(other.clone());
    exercise("Asset", asset, "Merge", vec![other])
}

pub(crate) fn transfer(asset: &ContractId, to: &Party) -> Command {
    exercise("Asset", asset, "Transfer", vec![Value::Party(to.clone())])
}

pub(crate) fn allocate(asset: &ContractId, receiver: &Party) -> Command {
    let reference = Value::Text("set aside".into());
    let fields = vec![Value::Party(receiver.clone()), reference];
    exercise("Asset", asset, "Allocate", fields)
}

pub(crate) fn release(allocation: &ContractId) -> Command {
    exercise("Allocation", allocation, "Release", Vec::new())
}

pub(crate) fn deliver(allocation: &ContractId) -> Command {
    exercise("Allocation", allocation, "Deliver", Vec::new())
}

/// The owner of what is allocated asks for a price.
pub(crate) fn propose(
    allocation: &ContractId,
    asset: &Asset,
    buyer: &Party,
    price: i128,
) -> Command {
    let payment = record(vec![
        Value::Party(asset.issuer.clone()),
        Value::Text(asset.instrument.as_str().into()),
        numeric(price),
    ]);
    let fields = vec![
        Value::Party(asset.owner.clone()),
        Value::Party(buyer.clone()),
        Value::ContractId(allocation.clone()),
        Value::Text(asset.instrument.as_str().into()),
        numeric(asset.amount),
        payment,
        Value::Text("the deal".into()),
    ];
    create("Settlement", fields)
}

pub(crate) fn settle(settlement: &ContractId, payment: &ContractId) -> Command {
    let payment = Value::ContractId(payment.clone());
    exercise("Settlement", settlement, "Settle", vec![payment])
}

pub(crate) const fn units(count: i128) -> i128 {
    count * ONE
}

fn create(template: &str, fields: Vec<Value>) -> Command {
    Command::Create {
        template: template_id(template),
        argument: record(fields),
    }
}

fn exercise(template: &str, contract: &ContractId, choice: &str, fields: Vec<Value>) -> Command {
    Command::Exercise {
        template: template_id(template),
        contract_id: contract.clone(),
        choice: Name::parse(choice).unwrap(),
        argument: record(fields),
    }
}

fn template_id(name: &str) -> Identifier {
    let module = DottedName::parse("Demo").unwrap();
    Identifier::new(package(), module, DottedName::parse(name).unwrap())
}

fn record(fields: Vec<Value>) -> Value {
    let fields = fields.into_iter().map(|value| (None, value)).collect();
    Value::Record(Record { id: None, fields })
}

fn numeric(unscaled: i128) -> Value {
    Value::Numeric(Numeric::new(unscaled, 10).unwrap())
}

fn fields(value: &Value) -> Vec<&Value> {
    let Value::Record(record) = value else {
        panic!("a record, not {value:?}");
    };
    record.fields.iter().map(|(_, value)| value).collect()
}

fn party(value: &Value) -> Party {
    let Value::Party(party) = value else {
        panic!("a party, not {value:?}");
    };
    party.clone()
}

fn text(value: &Value) -> String {
    let Value::Text(text) = value else {
        panic!("a text, not {value:?}");
    };
    text.to_string()
}

fn amount(value: &Value) -> i128 {
    let Value::Numeric(numeric) = value else {
        panic!("a numeric, not {value:?}");
    };
    numeric.unscaled()
}

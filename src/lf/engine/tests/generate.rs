//! Type-correct values for any serialisable type, in several flavours.

use super::support::{Ledger, party};
use crate::lf::engine::{Command, Engine};
use crate::lf::signature::{Shape, Signatures};
use crate::lf::types::Type;
use crate::lf::value::{Numeric, Record, Value};
use crate::model::{ContractId, Identifier, Name, Party};

/// Parties that own everything.
pub(super) fn parties() -> Vec<Party> {
    ["alice", "bob", "carol"].map(party).to_vec()
}

/// How deep recursive types go.
const DEPTH_MAX: usize = 8;

/// Makes values. The flavour decides between possible ones.
pub(super) struct Generator<'a> {
    pub(super) engine: &'a Engine,
    pub(super) signatures: &'a Signatures,
    pub(super) ledger: &'a mut Ledger,
    pub(super) flavour: usize,
    count: usize,
}

impl<'a> Generator<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        signatures: &'a Signatures,
        ledger: &'a mut Ledger,
        flavour: usize,
    ) -> Self {
        Self {
            engine,
            signatures,
            ledger,
            flavour,
            count: 0,
        }
    }

    /// One of several, by flavour: the first flavours take the same everywhere, later ones mix.
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        self.count += 1;
        let mixed = self.flavour * 7 + (self.flavour / 4) * self.count * 5;
        from[mixed % from.len()].clone()
    }

    fn optional(&mut self, of: &Type, depth: usize) -> Value {
        // flavours differ in which optionals are there
        self.count += 1;
        let some = (self.flavour >> (self.count % 3)) % 2 == 1 && depth < DEPTH_MAX;
        Value::Optional(some.then(|| Box::new(self.value(of, depth + 1))))
    }

    fn repeat(&mut self, of: &Type, depth: usize) -> Vec<Value> {
        let count = if depth < DEPTH_MAX {
            [1, 0, 2][self.flavour % 3]
        } else {
            0
        };
        (0..count).map(|_| self.value(of, depth + 1)).collect()
    }

    pub(super) fn value(&mut self, typ: &Type, depth: usize) -> Value {
        match self.signatures.shape(typ).unwrap() {
            Shape::Unit => Value::Unit,
            Shape::Bool => Value::Bool(self.pick(&[true, false])),
            Shape::Int64 => Value::Int64(self.pick(&[1, 10, 0, 100])),
            Shape::Numeric(scale) => {
                // at the largest scale there is only room for one digit before the point
                let n = self.pick(&[1, 9, 0]);
                Value::Numeric(Numeric::from_int64(n, scale).unwrap())
            }
            Shape::Text => Value::Text(self.pick(&["a", "USD", "b c"]).into()),
            Shape::Timestamp => {
                let later = self.pick(&[1_800_000_000_000_000, 1_600_000_000_000_000]);
                Value::Timestamp(crate::model::Timestamp::from_micros(later).unwrap())
            }
            Shape::Date => Value::Date(20_000),
            Shape::Party => {
                self.count += 1;
                let parties = parties();
                // the same party everywhere, or different ones in turn
                let index = if self.flavour.is_multiple_of(2) {
                    self.count % 3
                } else {
                    0
                };
                Value::Party(parties[index].clone())
            }
            Shape::ContractId => Value::ContractId(self.contract_id(typ, depth)),
            Shape::Optional(of) => self.optional(of, depth),
            Shape::List(of) => Value::List(self.repeat(of, depth)),
            Shape::TextMap(of) => {
                let values = self.repeat(of, depth);
                let keys = ["a", "b"].map(std::sync::Arc::from);
                Value::TextMap(keys.into_iter().zip(values).collect())
            }
            Shape::GenMap(key, of) => {
                let keys = self.repeat(key, depth);
                let mut entries: Vec<(Value, Value)> = Vec::new();
                for key in keys.into_iter().take(1) {
                    let value = self.value(of, depth + 1);
                    entries.push((key, value));
                }
                Value::GenMap(entries)
            }
            Shape::Record(instance) => {
                let fields = instance.cons.iter();
                let fields = fields.map(|(label, typ)| {
                    let value = self.value(&instance.instantiate(typ), depth + 1);
                    (Some(label.clone()), value)
                });
                Value::Record(Record {
                    id: None,
                    fields: fields.collect(),
                })
            }
            Shape::Variant(instance) => {
                // recursion ends with the shortest constructor
                let index = if depth < DEPTH_MAX {
                    self.flavour % instance.cons.len()
                } else {
                    0
                };
                let (constructor, payload) = &instance.cons[index];
                Value::Variant {
                    id: None,
                    constructor: constructor.clone(),
                    value: Box::new(self.value(&instance.instantiate(payload), depth + 1)),
                }
            }
            Shape::Enum(instance) => Value::Enum {
                id: None,
                constructor: instance.cons[self.flavour % instance.cons.len()].clone(),
            },
            Shape::NotSerializable => panic!("{typ} is not serialisable"),
        }
    }

    /// The id of a contract that fits the type, created for the purpose if that is possible.
    fn contract_id(&mut self, typ: &Type, depth: usize) -> ContractId {
        let made_up = || ContractId::new([7; 32], &[0xca, 0x12, 0x12, 0x20, 1]);
        let (_, args) = typ.spine();
        let [Type::Con(of)] = args[..] else {
            return made_up();
        };
        let candidates: Vec<Identifier> = self
            .signatures
            .packages()
            .flat_map(|package| &package.templates)
            .filter(|(id, template)| *id == of || template.implements.contains(of))
            .map(|(id, _)| id.clone())
            .collect();
        if depth > 4 || candidates.is_empty() {
            return made_up();
        }
        let template = self.pick(&candidates);
        self.create(&template, depth + 2)
            .unwrap_or_else(|_| made_up())
    }

    pub(super) fn create(
        &mut self,
        template: &Identifier,
        depth: usize,
    ) -> Result<ContractId, crate::lf::error::Error> {
        let argument = self.value(&Type::Con(template.clone()), depth);
        let command = Command::Create {
            template: template.clone(),
            argument,
        };
        let done = self.ledger.submit(self.engine, parties(), vec![command])?;
        Ok(done.transaction.nodes[0].contract_id().unwrap().clone())
    }

    pub(super) fn exercise(
        &mut self,
        id: &Identifier,
        contract_id: &ContractId,
        choice: &Name,
        argument: &Type,
    ) -> Command {
        Command::Exercise {
            template: id.clone(),
            contract_id: contract_id.clone(),
            choice: choice.clone(),
            argument: self.value(argument, 0),
        }
    }
}

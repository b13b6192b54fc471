//! Reading what a script asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Code;
use crate::lf;
use crate::lf::engine::{Content, MachineValue};
use crate::lf::signature::DataCons;
use crate::lf::types::Type;
use crate::model::{ContractId, Identifier, Name, Party, Timestamp};
use crate::script::place::Place;

/// A value has not the form that it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script) struct Malformed(pub(in crate::script) String);

impl From<lf::error::Error> for Malformed {
    fn from(error: lf::error::Error) -> Self {
        Self(error.to_string())
    }
}

/// What was read.
pub(in crate::script) type Read<T> = Result<T, Malformed>;

/// The fields of a record, by name.
pub(in crate::script) struct Fields {
    of: String,
    fields: Vec<(Name, MachineValue)>,
}

impl Fields {
    /// A field that every version has.
    pub(in crate::script) fn get(&self, name: &str) -> Read<&MachineValue> {
        let of = &self.of;
        self.find(name)
            .ok_or_else(|| Malformed(format!("{of} has no field {name}")))
    }

    /// A field that some versions have.
    pub(in crate::script) fn find(&self, name: &str) -> Option<&MachineValue> {
        let found = self.fields.iter().find(|(it, _)| it.as_str() == name);
        found.map(|(_, value)| value)
    }
}

fn expected<T>(what: &str, found: &Content) -> Read<T> {
    Err(Malformed(format!("expected {what}, got {found:?}")))
}

impl Code {
    pub(in crate::script) fn open(&self, value: &MachineValue) -> Read<Content> {
        Ok(self.evaluation.open(value)?)
    }

    pub(in crate::script) fn text(&self, value: &MachineValue) -> Read<Arc<str>> {
        match self.open(value)? {
            Content::Text(text) => Ok(text),
            other => expected("a text", &other),
        }
    }

    pub(in crate::script) fn int(&self, value: &MachineValue) -> Read<i64> {
        match self.open(value)? {
            Content::Int64(number) => Ok(number),
            other => expected("a number", &other),
        }
    }

    pub(in crate::script) fn bool(&self, value: &MachineValue) -> Read<bool> {
        match self.open(value)? {
            Content::Bool(flag) => Ok(flag),
            other => expected("a truth value", &other),
        }
    }

    pub(in crate::script) fn time(&self, value: &MachineValue) -> Read<Timestamp> {
        match self.open(value)? {
            Content::Timestamp(time) => Ok(time),
            other => expected("a time", &other),
        }
    }

    pub(in crate::script) fn party(&self, value: &MachineValue) -> Read<Party> {
        match self.open(value)? {
            Content::Party(party) => Ok(party),
            other => expected("a party", &other),
        }
    }

    pub(in crate::script) fn contract_id(&self, value: &MachineValue) -> Read<ContractId> {
        match self.open(value)? {
            Content::ContractId(id) => Ok(id),
            other => expected("a contract id", &other),
        }
    }

    pub(in crate::script) fn list(&self, value: &MachineValue) -> Read<Vec<MachineValue>> {
        match self.open(value)? {
            Content::List(values) => Ok(values),
            other => expected("a list", &other),
        }
    }

    /// A list whose elements are read alike.
    pub(in crate::script) fn list_of<T>(
        &self,
        value: &MachineValue,
        each: impl Fn(&Self, &MachineValue) -> Read<T>,
    ) -> Read<Vec<T>> {
        let values = self.list(value)?;
        values.iter().map(|value| each(self, value)).collect()
    }

    pub(in crate::script) fn optional(&self, value: &MachineValue) -> Read<Option<MachineValue>> {
        match self.open(value)? {
            Content::Optional(value) => Ok(value),
            other => expected("an optional", &other),
        }
    }

    pub(in crate::script) fn optional_of<T>(
        &self,
        value: &MachineValue,
        each: impl Fn(&Self, &MachineValue) -> Read<T>,
    ) -> Read<Option<T>> {
        let value = self.optional(value)?;
        value.map(|value| each(self, &value)).transpose()
    }

    /// Some parties, each once.
    pub(in crate::script) fn parties(&self, value: &MachineValue) -> Read<BTreeSet<Party>> {
        let parties = self.list_of(value, Self::party)?;
        Ok(parties.into_iter().collect())
    }

    /// The fields of a record in their order.
    pub(in crate::script) fn record(&self, value: &MachineValue) -> Read<Vec<MachineValue>> {
        match self.open(value)? {
            Content::Record(fields) => Ok(fields),
            other => expected("a record", &other),
        }
    }

    /// A record with a known number of fields.
    pub(in crate::script) fn fields_of<const N: usize>(
        &self,
        value: &MachineValue,
    ) -> Read<[MachineValue; N]> {
        let fields = self.record(value)?;
        let found = fields.len();
        <[MachineValue; N]>::try_from(fields)
            .map_err(|_| Malformed(format!("expected a record of {N} fields, got {found}")))
    }

    /// A record of the library, by the names of its fields.
    pub(in crate::script) fn fields(
        &self,
        (module, name): (&str, &str),
        value: &MachineValue,
    ) -> Read<Fields> {
        let values = self.record(value)?;
        let id = self.library.id(module, name);
        let data_type = self.evaluation.signatures().data_type(&id);
        let data_type = data_type.map_err(|error| Malformed(error.to_string()))?;
        let DataCons::Record(fields) = &data_type.cons else {
            return Err(Malformed(format!("{name} is no record")));
        };
        if fields.len() != values.len() {
            let (wanted, found) = (fields.len(), values.len());
            return Err(Malformed(format!(
                "expected {name} with {wanted} fields, got {found}"
            )));
        }
        let names = fields.iter().map(|(name, _)| name.clone());
        Ok(Fields {
            of: name.to_owned(),
            fields: names.zip(values).collect(),
        })
    }

    pub(in crate::script) fn variant(&self, value: &MachineValue) -> Read<(Name, MachineValue)> {
        match self.open(value)? {
            Content::Variant {
                constructor, value, ..
            } => Ok((constructor, value)),
            other => expected("a variant", &other),
        }
    }

    pub(in crate::script) fn enumeration(&self, value: &MachineValue) -> Read<Name> {
        match self.open(value)? {
            Content::Enum { constructor, .. } => Ok(constructor),
            other => expected("an enumeration", &other),
        }
    }

    /// A template or interface, from its `TemplateTypeRep`.
    pub(in crate::script) fn type_rep(&self, value: &MachineValue) -> Read<Identifier> {
        let [rep] = self.fields_of(value)?;
        match self.open(&rep)? {
            Content::TypeRep(typ) => constructor(&typ),
            other => expected("a type representation", &other),
        }
    }

    /// What an `Any` holds whose type is a constructor.
    pub(in crate::script) fn any(&self, value: &MachineValue) -> Read<(Identifier, MachineValue)> {
        match self.open(value)? {
            Content::Any { typ, value } => Ok((constructor(&typ)?, value)),
            other => expected("a value with its type", &other),
        }
    }

    /// The call stack of a question, the innermost call first.
    pub(in crate::script) fn places(&self, value: &MachineValue) -> Read<Vec<Place>> {
        self.list_of(value, Self::place)
    }

    /// A pair of the called function and the source location of the call.
    pub(in crate::script) fn place(&self, value: &MachineValue) -> Read<Place> {
        let [called, location] = self.fields_of(value)?;
        let [_unit, module, file, line, column, last_line, last_column] =
            self.fields_of(&location)?;
        let file = self.text(&file)?;
        // the library counts from 0, people and editors from 1
        Ok(Place {
            called: self.text(&called)?,
            module: self.text(&module)?,
            file: file.strip_prefix("./").map_or(file.clone(), Arc::from),
            line: self.int(&line)?.saturating_add(1),
            column: self.int(&column)?.saturating_add(1),
            last_line: self.int(&last_line)?.saturating_add(1),
            last_column: self.int(&last_column)?.saturating_add(1),
        })
    }
}

fn constructor(typ: &Type) -> Read<Identifier> {
    match typ {
        Type::Con(id) => Ok(id.clone()),
        other => Err(Malformed(format!("expected a template, got {other}"))),
    }
}

//! Making what a script is answered.

use std::sync::Arc;

use super::{Code, Malformed, Read};
use crate::lf::engine::{Content, MachineValue};
use crate::lf::error::FailureStatus;
use crate::lf::signature::DataCons;
use crate::lf::types::Type;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, Name, Party};

impl Code {
    pub(in crate::script) fn make(&self, content: Content) -> Read<MachineValue> {
        Ok(self.evaluation.close(content)?)
    }

    pub(in crate::script) fn unit(&self) -> Read<MachineValue> {
        self.make(Content::Unit)
    }

    pub(in crate::script) fn make_text(&self, text: &str) -> Read<MachineValue> {
        self.make(Content::Text(Arc::from(text)))
    }

    pub(in crate::script) fn make_bool(&self, flag: bool) -> Read<MachineValue> {
        self.make(Content::Bool(flag))
    }

    pub(in crate::script) fn make_party(&self, party: &Party) -> Read<MachineValue> {
        self.make(Content::Party(party.clone()))
    }

    pub(in crate::script) fn make_contract_id(&self, id: &ContractId) -> Read<MachineValue> {
        self.make(Content::ContractId(id.clone()))
    }

    pub(in crate::script) fn make_optional(
        &self,
        value: Option<MachineValue>,
    ) -> Read<MachineValue> {
        self.make(Content::Optional(value))
    }

    pub(in crate::script) fn make_list(&self, values: Vec<MachineValue>) -> Read<MachineValue> {
        self.make(Content::List(values))
    }

    /// A list of things that are made alike.
    pub(in crate::script) fn make_list_of<T>(
        &self,
        things: impl IntoIterator<Item = T>,
        each: impl Fn(&Self, T) -> Read<MachineValue>,
    ) -> Read<MachineValue> {
        let values = things.into_iter().map(|thing| each(self, thing));
        self.make_list(values.collect::<Read<_>>()?)
    }

    /// A tuple, or another record whose fields are known by their order.
    pub(in crate::script) fn make_record(&self, fields: Vec<MachineValue>) -> Read<MachineValue> {
        self.make(Content::Record(fields))
    }

    /// `Left` or `Right`
    pub(in crate::script) fn make_either(
        &self,
        value: Result<MachineValue, MachineValue>,
    ) -> Read<MachineValue> {
        let (rank, constructor, value) = match value {
            Err(left) => (0, Name::literal("Left"), left),
            Ok(right) => (1, Name::literal("Right"), right),
        };
        self.make(Content::Variant {
            rank,
            constructor,
            value,
        })
    }

    /// A record of the library. Fields that its type has must be among the given ones; others are
    /// left out.
    pub(in crate::script) fn make_fields(
        &self,
        (module, name): (&str, &str),
        given: &[(&str, MachineValue)],
    ) -> Read<MachineValue> {
        let id = self.library.id(module, name);
        let data_type = self.evaluation.signatures().data_type(&id);
        let data_type = data_type.map_err(|error| Malformed(error.to_string()))?;
        let DataCons::Record(fields) = &data_type.cons else {
            return Err(Malformed(format!("{name} is no record")));
        };
        let find = |field: &Name| {
            let found = given.iter().find(|(it, _)| *it == field.as_str());
            let unknown = || Malformed(format!("{name} has a field {field}, which is not known"));
            found.map(|(_, value)| value.clone()).ok_or_else(unknown)
        };
        let values = fields.iter().map(|(field, _)| find(field));
        self.make_record(values.collect::<Read<_>>()?)
    }

    /// Whether a variant or enumeration of the library has a constructor.
    pub(in crate::script) fn has_constructor(
        &self,
        (module, name): (&str, &str),
        constructor: &str,
    ) -> bool {
        self.rank((module, name), constructor).is_ok()
    }

    /// Whether the library has a data type.
    pub(in crate::script) fn has_type(&self, module: &str, name: &str) -> bool {
        let id = self.library.id(module, name);
        self.evaluation.signatures().data_type(&id).is_ok()
    }

    fn rank(&self, (module, name): (&str, &str), constructor: &str) -> Read<(usize, Name)> {
        let id = self.library.id(module, name);
        let data_type = self.evaluation.signatures().data_type(&id);
        let data_type = data_type.map_err(|error| Malformed(error.to_string()))?;
        let names: Vec<&Name> = match &data_type.cons {
            DataCons::Variant(constructors) => constructors.iter().map(|(name, _)| name).collect(),
            DataCons::Enum(names) => names.iter().collect(),
            DataCons::Record(_) | DataCons::Interface => Vec::new(),
        };
        let found = names.iter().position(|name| name.as_str() == constructor);
        let unknown = || Malformed(format!("{name} has no constructor {constructor}"));
        let rank = found.ok_or_else(unknown)?;
        Ok((rank, names[rank].clone()))
    }

    /// A variant of the library.
    pub(in crate::script) fn make_variant(
        &self,
        of: (&str, &str),
        constructor: &str,
        value: MachineValue,
    ) -> Read<MachineValue> {
        let (rank, constructor) = self.rank(of, constructor)?;
        self.make(Content::Variant {
            rank,
            constructor,
            value,
        })
    }

    /// A constructor of an enumeration of the library.
    pub(in crate::script) fn make_enum(
        &self,
        of: (&str, &str),
        constructor: &str,
    ) -> Read<MachineValue> {
        let (rank, constructor) = self.rank(of, constructor)?;
        self.make(Content::Enum { rank, constructor })
    }

    /// A variant of the library whose constructor has named fields.
    pub(in crate::script) fn make_variant_fields(
        &self,
        (module, name): (&str, &str),
        constructor: &str,
        given: &[(&str, MachineValue)],
    ) -> Read<MachineValue> {
        let record = format!("{name}.{constructor}");
        let value = if self.has_type(module, &record) {
            self.make_fields((module, &record), given)?
        } else {
            self.unit()?
        };
        self.make_variant((module, name), constructor, value)
    }

    /// A `TemplateTypeRep`.
    pub(in crate::script) fn make_type_rep(&self, id: &Identifier) -> Read<MachineValue> {
        let rep = self.make(Content::TypeRep(Arc::new(Type::Con(id.clone()))))?;
        self.make_record(vec![rep])
    }

    /// An `AnyTemplate`.
    pub(in crate::script) fn make_any_template(
        &self,
        template: &Identifier,
        argument: &Value,
    ) -> Read<MachineValue> {
        let typ = Type::Con(template.clone());
        let value = self.evaluation.import(&typ, argument)?;
        let any = self.make(Content::Any {
            typ: Arc::new(typ),
            value,
        })?;
        self.make_record(vec![any])
    }

    /// An `AnyContractKey`: the library's own, or in older ones the standard library's, which keeps the
    /// key's type with it.
    pub(in crate::script) fn make_any_contract_key(
        &self,
        template: &Identifier,
        key: &Value,
    ) -> Read<MachineValue> {
        let typ = self.evaluation.signatures().template_key(template).cloned();
        let typ = typ.map_err(|error| Malformed(error.to_string()))?;
        let mut value = self.evaluation.import(&typ, key)?;
        if !self.has_type("Questions.Commands", "AnyContractKey") {
            let typ = Arc::new(typ);
            value = self.make(Content::Any { typ, value })?;
        }
        self.make_record(vec![value, self.make_type_rep(template)?])
    }

    /// An `AnyContractId` of the library.
    pub(in crate::script) fn make_any_contract_id(
        &self,
        template: &Identifier,
        id: &ContractId,
    ) -> Read<MachineValue> {
        let template = self.make_type_rep(template)?;
        let id = self.make_contract_id(id)?;
        self.make_fields(
            ("Questions.Util", "AnyContractId"),
            &[("templateId", template), ("contractId", id)],
        )
    }

    /// A `FailureStatus` of the standard library.
    pub(in crate::script) fn make_status(&self, status: &FailureStatus) -> Read<MachineValue> {
        let metadata = status.metadata.iter();
        let metadata = metadata
            .map(|(key, value)| Ok((Arc::from(key.as_str()), self.make_text(value)?)))
            .collect::<Read<_>>()?;
        self.make_record(vec![
            self.make_text(&status.error_id)?,
            self.make(Content::Int64(status.category))?,
            self.make_text(&status.message)?,
            self.make(Content::TextMap(metadata))?,
        ])
    }
}

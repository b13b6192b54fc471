//! Reading what the ledger has: contracts, views, parties, users, packages.

use std::collections::BTreeSet;
use std::future::Future;

use canton_proto::com::daml::ledger::api::v2 as api;

use api::admin;
use api::admin::right::Kind;
use api::cumulative_filter::IdentifierFilter;

use super::RemoteLedger;
use super::events::contract;
use super::values::{Unreadable, contract_id, read, read_record};
use crate::ledger_client::{Failure, format};
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, PackageName, PackageVersion, Party, UserId};
use crate::script::ledger::{ActiveContract, KnownParty, NamedPackage, Refusal, Right, User};

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Self {
        Self::new(unreadable.0)
    }
}

impl RemoteLedger {
    pub(super) fn find_contracts(
        &self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
    ) -> Result<Vec<ActiveContract>, Refusal> {
        let created = self.active(parties, template)?;
        let contracts = created.iter();
        let contracts = contracts.map(|it| Ok(contract(it, Some(template.package()))?));
        contracts.collect()
    }

    /// The active contracts of a template, whatever the version.
    fn active(
        &self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
    ) -> Result<Vec<api::CreatedEvent>, Refusal> {
        let names: Vec<&str> = parties.iter().map(Party::as_str).collect();
        let mut format = format::of_template(&names, self.named(template, false));
        for filters in format.filters_by_party.values_mut() {
            for filter in &mut filters.cumulative {
                if let Some(IdentifierFilter::TemplateFilter(filter)) =
                    &mut filter.identifier_filter
                {
                    filter.include_created_event_blob = true;
                }
            }
        }
        self.call(self.client.active_contracts(format))
    }

    pub(super) fn find_by_key(
        &self,
        parties: &BTreeSet<Party>,
        template: &Identifier,
        key: &Value,
        limit: usize,
    ) -> Result<Vec<ActiveContract>, Refusal> {
        let signatures = self.engine.signatures();
        let typ = signatures.template_key(template);
        let typ = typ.map_err(|error| Refusal::new(error.to_string()))?;
        let normal = |value: &Value| {
            let normal = self.engine.translate(typ, value);
            normal.map_err(|error| Refusal::new(error.to_string()))
        };
        let key = normal(key)?;
        let mut found = Vec::new();
        // the newest first
        for created in self.active(parties, template)?.iter().rev() {
            let told = created.contract_key.clone().map(read).transpose()?;
            if let Some(told) = told
                && normal(&told)? == key
                && found.len() < limit
            {
                found.push(contract(created, Some(template.package()))?);
            }
        }
        Ok(found)
    }

    pub(super) fn find_views(
        &self,
        parties: &BTreeSet<Party>,
        interface: &Identifier,
    ) -> Result<Vec<(ContractId, Option<Value>)>, Refusal> {
        let filter = IdentifierFilter::InterfaceFilter(api::InterfaceFilter {
            interface_id: Some(self.named(interface, false)),
            include_interface_view: true,
            include_created_event_blob: false,
        });
        let filters = api::Filters {
            cumulative: vec![api::CumulativeFilter {
                identifier_filter: Some(filter),
            }],
        };
        let by_party = parties.iter();
        let by_party = by_party.map(|party| (party.to_string(), filters.clone()));
        let format = api::EventFormat {
            filters_by_party: by_party.collect(),
            filters_for_any_party: None,
            verbose: false,
        };
        let mut views = Vec::new();
        for created in self.call(self.client.active_contracts(format))? {
            let id = contract_id(&created.contract_id)?;
            for view in created.interface_views {
                let value = view.view_value.map(read_record).transpose()?;
                views.push((id.clone(), value));
            }
        }
        Ok(views)
    }

    pub(super) fn list_parties(&self) -> Result<Vec<KnownParty>, Refusal> {
        let parties = self.call(self.client.parties())?.into_iter();
        let known = parties.map(|details| {
            Ok(KnownParty {
                party: parse_party(&details.party)?,
                is_local: details.is_local,
            })
        });
        known.collect()
    }

    pub(super) fn list_packages(&self) -> Result<Vec<NamedPackage>, Refusal> {
        let mut packages = BTreeSet::new();
        for details in self.call(self.client.packages())? {
            let name = PackageName::parse(&details.name);
            let version = PackageVersion::parse(&details.version);
            if let (Ok(name), Ok(version)) = (name, version) {
                packages.insert(NamedPackage { name, version });
            }
        }
        Ok(packages.into_iter().collect())
    }

    /// What a call yields, if what it is about is there.
    pub(super) fn if_there<T>(
        &self,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Option<T>, Refusal> {
        self.unless("USER_NOT_FOUND", call)
    }

    fn unless<T>(
        &self,
        id: &str,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Option<T>, Refusal> {
        match self.runtime.block_on(call) {
            Ok(answer) => Ok(Some(answer)),
            Err(failure) if failure.id == id => Ok(None),
            Err(failure) => Err(Refusal {
                class: "StatusRuntimeException",
                message: failure.to_string(),
            }),
        }
    }

    pub(super) fn add_user(&self, user: &User, rights: &[Right]) -> Result<Option<()>, Refusal> {
        let told = admin::User {
            id: user.id.to_string(),
            primary_party: user
                .primary_party
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            ..Default::default()
        };
        let call = self.client.create_user(told, write_rights(rights));
        self.unless("USER_ALREADY_EXISTS", call)
    }

    pub(super) fn find_user(&self, id: &UserId) -> Result<Option<User>, Refusal> {
        let user = self.if_there(self.client.user(id.as_str()))?;
        user.as_ref().map(read_user).transpose()
    }

    pub(super) fn list_users(&self) -> Result<Vec<User>, Refusal> {
        let users = self.call(self.client.users())?;
        users.iter().map(read_user).collect()
    }
}

fn parse_party(text: &str) -> Result<Party, Refusal> {
    Party::parse(text).map_err(|error| Refusal::new(error.to_string()))
}

fn read_user(user: &admin::User) -> Result<User, Refusal> {
    let party = Some(&user.primary_party).filter(|party| !party.is_empty());
    Ok(User {
        id: UserId::parse(&user.id).map_err(|error| Refusal::new(error.to_string()))?,
        primary_party: party.map(|party| parse_party(party)).transpose()?,
    })
}

/// Rights as the ledger has them.
pub(super) fn write_rights(rights: &[Right]) -> Vec<admin::Right> {
    let rights = rights.iter().map(|right| {
        let kind = match right {
            Right::ParticipantAdmin => {
                Kind::ParticipantAdmin(admin::right::ParticipantAdmin::default())
            }
            Right::CanActAs(party) => Kind::CanActAs(admin::right::CanActAs {
                party: party.to_string(),
            }),
            Right::CanReadAs(party) => Kind::CanReadAs(admin::right::CanReadAs {
                party: party.to_string(),
            }),
            Right::CanExecuteAs(party) => Kind::CanExecuteAs(admin::right::CanExecuteAs {
                party: party.to_string(),
            }),
            Right::CanReadAsAnyParty => {
                Kind::CanReadAsAnyParty(admin::right::CanReadAsAnyParty::default())
            }
            Right::CanExecuteAsAnyParty => {
                Kind::CanExecuteAsAnyParty(admin::right::CanExecuteAsAnyParty::default())
            }
            Right::CanActAsAnyParty => {
                Kind::CanActAsAnyParty(admin::right::CanActAsAnyParty::default())
            }
        };
        admin::Right { kind: Some(kind) }
    });
    rights.collect()
}

/// Rights as scripts know them; others are left out.
pub(super) fn read_rights(
    rights: Option<Vec<admin::Right>>,
) -> Result<Option<Vec<Right>>, Refusal> {
    let Some(rights) = rights else {
        return Ok(None);
    };
    let mut read = Vec::new();
    for right in rights {
        match right.kind {
            Some(Kind::ParticipantAdmin(_)) => read.push(Right::ParticipantAdmin),
            Some(Kind::CanActAs(of)) => read.push(Right::CanActAs(parse_party(&of.party)?)),
            Some(Kind::CanReadAs(of)) => read.push(Right::CanReadAs(parse_party(&of.party)?)),
            Some(Kind::CanExecuteAs(of)) => {
                read.push(Right::CanExecuteAs(parse_party(&of.party)?));
            }
            Some(Kind::CanReadAsAnyParty(_)) => read.push(Right::CanReadAsAnyParty),
            Some(Kind::CanExecuteAsAnyParty(_)) => read.push(Right::CanExecuteAsAnyParty),
            Some(Kind::CanActAsAnyParty(_)) => read.push(Right::CanActAsAnyParty),
            Some(Kind::IdentityProviderAdmin(_)) | None => {}
        }
    }
    Ok(Some(read))
}

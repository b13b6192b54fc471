//! Versions of packages: what may be vetted together, and what vetting is good for.

use api::admin::package_management_service_client::PackageManagementServiceClient;
use api::admin::{
    UpdateVettedPackagesForceFlag as ForceFlag, UpdateVettedPackagesRequest,
    UpdateVettedPackagesResponse, UploadDarFileRequest, ValidateDarFileRequest,
    VettedPackagesChange, VettedPackagesRef,
    upload_dar_file_request::VettingChange,
    vetted_packages_change::{Operation, Unvet, Vet},
};
use api::interactive::interactive_submission_service_client::InteractiveSubmissionServiceClient;
use api::interactive::{GetPreferredPackageVersionRequest, GetPreferredPackagesRequest};
use api::package_service_client::PackageServiceClient;
use api::prior_topology_serial::Serial;
use canton_ledger::{Error, Submit, create, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::archive::read_dar;
use jura::lf::text::build_dar;
use tonic::Code;

use super::client::{Client, USER, created, eventually, unique};
use super::process::Sandbox;
use super::refused::refused;

/// A version of a package with one template.
pub struct Version {
    pub dar: Vec<u8>,
    pub id: String,
}

impl Version {
    pub fn of(dar: Vec<u8>) -> Self {
        let id = read_dar(&dar).unwrap().main.id.to_string();
        Self { dar, id }
    }
}

/// `extra` are fields after the owner.
fn version(name: &str, version: &str, extra: &str) -> Version {
    let source = format!(
        "metadata ('{name}' : '{version}');
         module M {{
           record @serializable T = {{ owner : Party{extra} }};
           template (this : T) = {{
             signatories Cons @Party [M:T {{owner}} this] (Nil @Party);
             observers Nil @Party;
           }};
         }}"
    );
    Version::of(build_dar(&source, &[]).unwrap())
}

const OPTIONAL: &str = ", note : Optional Text";
const REQUIRED: &str = ", note : Text";

/// A participant, and calls that the SDK lacks.
pub struct Participant {
    pub client: Client,
    management: PackageManagementServiceClient<tonic::transport::Channel>,
}

impl Participant {
    pub fn of(client: Client) -> Self {
        let management = PackageManagementServiceClient::new(client.channel.clone());
        Self { client, management }
    }

    async fn upload(&self, version: &Version, vetting: VettingChange) -> Result<(), Error> {
        let request = UploadDarFileRequest {
            dar_file: version.dar.clone(),
            vetting_change: vetting as i32,
            ..Default::default()
        };
        self.management.clone().upload_dar_file(request).await?;
        Ok(())
    }

    async fn validate(&self, version: &Version) -> Result<(), Error> {
        let request = ValidateDarFileRequest {
            dar_file: version.dar.clone(),
            ..Default::default()
        };
        self.management.clone().validate_dar_file(request).await?;
        Ok(())
    }

    pub async fn update(
        &self,
        request: UpdateVettedPackagesRequest,
    ) -> Result<UpdateVettedPackagesResponse, Error> {
        let answer = self
            .management
            .clone()
            .update_vetted_packages(request)
            .await?;
        Ok(answer.into_inner())
    }

    /// What is vetted under a name: ids and bounds, and the serial.
    async fn vetted(&self, name: &str) -> Option<api::VettedPackages> {
        let participant = self.client.admin.participant_id().await.unwrap();
        let request = api::ListVettedPackagesRequest {
            package_metadata_filter: Some(api::PackageMetadataFilter {
                package_name_prefixes: vec![name.to_owned()],
                ..Default::default()
            }),
            topology_state_filter: Some(api::TopologyStateFilter {
                participant_ids: vec![participant],
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut service = PackageServiceClient::new(self.client.channel.clone());
        let listed = service.list_vetted_packages(request).await.unwrap();
        let mut listed = listed.into_inner().vetted_packages;
        assert!(listed.len() <= 1);
        listed.pop()
    }

    async fn vetted_versions(&self, name: &str) -> Vec<String> {
        let vetted = self.vetted(name).await.unwrap_or_default();
        vetted
            .packages
            .into_iter()
            .map(|it| it.package_version)
            .collect()
    }

    /// Creates a contract of a version, or of the one that the name stands for.
    async fn create(&self, package: &str, owner: &str) -> Result<api::Transaction, Error> {
        let argument = record(vec![("owner", value::party(owner))]);
        let command = create(identifier(package, "M", "T"), argument);
        let submit = Submit::new(owner).with_user_id(USER).add_command(command);
        self.client.submit(submit).await
    }

    /// The version that is preferred for a party.
    async fn preferred(&self, name: &str, party: &str) -> Option<String> {
        let request = GetPreferredPackageVersionRequest {
            parties: vec![party.to_owned()],
            package_name: name.to_owned(),
            ..Default::default()
        };
        let mut service = InteractiveSubmissionServiceClient::new(self.client.channel.clone());
        let answer = service
            .get_preferred_package_version(request)
            .await
            .unwrap();
        let preference = answer.into_inner().package_preference?;
        Some(preference.package_reference.unwrap().package_version)
    }
}

pub fn by_id(version: &Version) -> VettedPackagesRef {
    VettedPackagesRef {
        package_id: version.id.clone(),
        ..Default::default()
    }
}

pub fn request(operation: Operation) -> UpdateVettedPackagesRequest {
    UpdateVettedPackagesRequest {
        changes: vec![VettedPackagesChange {
            operation: Some(operation),
        }],
        ..Default::default()
    }
}

pub fn vet(packages: Vec<VettedPackagesRef>) -> UpdateVettedPackagesRequest {
    request(Operation::Vet(Vet {
        packages,
        ..Default::default()
    }))
}

pub fn unvet(packages: Vec<VettedPackagesRef>) -> UpdateVettedPackagesRequest {
    request(Operation::Unvet(Unvet { packages }))
}

#[tokio::test]
async fn a_version_that_may_not_follow_another_is_not_vetted_with_it() {
    let participant = Participant::of(Client::of("participant1"));
    let name = unique("refused");
    let old = version(&name, "1.0.0", "");
    let new = version(&name, "1.1.0", OPTIONAL);
    let bad = version(&name, "1.2.0", REQUIRED);
    let twin = version(&name, "1.1.0", ", other : Optional Text");
    participant
        .upload(&new, VettingChange::Unspecified)
        .await
        .unwrap();
    // the older one may come later
    participant.validate(&old).await.unwrap();
    participant
        .upload(&old, VettingChange::VetAllPackages)
        .await
        .unwrap();
    for (version, reason) in [
        (&bad, "NOT_VALID_UPGRADE_PACKAGE"),
        (&twin, "KNOWN_PACKAGE_VERSION"),
    ] {
        let validated = participant.validate(version).await;
        refused(validated, reason, Code::InvalidArgument, 8);
        let uploaded = participant
            .upload(version, VettingChange::Unspecified)
            .await;
        let error = refused(uploaded, reason, Code::InvalidArgument, 8).to_string();
        assert!(
            error.contains(&new.id) && error.contains(&version.id),
            "{error}"
        );
    }
    assert_eq!(participant.vetted_versions(&name).await, ["1.0.0", "1.1.0"]);
    // it may be known, and vetted without the other
    participant
        .upload(&bad, VettingChange::DontVetAnyPackages)
        .await
        .unwrap();
    let mut swap = unvet(vec![by_id(&new), by_id(&old)]);
    swap.changes.extend(vet(vec![by_id(&bad)]).changes);
    participant.update(swap).await.unwrap();
    assert_eq!(participant.vetted_versions(&name).await, ["1.2.0"]);
    // or with it, by force
    let refusal = participant.update(vet(vec![by_id(&new)])).await;
    refused(
        refusal,
        "NOT_VALID_UPGRADE_PACKAGE",
        Code::InvalidArgument,
        8,
    );
    participant
        .update(UpdateVettedPackagesRequest {
            update_vetted_packages_force_flags: vec![
                ForceFlag::AllowVetIncompatibleUpgrades as i32,
            ],
            ..vet(vec![by_id(&new)])
        })
        .await
        .unwrap();
    assert_eq!(participant.vetted_versions(&name).await, ["1.1.0", "1.2.0"]);
}

#[tokio::test]
async fn a_package_is_used_while_it_is_vetted() {
    let participant = Participant::of(Client::of("participant1"));
    let name = unique("used");
    let by_name = format!("#{name}");
    let old = version(&name, "1.0.0", "");
    let new = version(&name, "2.0.0", OPTIONAL);
    for version in [&old, &new] {
        participant
            .upload(version, VettingChange::Unspecified)
            .await
            .unwrap();
    }
    let alice = participant.client.allocate("alice").await;
    let transaction = participant.create(&by_name, &alice).await.unwrap();
    let used = |transaction: &api::Transaction| {
        created(transaction)[0]
            .template_id
            .as_ref()
            .unwrap()
            .package_id
            .clone()
    };
    assert_eq!(used(&transaction), new.id);
    assert_eq!(
        participant.preferred(&name, &alice).await.as_deref(),
        Some("2.0.0")
    );

    participant.update(unvet(vec![by_id(&new)])).await.unwrap();
    let transaction = participant.create(&by_name, &alice).await.unwrap();
    assert_eq!(used(&transaction), old.id);
    assert_eq!(
        participant.preferred(&name, &alice).await.as_deref(),
        Some("1.0.0")
    );
    let answer = participant.create(&new.id, &alice).await;
    refused(
        answer,
        "NO_SYNCHRONIZER_FOR_SUBMISSION",
        Code::FailedPrecondition,
        9,
    );

    let reference = VettedPackagesRef {
        package_name: name.clone(),
        ..Default::default()
    };
    participant.update(unvet(vec![reference])).await.unwrap();
    let answer = participant.create(&by_name, &alice).await;
    refused(
        answer,
        "PACKAGE_SELECTION_FAILED",
        Code::FailedPrecondition,
        9,
    );
    assert_eq!(participant.preferred(&name, &alice).await, None);
    let request = GetPreferredPackagesRequest {
        package_vetting_requirements: vec![api::interactive::PackageVettingRequirement {
            parties: vec![alice.clone()],
            package_name: name.clone(),
        }],
        ..Default::default()
    };
    let mut service = InteractiveSubmissionServiceClient::new(participant.client.channel.clone());
    let answer = service
        .get_preferred_packages(request)
        .await
        .map_err(Error::from);
    refused(
        answer,
        "NO_PREFERRED_PACKAGES_FOUND",
        Code::FailedPrecondition,
        9,
    );

    participant.update(vet(vec![by_id(&new)])).await.unwrap();
    let transaction = participant.create(&by_name, &alice).await.unwrap();
    assert_eq!(used(&transaction), new.id);
}

#[tokio::test]
async fn a_package_is_used_at_the_time_for_which_it_is_vetted() {
    let participant = Participant::of(Client::of("participant1"));
    let name = unique("timed");
    let package = version(&name, "1.0.0", "");
    participant
        .upload(&package, VettingChange::DontVetAnyPackages)
        .await
        .unwrap();
    let alice = participant.client.allocate("alice").await;
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let during = |from, until| {
        request(Operation::Vet(Vet {
            packages: vec![by_id(&package)],
            new_valid_from_inclusive: from,
            new_valid_until_exclusive: until,
        }))
    };
    // long past, then far ahead
    for (from, until, usable) in [
        (at(0), at(1), false),
        (at(4_000_000_000), None, false),
        (at(1), at(4_000_000_000), true),
    ] {
        let update = participant.update(during(from, until)).await.unwrap();
        let told = update.new_vetted_packages.unwrap().packages;
        let told = told
            .into_iter()
            .find(|it| it.package_id == package.id)
            .unwrap();
        let listed = participant.vetted(&name).await.unwrap().packages;
        for vetted in [&told, &listed[0]] {
            assert_eq!(vetted.valid_from_inclusive, from);
            assert_eq!(vetted.valid_until_exclusive, until);
            assert_eq!(
                (&*vetted.package_name, &*vetted.package_version),
                (&*name, "1.0.0")
            );
        }
        for (package, reason) in [
            (&package.id, "NO_SYNCHRONIZER_FOR_SUBMISSION"),
            (&format!("#{name}"), "PACKAGE_SELECTION_FAILED"),
        ] {
            let answer = participant.create(package, &alice).await;
            if usable {
                answer.unwrap();
            } else {
                refused(answer, reason, Code::FailedPrecondition, 9);
            }
        }
        let preferred = participant.preferred(&name, &alice).await;
        assert_eq!(preferred.is_some(), usable);
    }
    let never = participant.update(during(at(5), at(5))).await;
    refused(never, "TOPOLOGY_INVALID_MAPPING", Code::InvalidArgument, 8);
}

#[tokio::test]
async fn references_and_serials_that_do_not_fit_are_refused() {
    let participant = Participant::of(Client::of("participant1"));
    let name = unique("named");
    for number in ["1.0.0", "2.0.0"] {
        let package = version(&name, number, "");
        participant
            .upload(&package, VettingChange::DontVetAnyPackages)
            .await
            .unwrap();
    }
    let named = |name: &str, version: &str| VettedPackagesRef {
        package_name: name.to_owned(),
        package_version: version.to_owned(),
        ..Default::default()
    };
    let answer = participant.update(vet(vec![named(&name, "")])).await;
    refused(
        answer,
        "AMBIGUOUS_VETTING_REFERENCE",
        Code::FailedPrecondition,
        9,
    );
    for unknown in [named(&name, "3.0.0"), named("nobody-has-this", "")] {
        let answer = participant.update(vet(vec![unknown.clone()])).await;
        refused(answer, "UNRESOLVED_VETTING_REFERENCE", Code::NotFound, 11);
        participant.update(unvet(vec![unknown])).await.unwrap();
    }
    let elsewhere = UpdateVettedPackagesRequest {
        synchronizer_id: format!("elsewhere::1220{}", "ab".repeat(32)),
        ..vet(vec![named(&name, "1.0.0")])
    };
    let answer = participant.update(elsewhere).await;
    let reason = "PACKAGE_SERVICE_NOT_CONNECTED_TO_SYNCHRONIZER";
    refused(answer, reason, Code::FailedPrecondition, 9);
    let stale = UpdateVettedPackagesRequest {
        expected_topology_serial: Some(api::PriorTopologySerial {
            serial: Some(Serial::NoPrior(())),
        }),
        ..vet(vec![named(&name, "1.0.0")])
    };
    // something is vetted by now, since the tests share the participant, or is by this
    participant
        .update(vet(vec![named(&name, "1.0.0")]))
        .await
        .unwrap();
    let answer = participant.update(stale).await;
    refused(
        answer,
        "TOPOLOGY_SERIAL_MISMATCH",
        Code::FailedPrecondition,
        9,
    );
    assert_eq!(participant.vetted_versions(&name).await, ["1.0.0"]);
}

#[tokio::test]
async fn a_dry_run_tells_the_outcome_and_leaves_everything_as_it_was() {
    let participant = Participant::of(Client::of("participant2"));
    let name = unique("dry");
    let package = version(&name, "1.0.0", "");
    participant
        .upload(&package, VettingChange::DontVetAnyPackages)
        .await
        .unwrap();
    let dry = UpdateVettedPackagesRequest {
        dry_run: true,
        ..vet(vec![by_id(&package)])
    };
    let update = participant.update(dry).await.unwrap();
    let told = update.new_vetted_packages.unwrap().packages;
    assert!(told.iter().any(|it| it.package_id == package.id));
    assert_eq!(participant.vetted(&name).await, None);
}

#[tokio::test]
async fn what_is_vetted_is_so_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let arguments = ["--data-dir", folder];
    let (kept, dropped) = (
        version("kept", "1.0.0", ""),
        version("dropped", "1.0.0", ""),
    );
    let sandbox = Sandbox::start(&arguments);
    let participant = Participant::of(Client::at(&sandbox, "participant1"));
    for package in [&kept, &dropped] {
        participant
            .upload(package, VettingChange::Unspecified)
            .await
            .unwrap();
    }
    let alice = participant.client.allocate("alice").await;
    participant
        .update(unvet(vec![by_id(&dropped)]))
        .await
        .unwrap();
    let before = participant.vetted("kept").await.unwrap();
    sandbox.stop();

    let sandbox = Sandbox::start(&arguments);
    let participant = Participant::of(Client::at(&sandbox, "participant1"));
    assert_eq!(participant.vetted("kept").await, Some(before));
    participant.create(&kept.id, &alice).await.unwrap();
    let answer = participant.create(&dropped.id, &alice).await;
    refused(
        answer,
        "NO_SYNCHRONIZER_FOR_SUBMISSION",
        Code::FailedPrecondition,
        9,
    );
    // what was checked before the restart still is
    let bad = version("kept", "1.0.1", REQUIRED);
    let answer = participant.upload(&bad, VettingChange::Unspecified).await;
    refused(
        answer,
        "NOT_VALID_UPGRADE_PACKAGE",
        Code::InvalidArgument,
        8,
    );
    participant
        .update(vet(vec![by_id(&dropped)]))
        .await
        .unwrap();
    participant.create(&dropped.id, &alice).await.unwrap();
}

#[tokio::test]
async fn vetted_packages_come_in_pages_by_participant() {
    let clients = [Client::of("participant1"), Client::of("participant2")];
    let name = unique("paged");
    let mut participants = Vec::new();
    for client in clients {
        let participant = Participant::of(client);
        for number in ["1.10.0", "1.9.0"] {
            let package = version(&name, number, "");
            let uploaded = participant.upload(&package, VettingChange::Unspecified);
            uploaded.await.unwrap();
        }
        participants.push(participant);
    }
    let mut service = PackageServiceClient::new(participants[0].client.channel.clone());
    let request = |page_token| api::ListVettedPackagesRequest {
        package_metadata_filter: Some(api::PackageMetadataFilter {
            package_name_prefixes: vec![name.clone()],
            ..Default::default()
        }),
        page_token,
        page_size: 1,
        ..Default::default()
    };
    // participant 1 hears of what participant 2 has vetted when it comes by
    eventually("both are listed", async || {
        let all = api::ListVettedPackagesRequest {
            page_size: 0,
            ..request(String::new())
        };
        let listed = service.clone().list_vetted_packages(all).await.unwrap();
        let listed = listed.into_inner().vetted_packages;
        listed.len() == 2 && listed.iter().all(|it| it.packages.len() == 2)
    })
    .await;
    let (mut token, mut seen) = (String::new(), Vec::new());
    loop {
        let page = service.list_vetted_packages(request(token.clone())).await;
        let page = page.unwrap().into_inner();
        let Some(vetted) = page.vetted_packages.first() else {
            assert_eq!(page.next_page_token, "");
            break;
        };
        let versions = vetted.packages.iter().map(|it| &*it.package_version);
        assert_eq!(versions.collect::<Vec<_>>(), ["1.9.0", "1.10.0"]);
        seen.push(vetted.participant_id.clone());
        token = page.next_page_token;
    }
    let mut expected = Vec::new();
    for participant in &participants {
        expected.push(participant.client.admin.participant_id().await.unwrap());
    }
    expected.sort();
    assert_eq!(seen, expected);
    for bad in [
        api::ListVettedPackagesRequest {
            page_token: "nonsense".to_owned(),
            ..Default::default()
        },
        api::ListVettedPackagesRequest {
            page_size: 1_000_000,
            ..Default::default()
        },
    ] {
        let answer = service.list_vetted_packages(bad).await.map_err(Error::from);
        refused(
            answer,
            "PROTO_DESERIALIZATION_FAILURE",
            Code::InvalidArgument,
            8,
        );
    }
}

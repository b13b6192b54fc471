//! Files that are no DARs, or none that can be used: refused, and nothing of them is kept.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};
use std::time::Duration;

use prost::Message as _;
use sha2::{Digest, Sha256};
use tonic::Code;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::client::Client;
use super::dars;
use super::refused::refused;
use super::stage::Stage;

/// A small DAR that nobody uploads.
const SMALL: &str = "quickstart-counter-0.0.1";

/// Where a DAR says what is in it.
const MANIFEST: &str = "META-INF/MANIFEST.MF";

/// How long a refusal may take. Far more than it needs: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// The bytes of a package with their hash.
#[derive(Clone, PartialEq, prost::Message)]
struct Archive {
    #[prost(bytes = "vec", tag = "3")]
    payload: Vec<u8>,
    #[prost(string, tag = "4")]
    hash: String,
}

/// A package with the version of the language.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(string, tag = "3")]
    minor: String,
    #[prost(bytes = "vec", optional, tag = "2")]
    lf1: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "4")]
    lf2: Option<Vec<u8>>,
}

/// A DAR taken apart.
struct Parts {
    entries: Vec<(String, Vec<u8>)>,
}

impl Parts {
    fn of(dar: Vec<u8>) -> Self {
        let mut zip = ZipArchive::new(Cursor::new(dar)).unwrap();
        let mut entries = Vec::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            entries.push((file.name().to_owned(), bytes));
        }
        Self { entries }
    }

    fn together(self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in self.entries {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// The first entry whose name has a part.
    fn entry(&mut self, part: &str) -> &mut (String, Vec<u8>) {
        let mut entries = self.entries.iter_mut();
        entries.find(|(name, _)| name.contains(part)).unwrap()
    }

    fn without(mut self, part: &str) -> Self {
        let name = self.entry(part).0.clone();
        self.entries.retain(|(it, _)| *it != name);
        self
    }

    /// Changes the manifest, whose lines come whole.
    fn manifest(mut self, change: impl Fn(&str) -> String) -> Self {
        let (_, bytes) = self.entry(MANIFEST);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let whole = text.replace("\r\n", "\n").replace("\n ", "");
        *bytes = change(&whole).into_bytes();
        self
    }

    /// The manifest without a dependency.
    fn manifest_without(self, part: &str) -> Self {
        self.manifest(|text| {
            let lines = text.lines().map(|line| match line.strip_prefix("Dalfs: ") {
                Some(entries) => {
                    let entries = entries.split(',').map(str::trim);
                    let others: Vec<&str> = entries.filter(|it| !it.contains(part)).collect();
                    format!("Dalfs: {}\n", others.join(", "))
                }
                None => format!("{line}\n"),
            });
            lines.collect()
        })
    }
}

/// Uploads a DAR that must be refused with this id, and whose message must say these words.
async fn refuses(dar: Vec<u8>, reason: &str, words: &[&str]) {
    let client = Client::of("participant1");
    let before = packages(&client).await;
    let answer = tokio::time::timeout(PATIENCE, client.upload(dar)).await;
    let answer = answer.expect("an answer in time");
    let error = refused(answer, reason, Code::InvalidArgument, 8);
    for word in words {
        assert!(error.to_string().contains(word), "no {word:?} in: {error}");
    }
    assert!(packages(&client).await.is_superset(&before));
}

async fn packages(client: &Client) -> BTreeSet<String> {
    let listed = client.admin.list_packages().await.unwrap();
    listed.into_iter().collect()
}

/// The id of the main package of the small DAR, which must never be listed.
const SMALL_ID: &str = "b2e6c414cdb2341b2ae1167fdce0930291fec5ab4794fea436821109df54db99";

/// Checks that nothing of the small DAR was kept, and that the process works.
async fn is_unharmed() {
    let client = Client::of("participant1");
    assert!(!packages(&client).await.contains(SMALL_ID));
    if let Some(stage) = Stage::set().await {
        stage.is_unharmed().await;
    }
}

#[tokio::test]
async fn what_is_no_zip_archive_is_refused() {
    refuses(Vec::new(), "INVALID_DAR", &["no DAR"]).await;
    refuses(b"nonsense".to_vec(), "INVALID_DAR", &["no DAR"]).await;
    refuses(vec![0; 1 << 20], "INVALID_DAR", &["no DAR"]).await;
    is_unharmed().await;
}

#[tokio::test]
async fn a_zip_archive_without_a_manifest_is_refused() {
    let Some(dar) = dars::find(SMALL) else {
        return;
    };
    let dar = Parts::of(dar).without(MANIFEST).together();
    refuses(dar, "INVALID_DAR", &["META-INF/MANIFEST.MF"]).await;
    is_unharmed().await;
}

#[tokio::test]
async fn a_truncated_dar_is_refused_wherever_it_breaks_off() {
    let Some(dar) = dars::find(SMALL) else {
        return;
    };
    for percent in [10, 50, 90] {
        let length = dar.len() * percent / 100;
        refuses(dar[..length].to_vec(), "DAR_PARSE_ERROR", &["entry"]).await;
    }
    is_unharmed().await;
}

#[tokio::test]
async fn a_dar_that_lacks_an_entry_of_its_manifest_is_refused() {
    let Some(dar) = dars::find(SMALL) else {
        return;
    };
    let dar = Parts::of(dar).without("DA-Set-Types").together();
    refuses(dar, "INVALID_ZIP_ENTRY", &["DA-Set-Types"]).await;
    is_unharmed().await;
}

/// Also when the participant has it from elsewhere: who gets the DAR next may not.
#[tokio::test]
async fn a_dar_that_lacks_a_dependency_is_refused() {
    let Some(dar) = dars::find(SMALL) else {
        return;
    };
    let client = Client::of("participant1");
    validate(&client, dar.clone()).await;
    for dependency in ["daml-stdlib-3.4.11", "DA-Set-Types"] {
        let dar = Parts::of(dar.clone())
            .without(dependency)
            .manifest_without(dependency)
            .together();
        refuses(dar, "DAR_DEPENDENCIES_NOT_VALID", &["needs package"]).await;
    }
    is_unharmed().await;
}

async fn validate(client: &Client, dar: Vec<u8>) {
    use admin::package_management_service_client::PackageManagementServiceClient;
    use canton_proto::com::daml::ledger::api::v2::admin;
    let request = admin::ValidateDarFileRequest {
        dar_file: dar,
        ..Default::default()
    };
    PackageManagementServiceClient::new(client.channel.clone())
        .validate_dar_file(request)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_package_that_is_not_what_its_hash_says_is_refused() {
    let Some(dar) = dars::find(SMALL) else {
        return;
    };
    let mut parts = Parts::of(dar);
    let (_, bytes) = parts.entry(&format!("{SMALL}-{SMALL_ID}.dalf"));
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    refuses(parts.together(), "DAR_PARSE_ERROR", &["hash"]).await;
    is_unharmed().await;
}

#[tokio::test]
async fn a_package_in_daml_lf_1_is_refused() {
    let Some(dar) = dars::find(SMALL) else {
        return;
    };
    let mut parts = Parts::of(dar);
    let (_, bytes) = parts.entry(&format!("{SMALL}-{SMALL_ID}.dalf"));
    let mut archive = Archive::decode(&bytes[..]).unwrap();
    let mut payload = Payload::decode(&archive.payload[..]).unwrap();
    (payload.lf1, payload.minor) = (payload.lf2.take(), "17".to_owned());
    archive.payload = payload.encode_to_vec();
    archive.hash = hex::encode(Sha256::digest(&archive.payload));
    *bytes = archive.encode_to_vec();
    let words = ["Daml-LF 1.17", "not supported"];
    refuses(parts.together(), "DAR_PARSE_ERROR", &words).await;
    is_unharmed().await;
}

#[tokio::test]
async fn a_package_in_the_encoding_from_before_the_freeze_is_refused() {
    let Some(dar) = dars::find("encoder-test-2.1-prefreeze20240201") else {
        return;
    };
    let words = ["before LF 2.1 was frozen", "compiled again"];
    refuses(dar, "DAR_PARSE_ERROR", &words).await;
    is_unharmed().await;
}

//! Writes DARs as Daml's compiler does: a directory named after the main package with all packages
//! in it, and a manifest.

use std::io::{Cursor, Write as _};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime, ZipWriter};

use super::error::Error;
use super::manifest::{self, Manifest};
use super::payload::Archive;

/// What a DAR that no Daml SDK made says about its SDK.
const SDK_VERSION: &str = "0.0.0";

/// Writes a DAR. The same packages always give the same bytes: entries have no time of their own.
pub fn write_dar(main: &Archive, dependencies: &[Archive]) -> Result<Vec<u8>, Error> {
    let package = main.decode()?;
    let name = format!("{}-{}", package.name, package.version);
    let folder = format!("{name}-{}", main.id);
    let mut entries = vec![(format!("{folder}/{folder}.dalf"), main)];
    for archive in dependencies {
        let package = archive.decode()?;
        let (name, version) = (&package.name, &package.version);
        entries.push((
            format!("{folder}/{name}-{version}-{}.dalf", archive.id),
            archive,
        ));
    }
    let manifest = Manifest {
        name: Some(name),
        sdk_version: Some(SDK_VERSION.to_owned()),
        main: entries[0].0.clone(),
        dependencies: entries[1..].iter().map(|(name, _)| name.clone()).collect(),
    };
    // writing into memory fails only when there is too much for a zip archive
    zip_archive(&manifest, &entries).map_err(|_| Error::TooLarge {
        what: "the bytes",
        max: u32::MAX as usize,
    })
}

fn zip_archive(
    manifest: &Manifest,
    entries: &[(String, &Archive)],
) -> ::zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(manifest::ENTRY, options)?;
    zip.write_all(manifest.to_text().as_bytes())?;
    for (name, archive) in entries {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(&archive.to_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

//! Versions of packages, written as text, and what becomes of them.
#![allow(clippy::unwrap_used)]

mod lineages;
mod real_packages;
mod rules;

use std::sync::Arc;

use crate::lf::archive::Archive;
use crate::lf::signature::{PackageSignature, Signatures};
use crate::lf::text::build_archive;

/// Packages, each of which may import those before it.
#[derive(Default)]
struct Packages {
    archives: Vec<Archive>,
    signatures: Signatures,
}

impl Packages {
    fn add(&mut self, source: &str) -> Arc<PackageSignature> {
        let archive = build_archive(source, &self.archives)
            .unwrap_or_else(|error| panic!("{source}\n{error}"));
        let package = archive.decode().unwrap();
        let signature = PackageSignature::of(&archive.id, &package, &self.signatures)
            .unwrap_or_else(|error| panic!("{source}\n{error}"));
        let signature = Arc::new(signature);
        self.signatures.insert(Arc::clone(&signature));
        self.archives.push(archive);
        signature
    }
}

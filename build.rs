//! Generates our own messages, and the descriptors of the Ledger API for gRPC reflection.

use std::path::{Path, PathBuf};
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Our own messages.
const WIRE: [&str; 3] = ["ledger_event.proto", "protocol.proto", "topology.proto"];

/// Files of the Ledger API whose services reflection lists, inside the package `canton-proto`.
const LEDGER_API: &str = "proto/com/daml/ledger/api/v2";

fn main() -> Result<()> {
    let protoc = protoc_bin_vendored::protoc_bin_path()?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    generate_wire(&protoc)?;
    for name in ["sequencer", "domain", "admin"] {
        generate_api(&protoc, name, &out)?;
    }
    describe_ledger_api(&protoc, &out.join("ledger_api.bin"))
}

fn generate_wire(protoc: &Path) -> Result<()> {
    let dir = Path::new("src/wire");
    let files: Vec<PathBuf> = WIRE.iter().map(|file| dir.join(file)).collect();
    for file in &files {
        println!("cargo:rerun-if-changed={}", file.display());
    }
    let mut config = tonic_prost_build::Config::new();
    config.protoc_executable(protoc);
    // maps with one order: encoded messages are hashed and signed
    config.btree_map(["."]);
    config.bytes(["."]);
    tonic_prost_build::configure()
        .build_client(false)
        .build_server(false)
        .compile_with_config(config, &files, &[dir.to_owned()])?;
    Ok(())
}

/// One of our own APIs that are spoken between processes, with client, server and descriptors.
fn generate_api(protoc: &Path, name: &str, out: &Path) -> Result<()> {
    let dir = Path::new("src/wire");
    let file = dir.join(format!("{name}.proto"));
    println!("cargo:rerun-if-changed={}", file.display());
    let mut config = tonic_prost_build::Config::new();
    config.protoc_executable(protoc);
    config.bytes(["."]);
    tonic_prost_build::configure()
        .extern_path(".jura.protocol.v1", "crate::wire::protocol")
        .file_descriptor_set_path(out.join(format!("{name}_api.bin")))
        .compile_with_config(config, &[file], &[dir.to_owned()])?;
    Ok(())
}

/// Reads the `.proto` files where cargo keeps the package; they are not part of this project.
fn describe_ledger_api(protoc: &Path, out: &Path) -> Result<()> {
    let root = package_dir("canton-proto")?;
    let mut files = Vec::new();
    collect_protos(&root.join(LEDGER_API), &mut files)?;
    files.sort();
    let include = root.join("proto");
    let status = Command::new(protoc)
        .arg("--include_imports")
        .arg(format!("--descriptor_set_out={}", out.display()))
        .arg(format!("-I{}", include.display()))
        .args(&files)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("protoc cannot describe the Ledger API".into())
    }
}

/// Where cargo unpacked a dependency.
fn package_dir(name: &str) -> Result<PathBuf> {
    let output = Command::new(std::env::var("CARGO")?)
        .args(["metadata", "--format-version", "1", "--offline"])
        // packages of other platforms need not be here
        .args(["--filter-platform", &std::env::var("TARGET")?])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    metadata["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|package| package["name"] == name))
        .and_then(|package| package["manifest_path"].as_str())
        .and_then(|manifest| Path::new(manifest).parent())
        .map(Path::to_owned)
        .ok_or_else(|| format!("cargo metadata does not list {name}").into())
}

fn collect_protos(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_protos(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    Ok(())
}

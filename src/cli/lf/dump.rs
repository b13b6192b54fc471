//! `jura lf dump`: a package as text, from which `jura lf build` makes an equal one.

use anyhow::{Context, bail};

use super::super::args::LfDumpArgs;
use super::super::output;
use super::files::{is_dar, read};
use crate::lf::archive::{Archive, read_dar};
use crate::lf::ast::Package;
use crate::lf::text::print;

pub(super) fn run(args: &LfDumpArgs) -> anyhow::Result<()> {
    output::print(&dump(args)?)
}

fn dump(args: &LfDumpArgs) -> anyhow::Result<String> {
    let file = args.file.display().to_string();
    let bytes = read(&args.file)?;
    let archives = if is_dar(&bytes) {
        let dar = read_dar(&bytes).with_context(|| file.clone())?;
        dar.archives().cloned().collect()
    } else {
        vec![Archive::open(&bytes).with_context(|| file.clone())?]
    };
    let mut package = find(&archives, args.package.as_deref()).with_context(|| file.clone())?;
    if !args.modules.is_empty() {
        let known: Vec<String> = package.modules.iter().map(|m| m.name.to_string()).collect();
        if let Some(unknown) = args.modules.iter().find(|name| !known.contains(name)) {
            bail!(
                "{file}: no module {unknown}; there are {}",
                known.join(", ")
            );
        }
        let wanted = |name: String| args.modules.contains(&name);
        package
            .modules
            .retain(|module| wanted(module.name.to_string()));
    }
    Ok(print(&package))
}

/// The package that is asked for: by the beginning of its id, by name, or the main one.
fn find(archives: &[Archive], wanted: Option<&str>) -> anyhow::Result<Package> {
    let Some(wanted) = wanted else {
        let main = archives.first().context("no package")?;
        return Ok(main.decode()?);
    };
    let mut found = Vec::new();
    for archive in archives {
        if archive.id.as_str().starts_with(wanted) {
            found.push((archive.id.as_str(), archive.decode()?));
            continue;
        }
        let package = archive.decode()?;
        if package.name.as_str() == wanted {
            found.push((archive.id.as_str(), package));
        }
    }
    let ids: Vec<&str> = found.iter().map(|(id, _)| *id).collect();
    match &ids[..] {
        [] => bail!("no package {wanted}; jura lf inspect --all tells which there are"),
        [_] => {}
        _ => bail!("several packages are {wanted}: {}", ids.join(", ")),
    }
    found
        .pop()
        .map(|(_, package)| package)
        .context("no package")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::models::Model;
    use crate::lf::text::build_archive;

    fn args(
        bytes: &[u8],
        package: Option<&str>,
        modules: &[&str],
    ) -> (tempfile::TempDir, LfDumpArgs) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("model.dar");
        std::fs::write(&file, bytes).unwrap();
        let args = LfDumpArgs {
            file,
            package: package.map(ToOwned::to_owned),
            modules: modules.iter().map(ToString::to_string).collect(),
        };
        (dir, args)
    }

    fn dumped(bytes: &[u8], package: Option<&str>, modules: &[&str]) -> anyhow::Result<String> {
        let (_dir, args) = args(bytes, package, modules);
        dump(&args)
    }

    #[test]
    fn what_is_dumped_builds_back_to_the_same_package() {
        for model in Model::ALL {
            let archive = model.archive().unwrap();
            for bytes in [model.dar().unwrap(), archive.to_bytes()] {
                let text = dumped(&bytes, None, &[]).unwrap();
                assert_eq!(build_archive(&text, &[]).unwrap(), archive, "{model:?}");
            }
        }
    }

    #[test]
    fn a_model_is_dumped_as_the_kept_text_says() {
        let text = dumped(&Model::Features.dar().unwrap(), None, &[]).unwrap();
        crate::golden::check("cli/dump.txt", &text);
    }

    #[test]
    fn a_package_and_modules_are_picked_by_id_or_name() {
        let dar = Model::Test.dar().unwrap();
        let id = Model::Test.archive().unwrap().id;
        let all = dumped(&dar, None, &[]).unwrap();
        assert_eq!(dumped(&dar, Some(&id.as_str()[..8]), &[]).unwrap(), all);
        assert_eq!(dumped(&dar, Some("jura-test"), &[]).unwrap(), all);
        let one = dumped(&dar, None, &["Test.Failures"]).unwrap();
        assert!(one.contains("module Test.Failures {") && !one.contains("module Test.Ledger {"));
        let unknown = dumped(&dar, Some("nobody"), &[]).unwrap_err();
        assert!(format!("{unknown:#}").contains("no package nobody"));
        let unknown = dumped(&dar, None, &["Nope"]).unwrap_err();
        assert!(format!("{unknown:#}").contains("no module Nope; there are Test.Ledger"));
    }

    #[test]
    fn what_is_no_package_is_named() {
        let error = dumped(b"nothing", None, &[]).unwrap_err();
        assert!(format!("{error:#}").contains("model.dar: "), "{error:#}");
    }
}

//! `jura lf build`: a text to a DAR.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::super::args::LfBuildArgs;
use super::super::output::print;
use super::super::whole_file;
use super::check::check;
use super::files::{open, read};
use crate::lf::archive::{Archive, read_dar};
use crate::lf::text::{BuildError, build_dar};

pub(super) fn run(args: &LfBuildArgs) -> anyhow::Result<()> {
    let bytes = dar_of(&args.file, read(&args.file)?, &args.dependencies)?;
    if !args.unchecked {
        check(&bytes).with_context(|| {
            format!(
                "{}: --unchecked builds it all the same",
                args.file.display()
            )
        })?;
    }
    whole_file::write(&args.output, &bytes)?;
    let dar = read_dar(&bytes)?;
    print(&format!(
        "{}: {} {}\n",
        args.output.display(),
        dar.name.as_deref().unwrap_or("package"),
        dar.main.id
    ))
}

/// The DAR of a text.
pub(super) fn dar_of(
    file: &Path,
    text: Vec<u8>,
    dependencies: &[PathBuf],
) -> anyhow::Result<Vec<u8>> {
    let source = String::from_utf8(text)
        .with_context(|| format!("{} is no text in UTF-8", file.display()))?;
    let mut given: Vec<Archive> = Vec::new();
    for path in dependencies {
        let dar = open(path)?;
        given.extend(dar.archives().cloned());
    }
    build_dar(&source, &given).map_err(|error| explain(file, &error))
}

/// Places of mistakes are shown as compilers do, so that editors can jump there.
fn explain(file: &Path, error: &BuildError) -> anyhow::Error {
    let file = file.display();
    match error {
        BuildError::Text(mistake) => anyhow::anyhow!(
            "{file}:{}:{}: {}\n  {}\n  {}",
            mistake.line,
            mistake.column,
            mistake.message,
            mistake.excerpt,
            mistake.marker
        ),
        BuildError::Missing(id) => anyhow::anyhow!(
            "{file}: package {id} is needed, but not given: name a DAR that has it with --dependency"
        ),
        other @ BuildError::Archive(_) => anyhow::anyhow!("{file}: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::models::Model;

    fn build(source: &str, dependencies: &[&[u8]]) -> anyhow::Result<Vec<u8>> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("model.daml-lf");
        std::fs::write(&file, source).unwrap();
        let mut args = LfBuildArgs {
            file,
            output: dir.path().join("model.dar"),
            dependencies: Vec::new(),
            unchecked: false,
        };
        for (index, bytes) in dependencies.iter().enumerate() {
            let path = dir.path().join(format!("{index}.dar"));
            std::fs::write(&path, bytes).unwrap();
            args.dependencies.push(path);
        }
        run(&args)?;
        Ok(std::fs::read(&args.output)?)
    }

    #[test]
    fn a_text_becomes_the_same_dar_every_time_the_one_that_jura_ships() {
        for model in Model::ALL {
            let bytes = build(model.source(), &[]).unwrap();
            assert_eq!(bytes, build(model.source(), &[]).unwrap(), "{model:?}");
            assert_eq!(bytes, model.dar().unwrap(), "{model:?}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_file_line_and_column() {
        let text = "language 2.1;\nmetadata ('x' : '1.0.0');\nmodule M { vall }";
        let error = build(text, &[]).unwrap_err().to_string();
        assert!(error.contains("model.daml-lf:3:12: "), "{error}");
        assert!(error.ends_with('^'), "{error}");
    }

    #[test]
    fn dependencies_are_found_by_name_and_go_into_the_dar() {
        let text = "language 2.1;
            metadata ('uses-bench' : '1.0.0');
            import 'bench' = 'jura-bench' : '1.1.0';
            module M { synonym Item = 'bench':Bench:Item; }";
        assert!(build(text, &[]).is_err());
        let bytes = build(text, &[&Model::Bench.dar().unwrap()]).unwrap();
        let dar = read_dar(&bytes).unwrap();
        assert_eq!(dar.dependencies, [Model::Bench.archive().unwrap()]);
    }

    #[test]
    fn a_package_that_breaks_a_rule_is_not_built_unless_that_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let text = "language 2.1; metadata ('p' : '1.0.0'); module M { val x : Bool = (); }";
        let file = dir.path().join("model.daml-lf");
        std::fs::write(&file, text).unwrap();
        let mut args = LfBuildArgs {
            file,
            output: dir.path().join("model.dar"),
            dependencies: Vec::new(),
            unchecked: false,
        };
        let error = format!("{:#}", run(&args).unwrap_err());
        assert!(error.contains("--unchecked"), "{error}");
        assert!(error.ends_with("[type-mismatch]"), "{error}");
        assert!(!args.output.exists());
        args.unchecked = true;
        run(&args).unwrap();
        assert!(args.output.exists());
    }

    #[test]
    fn a_file_that_is_no_dar_is_named() {
        let error = format!("{:#}", build("", &[b"PK"]).unwrap_err());
        assert!(error.contains("0.dar: this is no DAR"), "{error}");
    }
}

//! `jura lf inspect`: what is in a DAR.

use anyhow::Context;

use super::super::args::LfInspectArgs;
use super::super::output::print;
use super::files::open;
use crate::lf::inspect::inspect;

pub(super) fn run(args: &LfInspectArgs) -> anyhow::Result<()> {
    let dar = open(&args.file)?;
    let contents = inspect(&dar).with_context(|| args.file.display().to_string())?;
    let text = if args.json {
        format!("{:#}\n", contents.to_json())
    } else {
        contents.to_text(args.all)
    };
    print(&text)
}

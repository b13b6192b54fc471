//! stub
use super::args::DemoArgs;
pub(super) fn run(_: &DemoArgs) -> anyhow::Result<()> {
    Ok(())
}

//! The sources in a DAR: what the compiler put beside the packages.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::lf::archive;

/// The sources in a DAR. They are unpacked when a script has failed, not before.
pub(super) struct Sources {
    dar: Vec<u8>,
    /// By path.
    unpacked: OnceLock<BTreeMap<String, Vec<u8>>>,
}

impl Sources {
    /// The sources in a DAR.
    pub(super) fn of(dar: &[u8]) -> Self {
        Self {
            dar: dar.to_vec(),
            unpacked: OnceLock::new(),
        }
    }

    fn unpacked(&self) -> &BTreeMap<String, Vec<u8>> {
        let wanted = |name: &str| Path::new(name).extension().is_some_and(|it| it == "daml");
        self.unpacked
            .get_or_init(|| archive::entries(&self.dar, wanted).unwrap_or_default())
    }

    /// A line of a module's source; lines count from 1.
    pub(super) fn line(&self, module: &str, line: i64) -> Option<String> {
        let path = format!("/{}.daml", module.replace('.', "/"));
        let found = self
            .unpacked()
            .iter()
            .find(|(name, _)| name.ends_with(&path));
        let text = std::str::from_utf8(found?.1).ok()?;
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        let line = text.lines().nth(index)?;
        Some(line.trim_end().to_owned())
    }
}

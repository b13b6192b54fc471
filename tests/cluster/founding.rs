//! What a domain is founded with.

use jura::config::{Sources, load};
use jura::node::NodeThread;

fn start(directory: &std::path::Path, version: u32) -> Result<NodeThread, String> {
    let text = format!(
        "database.directory = '{}'
         [domains.domain1]
         protocol-version = {version}",
        directory.display()
    );
    let config = load(&Sources {
        base: Some(text),
        ..Sources::default()
    })
    .unwrap();
    let selection = config.select(&[]).unwrap();
    NodeThread::start(config, selection, None).map_err(|error| {
        let source = std::error::Error::source(&error);
        format!(
            "{error}: {}",
            source.map_or_else(String::new, ToString::to_string)
        )
    })
}

#[test]
fn a_domain_is_not_started_with_another_protocol_version_than_it_was_founded_with() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    start(&data, 34).unwrap().stop();
    let refused = start(&data, 35).err().unwrap();
    for word in [
        "domain1",
        "founded with protocol version 34",
        "set protocol-version = 34",
    ] {
        assert!(refused.contains(word), "{refused}");
    }
}

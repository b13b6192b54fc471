//! The configuration in force, as a file.

use super::raw::RawDatabase;
use super::validated::NodeConfig;

impl NodeConfig {
    /// Every key with the value in force, as TOML. Secrets are not shown.
    pub fn dump(&self) -> String {
        let mut raw = self.raw.clone();
        redact(&mut raw.database);
        let domains = raw.domains.values_mut().map(|it| &mut it.database);
        let participants = raw.participants.values_mut().map(|it| &mut it.database);
        for database in domains.chain(participants).flatten() {
            redact(database);
        }
        toml::to_string_pretty(&raw).unwrap_or_else(|error| format!("# {error}\n"))
    }
}

/// Hides what stands between the user's name and the host, and in key-value form the password.
fn redact(database: &mut RawDatabase) {
    let url = &database.url;
    let hidden = match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) => {
            let user = &url[scheme + 3..at];
            let name = user.split(':').next().unwrap_or_default();
            let secret = if user.contains(':') { ":***" } else { "" };
            format!("{}{name}{secret}{}", &url[..scheme + 3], &url[at..])
        }
        _ => url
            .split(' ')
            .map(|part| match part.split_once('=') {
                Some(("password", _)) => "password=***",
                _ => part,
            })
            .collect::<Vec<_>>()
            .join(" "),
    };
    database.url = hidden;
}

#[cfg(test)]
mod tests {
    use super::super::load::{Sources, load};

    #[test]
    fn the_dump_loads_again_and_hides_passwords() {
        let text = "
            database.kind = 'url'
            database.url = 'postgresql://jura:s3cret@db/jura'
            [domains.d]
            database.kind = 'url'
            database.url = 'host=db user=jura password=s3cret'
            [participants.p]
            ledger-api.port = 1
        ";
        let load = |text: &str| {
            load(&Sources {
                base: Some(text.to_owned()),
                ..Sources::default()
            })
            .unwrap()
        };
        let dump = load(text).dump();
        assert!(!dump.contains("s3cret"), "{dump}");
        assert!(dump.contains("jura:***@db"), "{dump}");
        assert_eq!(load(&dump).dump(), dump);
    }
}

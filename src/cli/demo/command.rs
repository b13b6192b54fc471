//! The command: a node, the story, and an end.

use std::net::SocketAddr;
use std::time::Instant;

use super::super::args::{ConfigArgs, DemoArgs};
use super::super::output::print;
use super::super::run::load_config;
use super::network;
use super::paint::Paint;
use super::picture;
use super::scene::{Places, Scene, Service};
use super::story::{self, ENTITLED, TERMS};
use crate::node::{Addresses, Node, run_until_signal};
use crate::storage::DataDir;

pub(in crate::cli) fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let begun = Instant::now();
    let data = DataDir::temporary()?;
    let plan = network::plan(data.path());
    let config = ConfigArgs {
        overrides: args.overrides.clone(),
        ..ConfigArgs::default()
    };
    let Some(config) = load_config(Some(plan.config), &config)? else {
        return Ok(());
    };
    let selection = config.select(&[])?;
    let mut screen = Screen::new();
    screen.show(&Scene::Title);
    for note in plan.notes {
        screen.show(&Scene::Note(note));
    }
    // an interrupt before the story's end leaves this
    let mut outcome = Err(anyhow::anyhow!("interrupted before the story's end"));
    run_until_signal(&config, &selection, Some(data), async |node| {
        outcome = tell(node, begun, &mut screen, !args.exit).await;
        outcome.is_ok() && !args.exit
    })?;
    outcome.and(screen.outcome)
}

async fn tell(
    node: &Node,
    begun: Instant,
    screen: &mut Screen,
    serves: bool,
) -> anyhow::Result<()> {
    let roles = node.roles().count();
    screen.show(&Scene::Step {
        done: format!("one domain and three participants are up: {roles} supervised actors"),
        took: begun.elapsed(),
    });
    story::play(node.addresses(), &mut |scene| screen.show(&scene)).await?;
    screen.show(&Scene::Chapter("What the others cannot know"));
    screen.show(&stored(node).await?);
    if serves {
        screen.show(&Scene::Addresses(places(node.addresses())));
    }
    screen.show(&Scene::End {
        serves,
        took: begun.elapsed(),
    });
    Ok(())
}

/// Searches all databases for what only two of the participants may have.
async fn stored(node: &Node) -> anyhow::Result<Scene> {
    let found = node.search(TERMS).await?;
    for (component, rows) in &found {
        let may = ENTITLED.contains(&component.as_str());
        anyhow::ensure!(
            (*rows > 0) == may,
            "{component} has the terms of the trade in {rows} rows"
        );
    }
    let components = found
        .into_iter()
        .map(|(component, rows)| (component, rows > 0));
    Ok(Scene::Stored {
        text: TERMS,
        components: components.collect(),
    })
}

fn places(addresses: &Addresses) -> Places {
    let mut services = Vec::new();
    let mut serves = |name: String, address: Option<SocketAddr>, remark: &'static str| {
        services.extend(address.map(|address| Service {
            name,
            address,
            remark,
        }));
    };
    for (name, participant) in &addresses.participants {
        serves(format!("{name} Ledger API"), participant.ledger_api, "");
        serves(format!("{name} Admin API"), participant.admin_api, "");
    }
    for (name, address) in &addresses.domains {
        serves(format!("{name} public API"), Some(*address), "");
    }
    Places {
        program: std::env::args().next().unwrap_or("jura".to_owned()),
        services,
        monitoring: addresses.monitoring,
    }
}

/// Standard output. When it fails, nothing more is shown, and the end says so.
struct Screen {
    paint: Paint,
    outcome: anyhow::Result<()>,
}

impl Screen {
    fn new() -> Self {
        Self {
            paint: Paint::for_stdout(),
            outcome: Ok(()),
        }
    }

    fn show(&mut self, scene: &Scene) {
        if self.outcome.is_ok() {
            self.outcome = print(&picture::draw(scene, self.paint));
        }
    }
}

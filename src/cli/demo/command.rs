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
use super::story;
use crate::node::{Addresses, Node, run_until_signal};
use crate::storage::DataDir;

/// What the doors serve behind which nothing is implemented yet.
const SO_FAR: &str = "so far health and reflection";

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
        done: format!("one domain and two participants are up: {roles} supervised actors"),
        took: begun.elapsed(),
    });
    story::play(node.addresses(), &mut |scene| screen.show(&scene)).await?;
    if serves {
        screen.show(&Scene::Addresses(places(node.addresses())));
    }
    screen.show(&Scene::End {
        serves,
        took: begun.elapsed(),
    });
    Ok(())
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
        serves(format!("{name} Admin API"), participant.admin_api, SO_FAR);
    }
    for (name, address) in &addresses.domains {
        serves(format!("{name} sequencer"), Some(*address), SO_FAR);
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

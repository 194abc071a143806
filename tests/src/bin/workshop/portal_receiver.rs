//! A small portal that takes what the hub delivers and shows it. Stands in for the Vatsalya portal, with invented data.

use std::{fs, io::Write as _, net::SocketAddr, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use tests::{
    places,
    portal::{PortalReceiver, PortalSettings},
};

/// Takes what the hub delivers on its `vatsalya` channel and shows it on a page.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The secret shared with the hub, `whsec_…`.
    #[arg(long)]
    secret: String,
    /// The published JSON Schema of the payload; the hub's own, where none is given.
    #[arg(long)]
    schema: Option<PathBuf>,
}

/// Serves until whoever started it ends it.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let path = arguments.schema.unwrap_or_else(places::vatsalya_schema);
    let schema = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let schema = serde_json::from_slice(&schema).context("the schema is no JSON")?;
    let portal = PortalReceiver::start(&PortalSettings {
        listen: arguments.listen,
        secret: arguments.secret,
        schema,
    })?;
    println!("listening on {}", portal.url());
    std::io::stdout().flush()?;
    // Until whoever started it ends it: the portal runs on its own threads.
    loop {
        std::thread::park();
    }
}

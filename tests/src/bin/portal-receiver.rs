//! A small portal that takes what the hub delivers and shows it. Stands in for the Vatsalya portal, with invented data.

use std::{fs, io::Write as _, net::SocketAddr, path::PathBuf};

use anyhow::Context as _;
use clap::Parser;
use tests::portal::{PortalReceiver, PortalSettings};

/// Takes what the hub delivers on its `vatsalya` channel and shows it on a page.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The secret shared with the hub, `whsec_…`.
    #[arg(long)]
    secret: String,
    /// The published JSON Schema of the payload.
    #[arg(long, default_value = "sync-server/schemas/vatsalya-case-1.json")]
    schema: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let schema = fs::read(&arguments.schema).with_context(|| format!("cannot read {}", arguments.schema.display()))?;
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

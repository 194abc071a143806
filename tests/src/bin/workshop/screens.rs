//! The screens in a plain browser, with a real device behind them. For work on the screens and for tests in Chromium.

use std::{io::Write as _, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use device::{Device, Platform};
use tests::{places, screens};

/// Serves the built screens and a device on this machine.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The device's folder.
    #[arg(long)]
    data_dir: PathBuf,
    /// An enrolment link to fill in, as the app takes it as its first argument.
    #[arg(long)]
    link: Option<String>,
    /// Where to listen; loopback only.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The built screens.
    #[arg(long)]
    ui: Option<PathBuf>,
}

/// Serves until whoever started it ends it.
#[tokio::main]
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let platform = Platform::system(env!("CARGO_PKG_VERSION"), "screens in a browser");
    let device = Device::open(&arguments.data_dir, platform).context("the data folder cannot be used")?;
    if let Some(link) = &arguments.link {
        device.offer_link(link);
    }
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let dist = arguments.ui.unwrap_or_else(places::ui_dist);
    screens::serve(Arc::new(device), &dist, listener).await
}

//! `sync-server serve --config hub.toml` and `sync-server --config hub.toml admin …`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use sync_server::admin::{self, AdminCommand, PacksCommand};
use sync_server::config::LogForm;
use sync_server::{Config, Hub, Server, backup, memory, trial};

/// The hub between tablets in the field and the Vatsalya portal.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, default_value = "hub.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

/// What somebody does who begins.
const FIRST_STEPS: &str = "\
A district from nothing:
  admin district add KA-BLR 'Bengaluru Urban'
  admin user add --district KA-BLR --name 'Meenakshi Rao' --role po_nic     prints the user's id
  admin enrol-code USER --qr code.png --terminal                            a tablet is pointed at it

Every day:
  admin health                      what needs somebody
  admin device list                 who was not heard for the longest time
  admin quarantine list             what was not taken, and waits for a person
  admin backup FOLDER               keep record.keys apart from it

Every command says more: admin quarantine release --help";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves devices and delivers to channels.
    Serve,
    /// Districts, users, codes, assignments; works beside a running hub.
    #[command(subcommand, after_help = FIRST_STEPS)]
    Admin(AdminCommand),
    /// Puts changes from outside into their documents, so that no other process need do it first. Started by a hub.
    #[command(hide = true)]
    TryChanges {
        /// What it may take of memory.
        #[arg(long, default_value_t = trial::MEMORY_BYTES_MAX)]
        memory_bytes: u64,
    },
}

fn main() -> Result<()> {
    match carry_out(Arguments::parse()) {
        // Whoever read what was printed has read enough, as `head` does.
        Err(error) if reader_is_gone(&error) => Ok(()),
        done => done,
    }
}

fn reader_is_gone(error: &anyhow::Error) -> bool {
    let of_pipe = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.downcast_ref().is_some_and(of_pipe)
}

fn carry_out(arguments: Arguments) -> Result<()> {
    if let Command::TryChanges { memory_bytes } = arguments.command {
        let (from, to) = (std::io::stdin().lock(), std::io::stdout().lock());
        return trial::serve(memory_bytes, from, to).context("cannot try changes");
    }
    // Whoever writes a pack has no hub.
    if let Command::Admin(AdminCommand::Packs(PacksCommand::Check { folder })) = &arguments.command {
        return admin::check_packs(folder, &mut std::io::stdout().lock());
    }
    if let Command::Admin(AdminCommand::Packs(PacksCommand::FromXlsform(command))) = &arguments.command {
        return admin::from_xlsform(command, &mut std::io::stdout().lock());
    }
    if let Command::Admin(AdminCommand::Recovery(command)) = &arguments.command
        && admin::recovery_without_hub(command, &mut std::io::stdout().lock())?
    {
        return Ok(());
    }
    // Whoever makes a certificate has no hub yet.
    if let Command::Admin(AdminCommand::MakeCertificate(command)) = &arguments.command {
        return admin::make_certificate(command, &mut std::io::stdout().lock());
    }
    // Whoever is shown a certificate of destruction has the hub's public key and no hub.
    if let Command::Admin(AdminCommand::VerifyCertificate(command)) = &arguments.command {
        return admin::verify_certificate(command, &mut std::io::stdout().lock());
    }
    // Nor need data people have one.
    match &arguments.command {
        Command::Admin(AdminCommand::Match(command)) => {
            return admin::match_lists(command, &mut std::io::stderr().lock());
        }
        Command::Admin(AdminCommand::Dedupe(command)) => return admin::dedupe(command, &mut std::io::stderr().lock()),
        _ => {}
    }
    let config = Config::read(&arguments.config)?;
    let Command::Admin(command) = arguments.command else {
        return serve(config);
    };
    // Where a backup is put back there is no hub yet.
    if let AdminCommand::Restore(command) = &command {
        return admin::restore(config, command, &mut std::io::stdout().lock());
    }
    let hub = Hub::open(config).context("cannot open the database")?;
    // What is released from quarantine came from outside as much as the day it was refused.
    hub.trials.begin_with(trial::Program::hub(this_program()?));
    let mut out = std::io::stdout().lock();
    admin::run(&hub, command, &mut out)
}

fn serve(config: Config) -> Result<()> {
    memory::allocate_by_cores();
    // Logs go to stderr; stdout says one line, for whoever waits for the hub to be ready.
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO);
    match config.log.form {
        LogForm::Text => log.init(),
        LogForm::Json => log.json().init(),
    }
    let data_dir = config.data_dir.clone();
    let carried_out =
        backup::carry_out(&config).context("the hub can neither go back to a backup nor to what it had")?;
    let hub = Hub::open(config).context("cannot open the database")?;
    if let Some(carried_out) = carried_out {
        let restored = carried_out
            .note(&hub)
            .context("the hub went back to a backup and cannot say so")?;
        tracing::info!(ms = restored.took_ms, "the hub went back to a backup");
    }
    hub.trials.begin_with(trial::Program::hub(this_program()?));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let server = Server::bind(hub).await.context("cannot serve")?;
        // Whoever started it may have read one line and gone.
        let _ = writeln!(std::io::stdout(), "listening on {}", server.url()?);
        if let Some(watch) = server.watch_address() {
            tracing::info!(%watch, "watched");
        }
        server.run(stop_signal()).await;
        Ok(())
    });
    // A delivery that waits for its receiver must not hold up the end: its outbox row stays.
    runtime.shutdown_background();
    if backup::is_ordered(&data_dir) {
        return begin_anew();
    }
    served
}

/// Becomes a new process of the same program: of the old one no thread and no connection is left that knows the database that goes.
fn begin_anew() -> Result<()> {
    tracing::info!("the hub begins anew to go back to a backup");
    let mut again = std::process::Command::new(this_program()?);
    again.args(std::env::args_os().skip(1));
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(again.exec()).context("the hub cannot begin anew; start it, and it goes back")
    }
    #[cfg(not(unix))]
    {
        again
            .spawn()
            .context("the hub cannot begin anew; start it, and it goes back")?;
        Ok(())
    }
}

fn this_program() -> Result<PathBuf> {
    std::env::current_exe().context("this program cannot be found")
}

/// Comes true when the process is asked to stop.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

//! Where the database is and how it is reached. A password stands in the address, so an address is never printed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use serde::Deserialize;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::storage::{Result, StorageError};

/// How long reaching the database may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A silent peer is asked for a sign of life after so long.
const KEEPALIVE_IDLE: Duration = Duration::from_mins(1);
/// Bytes that nobody acknowledges for so long mean that the connection is dead.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// Whatever the server's defaults: a commit is on the disk when it is acknowledged; who waited for a district's line sees
/// what those before wrote; nobody waits for a lock for ever, and a process that hangs within a transaction loses its locks.
const SESSION: &str = "-c client_min_messages=error -c synchronous_commit=on \
                       -c default_transaction_isolation=read\\ committed -c statement_timeout=300s \
                       -c idle_in_transaction_session_timeout=30s";

/// The database of `hub.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresConfig {
    /// `postgresql://user:password@host/name`; by a socket `postgresql://user@%2Frun%2Fpostgresql/name`. Without a word of
    /// `sslmode` a database on another machine is reached under TLS only.
    pub url: DatabaseUrl,
    /// The certificates that may vouch for the server, as PEM; without it those the machine trusts.
    pub ca_file: Option<PathBuf>,
    /// Connections held at once; calls beyond wait for one.
    #[serde(default = "connections")]
    pub connections: usize,
    /// How long a call waits for a connection or for a row that another holds, before it says that the database is busy.
    #[serde(default = "patience_ms")]
    pub patience_ms: u32,
}

const fn connections() -> usize {
    16
}

const fn patience_ms() -> u32 {
    10_000
}

/// An address of a database, which may hold a password.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(Config);

/// Why a text is no address of a database. It does not say the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a database's address is `postgresql://user:password@host/name`, perhaps with `?sslmode=require`")]
pub struct DatabaseUrlError;

impl TryFrom<String> for DatabaseUrl {
    type Error = DatabaseUrlError;

    fn try_from(text: String) -> std::result::Result<Self, DatabaseUrlError> {
        if !text.starts_with("postgresql://") && !text.starts_with("postgres://") {
            return Err(DatabaseUrlError);
        }
        let config: Config = text.parse().map_err(|_| DatabaseUrlError)?;
        Ok(Self(config))
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DatabaseUrl(…)")
    }
}

/// How one more connection is made, for whom a pool is no use.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// A pool that has not connected yet, and how to connect beside it.
pub(super) fn pool(config: &PostgresConfig) -> Result<(Pool, Link)> {
    let mut reach = config.url.0.clone();
    if reach.get_connect_timeout().is_none() {
        reach.connect_timeout(CONNECT_TIMEOUT);
    }
    reach.keepalives_idle(KEEPALIVE_IDLE).tcp_user_timeout(UNACKNOWLEDGED);
    let asked = reach.get_options().unwrap_or_default();
    let options = format!("{SESSION} -c lock_timeout={} {asked}", config.patience_ms);
    reach.options(options);
    if reach.get_application_name().is_none() {
        reach.application_name("vatsalya-hub");
    }
    let mode = ssl_mode(&reach);
    reach.ssl_mode(mode);
    let link = Link {
        config: reach,
        tls: MakeRustlsConnect::new(tls(mode, config.ca_file.as_deref())?),
    };
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(link.config.clone(), link.tls.clone(), recycling);
    let pool = Pool::builder(manager)
        .max_size(config.connections.max(1))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_millis(config.patience_ms.into())))
        .create_timeout(Some(CONNECT_TIMEOUT))
        .build()
        .map_err(|_| StorageError::OutOfReach)?;
    Ok((pool, link))
}

/// Whether to speak TLS. An address that does not say asks for it, unless the database is on this very machine.
fn ssl_mode(config: &Config) -> SslMode {
    let on_this_machine = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse()
                    .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    match config.get_ssl_mode() {
        SslMode::Prefer if on_this_machine => SslMode::Disable,
        SslMode::Prefer => SslMode::Require,
        said => said,
    }
}

/// Who may vouch for the server.
fn tls(mode: SslMode, ca_file: Option<&Path>) -> Result<ClientConfig> {
    let no = |_| StorageError::DatabaseTls;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(no)?;
    let mut roots = RootCertStore::empty();
    match (mode, ca_file) {
        (SslMode::Disable, _) => {}
        (_, None) => return Ok(builder.with_platform_verifier().map_err(no)?.with_no_client_auth()),
        (_, Some(path)) => {
            let certificates = CertificateDer::pem_file_iter(path).map_err(|_| StorageError::DatabaseTls)?;
            for certificate in certificates {
                roots
                    .add(certificate.map_err(|_| StorageError::DatabaseTls)?)
                    .map_err(no)?;
            }
        }
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

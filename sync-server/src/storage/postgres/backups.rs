//! Copies are made and put back by PostgreSQL's own programs, which know every version of their own database.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use protocol::Epoch;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::connect::{self, Link};
use super::error::{of, of_pool};
use super::transaction::Tx;
use super::value::{Fixed, at, fixed, number};
use super::write::audit;
use super::{Postgres, PostgresConfig};
use crate::storage::backups::EPOCH_SINCE;
use crate::storage::write::About;
use crate::storage::{Backups, Contents, Deed, Result, StorageError};

/// The epoch, and since when.
const SET_EPOCH: &str = "INSERT INTO meta (key, value) VALUES ('epoch', $1), ('epoch_since_ms', $2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";
/// How schemas are called that were put aside when a hub went back to a backup.
const ASIDE: &str = "before-";
/// How often, and with what pauses in milliseconds, it is looked whether other hubs have let go of the database.
const LET_GO: (u32, u64) = (50, 200);
/// Longest of what a program says that is handed on, in characters.
const SAID_MAX: usize = 300;

/// How another program reaches the database. What it is told goes by its environment, which other users do not see.
pub(super) struct Reached {
    config: Config,
    ca_file: Option<PathBuf>,
}

impl Reached {
    pub(super) fn of(link: &Link, config: &PostgresConfig) -> Self {
        Self {
            config: link.config.clone(),
            ca_file: config.ca_file.clone(),
        }
    }

    fn command(&self, program: &'static str) -> Command {
        let mut command = Command::new(program);
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.to_string_lossy().into_owned(),
        });
        command.env("PGHOST", hosts.collect::<Vec<_>>().join(","));
        let ports: Vec<String> = self.config.get_ports().iter().map(u16::to_string).collect();
        if !ports.is_empty() {
            command.env("PGPORT", ports.join(","));
        }
        if let Some(user) = self.config.get_user() {
            command.env("PGUSER", user);
        }
        if let Some(password) = self.config.get_password() {
            command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
        }
        match self.config.get_ssl_mode() {
            SslMode::Disable => command.env("PGSSLMODE", "disable"),
            // Whom the machine trusts is `system` to these programs, of version 16 or newer.
            _ => command
                .env("PGSSLMODE", "verify-full")
                .env("PGSSLROOTCERT", self.ca_file.as_deref().unwrap_or(Path::new("system"))),
        };
        command.stdin(Stdio::null());
        command
    }

    fn database(&self) -> &str {
        let user = self.config.get_user().unwrap_or_default();
        self.config.get_dbname().unwrap_or(user)
    }
}

fn run(program: &'static str, command: &mut Command) -> Result<()> {
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => StorageError::NoProgram(program),
        _ => error.into(),
    })?;
    if output.status.success() {
        return Ok(());
    }
    // Its first line says what is wrong; those behind it may quote a row.
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default();
    Err(StorageError::Program {
        program,
        said: said.chars().filter(|one| !one.is_control()).take(SAID_MAX).collect(),
    })
}

impl Backups for Postgres {
    fn back_up(&self, file: &Path) -> Result<Contents> {
        self.read(|tx| {
            // The transaction waits for the program, whose copy is of the state that this one sees.
            tx.execute("SET LOCAL idle_in_transaction_session_timeout = 0", &[])?;
            let counted = contents(tx)?;
            let row = tx.row("SELECT pg_export_snapshot()", &[])?;
            let snapshot: String = at(&row.ok_or(StorageError::NoSuch("snapshot"))?, 0)?;
            let mut command = self.reached.command("pg_dump");
            command
                .args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"])
                .arg(format!("--exclude-schema={ASIDE}*"))
                .arg(format!("--snapshot={snapshot}"))
                .arg("--file")
                .arg(file)
                .arg(format!("--dbname={}", self.reached.database()));
            run("pg_dump", &mut command)?;
            Ok(counted)
        })
    }

    fn contents(&self) -> Result<Contents> {
        self.read(contents)
    }

    fn damage(&self) -> Result<Option<String>> {
        self.read(|tx| {
            let row = tx.row(
                "SELECT d.code FROM district d
                 WHERE (SELECT count(*) FROM log WHERE district = d.code) <> d.last_number
                    OR (SELECT coalesce(max(number), 0) FROM log WHERE district = d.code) <> d.last_number LIMIT 1",
                &[],
            )?;
            let district: Option<String> = row.map(|row| at(&row, 0)).transpose()?;
            Ok(district.map(|code| format!("numbers are missing in the log of {code}")))
        })
    }

    fn new_epoch(&self, now_ms: i64) -> Result<Epoch> {
        let epoch = *uuid::Uuid::new_v4().as_bytes();
        self.write(|tx| {
            tx.execute(SET_EPOCH, &[&Fixed(epoch), &Fixed(now_ms.to_be_bytes())])?;
            audit(tx, now_ms, Deed::NewEpoch, &About::default())
        })?;
        Ok(Epoch(epoch))
    }

    fn epoch_since_ms(&self) -> Result<Option<i64>> {
        self.read_one(|tx| {
            let row = tx.row("SELECT value FROM meta WHERE key = $1", &[&EPOCH_SINCE])?;
            row.map(|row| fixed(&row, 0).map(i64::from_be_bytes)).transpose()
        })
    }
}

impl Postgres {
    /// Whether the database has tables of a hub.
    pub fn is_empty(config: &PostgresConfig) -> Result<bool> {
        on_one_connection(config, async |client| {
            let row = client.query_one("SELECT to_regclass('meta') IS NULL", &[]).await;
            row.and_then(|row| row.try_get(0)).map_err(of)
        })
    }

    /// Puts a copy into a database without tables, and gives its logs a new epoch. Whoever calls this sees to it that no hub is
    /// started in between.
    pub fn restore(file: &Path, config: &PostgresConfig, now_ms: i64) -> Result<()> {
        if !Self::is_empty(config)? {
            return Err(StorageError::Exists("database"));
        }
        let (_, link) = connect::pool(config)?;
        let reached = Reached::of(&link, config);
        let mut command = reached.command("pg_restore");
        command
            .args([
                "--exit-on-error",
                "--single-transaction",
                "--no-owner",
                "--no-privileges",
                "--no-password",
            ])
            .arg(format!("--dbname={}", reached.database()))
            .arg(file);
        run("pg_restore", &mut command)?;
        on_one_connection(config, async |client| {
            let epoch = *uuid::Uuid::new_v4().as_bytes();
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&Fixed(epoch), &Fixed(now_ms.to_be_bytes())];
            client.execute(SET_EPOCH, &values).await.map_err(of)?;
            Ok(())
        })
    }
}

impl Postgres {
    /// Moves the tables that there are into a schema of this name, and leaves an empty one in their place. No other hub may be at the
    /// database: whoever holds on to it is waited for, and then told.
    pub fn put_aside(config: &PostgresConfig, name: &str) -> Result<()> {
        let (tries, pause_ms) = LET_GO;
        on_one_connection(config, async |client| {
            let asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
            let mut others = 0_i64;
            for _ in 0..tries {
                others = client
                    .query_one(asked, &[])
                    .await
                    .and_then(|row| row.try_get(0))
                    .map_err(of)?;
                if others == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
            if others > 0 {
                return Err(StorageError::OtherHubs(others.unsigned_abs()));
            }
            if schema_is_there(client, name).await? {
                return Ok(());
            }
            let own = own_schema(client).await?;
            let (own, name) = (quoted(&own), quoted(name));
            let moved = format!("BEGIN; ALTER SCHEMA {own} RENAME TO {name}; CREATE SCHEMA {own}; COMMIT");
            client.batch_execute(&moved).await.map_err(of)
        })
    }

    /// Puts the tables of that schema in their place again, which must be empty; nothing where there is no such schema.
    pub fn bring_back(config: &PostgresConfig, name: &str) -> Result<()> {
        on_one_connection(config, async |client| {
            if !schema_is_there(client, name).await? {
                return Ok(());
            }
            let own = own_schema(client).await?;
            let (own, name) = (quoted(&own), quoted(name));
            let moved = format!("BEGIN; DROP SCHEMA {own} RESTRICT; ALTER SCHEMA {name} RENAME TO {own}; COMMIT");
            client.batch_execute(&moved).await.map_err(of)
        })
    }

    /// Takes away every table of the place that a copy was being put into.
    pub fn clear(config: &PostgresConfig) -> Result<()> {
        on_one_connection(config, async |client| {
            let own = quoted(&own_schema(client).await?);
            let emptied = format!("BEGIN; DROP SCHEMA {own} CASCADE; CREATE SCHEMA {own}; COMMIT");
            client.batch_execute(&emptied).await.map_err(of)
        })
    }
}

/// The schema that tables without another name are in.
async fn own_schema(client: &deadpool_postgres::Client) -> Result<String> {
    let row = client
        .query_one("SELECT current_schema()::text", &[])
        .await
        .map_err(of)?;
    let name: Option<String> = row.try_get(0).map_err(of)?;
    name.ok_or(StorageError::NoSuch("schema"))
}

async fn schema_is_there(client: &deadpool_postgres::Client, name: &str) -> Result<bool> {
    let asked = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)";
    let row = client.query_one(asked, &[&name]).await;
    row.and_then(|row| row.try_get(0)).map_err(of)
}

/// A name as SQL writes it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Asks something of a database whose tables are not to be touched.
fn on_one_connection<T>(
    config: &PostgresConfig,
    ask: impl AsyncFnOnce(&deadpool_postgres::Client) -> Result<T>,
) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (pool, _) = connect::pool(config)?;
    runtime.block_on(async {
        let client = pool.get().await.map_err(of_pool)?;
        ask(&client).await
    })
}

fn contents(tx: &Tx<'_>) -> Result<Contents> {
    let count = |sql: &str| -> Result<u64> {
        let row = tx.row(sql, &[])?;
        number(&row.ok_or(StorageError::NoSuch("count"))?, 0)
    };
    Ok(Contents {
        districts: count("SELECT count(*) FROM district")?,
        users: count("SELECT count(*) FROM users")?,
        authors: count("SELECT count(*) FROM author")?,
        documents: count("SELECT count(*) FROM document")?,
        entries: count("SELECT count(*) FROM log")?,
        refused: count("SELECT count(*) FROM quarantine")?,
        media: count("SELECT count(*) FROM media WHERE complete")?,
        audit: count("SELECT count(*) FROM audit")?,
    })
}

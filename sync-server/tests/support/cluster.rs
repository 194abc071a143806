//! A real PostgreSQL for the tests of one program: started with the first test that asks for it, and gone with the
//! program however it ends.
//!
//! The server belongs to a small shell that waits for the end of its input. When this program ends, by a panic, a signal or
//! in peace, the input ends, and the shell stops the server and removes its folder. As root it runs as another user,
//! because PostgreSQL does not run as root.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What to do where there is none.
const MISSING: &str = "PostgreSQL is not installed, and these tests need it: `cargo xtask setup` installs it, or \
                       `apt-get install postgresql`";
/// Starts the server, says so, and stops it when the input ends.
const SUPERVISOR: &str = r#"
    bin=$0 folder=$1 options=$2
    cd / && "$bin/pg_ctl" start --silent --wait --pgdata="$folder/data" --log="$folder/log" --options="$options" || {
        cat "$folder/log" >&2; exit 1; }
    echo ready
    cat >/dev/null
    "$bin/pg_ctl" stop --silent --mode=immediate --pgdata="$folder/data"
"#;
/// The same, and leaves nothing.
const REMOVE: &str = "\n    rm -rf \"$folder\"\n";

/// A PostgreSQL server with a folder of its own.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    user: User,
    options: String,
    port: u16,
    /// Holds the input of the shell open.
    supervisor: Option<Child>,
    databases: AtomicU32,
}

/// Whom the server runs as.
#[derive(Debug, Clone, Copy)]
enum User {
    Myself,
    Other { uid: u32, gid: u32 },
}

/// The server that all tests of this program share. It syncs nothing: no test that asks it claims to outlive it.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start("-c fsync=off -c synchronous_commit=off -c full_page_writes=off"))
}

impl Cluster {
    /// A server with more options.
    pub fn start(options: &str) -> Self {
        let mut cluster = Self::make(options);
        cluster.start_again();
        cluster
    }

    /// A server that is reached at a port of this machine; under TLS where there is to be a certificate.
    #[allow(dead_code, reason = "not every program that includes this file needs a port")]
    pub fn start_at_a_port(tls: bool) -> (Self, u16) {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut cluster = Self::make("");
        let reached = format!(" -c listen_addresses=127.0.0.1 -c port={port} -c fsync=off");
        cluster.options.push_str(&reached);
        cluster.port = port;
        if tls {
            cluster.certify();
            cluster
                .options
                .push_str(" -c ssl=on -c ssl_cert_file=server.crt -c ssl_key_file=server.key");
        }
        cluster.start_again();
        (cluster, port)
    }

    /// The certificate of a server that has one; it vouches for itself.
    #[allow(dead_code, reason = "as above")]
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    fn certify(&self) {
        let made = self
            .user
            .command(Path::new("openssl"))
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
            ])
            .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", "server.key", "-out", "server.crt"])
            .current_dir(self.folder.join("data"))
            .output()
            .expect("`openssl`, which PostgreSQL's packages bring with them");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // PostgreSQL's own folder is closed to others.
        std::fs::copy(self.folder.join("data/server.crt"), self.certificate()).unwrap();
    }

    fn make(options: &str) -> Self {
        let user = user();
        let folder = tempfile::Builder::new()
            .prefix("vatsalya-pg-")
            .tempdir()
            .unwrap()
            .keep();
        // Sockets are reached by their path, and only by who may enter here.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o711)).unwrap();
        if let User::Other { uid, gid } = user {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let data = folder.join("data");
        let made = user
            .command(&programs().join("initdb"))
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=hub",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .arg("--pgdata")
            .arg(&data)
            .current_dir("/")
            .output()
            .expect(MISSING);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let options = format!(
            "-c listen_addresses='' -k '{}' -c max_connections=300 -c shared_buffers=64MB {options}",
            folder.display()
        );
        Self {
            folder,
            user,
            options,
            port: 5432,
            supervisor: None,
            databases: AtomicU32::new(0),
        }
    }

    /// Starts it, with what it had.
    pub fn start_again(&mut self) {
        let mut supervisor = self
            .user
            .command(Path::new("/bin/sh"))
            .arg("-c")
            .arg(format!("{SUPERVISOR}[ -e \"$folder/keep\" ] || {REMOVE}"))
            .arg(programs())
            .arg(&self.folder)
            .arg(&self.options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect(MISSING);
        let mut line = String::new();
        let said = supervisor.stdout.take().expect("it is piped");
        BufReader::new(said).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "PostgreSQL does not start; see above");
        self.supervisor = Some(supervisor);
    }

    /// Stops it without a warning and keeps its data, as a crash does.
    #[allow(dead_code, reason = "not every program that includes this file stops its server")]
    pub fn stop(&mut self) {
        std::fs::write(self.folder.join("keep"), "").unwrap();
        self.end();
        std::fs::remove_file(self.folder.join("keep")).unwrap();
    }

    fn end(&mut self) {
        if let Some(mut supervisor) = self.supervisor.take() {
            drop(supervisor.stdin.take());
            supervisor.wait().unwrap();
        }
    }

    /// A new empty database of this server; how it is reached.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = self
            .user
            .command(&programs().join("createdb"))
            .args([
                "--username=hub",
                "--maintenance-db=postgres",
                "--template=template0",
                "--host",
            ])
            .arg(&self.folder)
            .args(["--port", &self.port.to_string()])
            .arg(&name)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        self.url("hub", &name)
    }

    /// How a database is reached by the socket in the server's folder.
    pub fn url(&self, user: &str, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgresql://{user}@{folder}:{}/{database}", self.port)
    }

    /// Its folder; `data` in it is PostgreSQL's.
    #[allow(dead_code, reason = "not every program that includes this file looks into it")]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.supervisor.is_some() {
            self.end();
        } else {
            // Stopped with its data kept: nobody else removes it.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl User {
    fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command.env("LC_ALL", "C.UTF-8");
        command
    }
}

/// What the database answers, columns and rows with spaces between.
#[allow(
    dead_code,
    reason = "not every program that includes this file asks the database itself"
)]
pub fn sql(url: &str, sql: &str) -> String {
    let output = psql(url, sql).output().expect(MISSING);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The same beside what goes on; joined, it gives the answer.
#[allow(dead_code, reason = "as above")]
pub fn sql_beside(url: &str, sql: &str) -> std::thread::JoinHandle<String> {
    let child = psql(url, sql).stdout(Stdio::piped()).spawn().expect(MISSING);
    std::thread::spawn(move || {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "a statement failed; see above");
        String::from_utf8(output.stdout).unwrap()
    })
}

fn psql(url: &str, sql: &str) -> Command {
    let mut command = Command::new(programs().join("psql"));
    command
        .args([
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--field-separator= ",
            "--set=ON_ERROR_STOP=1",
        ])
        .args(["--command", sql, url]);
    command
}

/// Myself, or who PostgreSQL may run as where I am root: its own user, or nobody.
fn user() -> User {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return User::Myself;
    }
    let of = |name: &str| {
        Some(User::Other {
            uid: id(&["-u", name])?,
            gid: id(&["-g", name])?,
        })
    };
    of("postgres")
        .or_else(|| of("nobody"))
        .expect("a user to run PostgreSQL as")
}

/// The folder of the newest PostgreSQL's programs.
pub fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| {
            Some((
                version.file_name().to_str()?.parse::<u32>().ok()?,
                version.path().join("bin"),
            ))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .max_by_key(|(version, _)| *version);
    if let Some((_, programs)) = newest {
        return programs;
    }
    // Elsewhere than on Debian they may stand among all programs.
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
        .expect(MISSING)
}

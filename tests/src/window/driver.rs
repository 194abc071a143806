//! Starts the app, or a browser, under a driver of its own, and ends it: by closing, or by `kill -9`.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::places;

/// How long the app may take to open its window.
const OPENING_AT_MOST: Duration = Duration::from_secs(40);
/// How often a port is tried while a driver starts.
const TRY_EVERY: Duration = Duration::from_millis(30);
/// The app's program, by which its process is found.
const APP: &str = "vatsalya-field";

/// One officer's app: a data folder, and while it is open a window in it. Or a browser with a page.
pub struct Window {
    name: String,
    folder: PathBuf,
    pictures: PathBuf,
    pub(super) runtime: Arc<Runtime>,
    /// What the app is told by its environment, besides where its data lie.
    variables: Vec<(&'static str, String)>,
    open: Option<Open>,
}

struct Open {
    client: Client,
    driver: Child,
}

impl Window {
    /// An app that is not open yet. `name` stands in the names of its pictures.
    pub fn new(name: &str, folder: &Path, pictures: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        fs::create_dir_all(pictures)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        Ok(Self {
            name: name.to_owned(),
            folder: folder.to_path_buf(),
            pictures: pictures.to_path_buf(),
            runtime: Arc::new(runtime),
            variables: Vec::new(),
            open: None,
        })
    }

    /// Gives the app this variable whenever it is opened.
    pub fn tell(&mut self, variable: &'static str, value: String) {
        self.variables.push((variable, value));
    }

    /// Opens the app, with an enrolment link as its argument, maybe.
    pub fn open(&mut self, link: Option<&str>) -> anyhow::Result<()> {
        if self.open.is_some() {
            bail!("{}: the window is open", self.name);
        }
        let [port, native_port] = free_ports()?;
        let mut command = Command::new(places::tauri_driver());
        command
            .args([
                "--port",
                &port.to_string(),
                "--native-port",
                &native_port.to_string(),
                "--native-driver",
            ])
            .arg(places::webkit_driver())
            .env("VATSALYA_DATA_DIR", &self.folder)
            .envs(self.variables.iter().map(|(variable, value)| (variable, value)))
            // What an app says about itself is kept beside its data, for whoever looks into a failure.
            .stdout(Stdio::null())
            .stderr(
                fs::File::options()
                    .create(true)
                    .append(true)
                    .open(self.folder.join("window.log"))?,
            )
            // A group of its own, so that the web view's driver and the app can be ended with it.
            .process_group(0);
        let driver = command.spawn().context("tauri-driver")?;
        let client = self.runtime.block_on(connect([port, native_port], link));
        match client {
            Ok(client) => {
                self.open = Some(Open { client, driver });
                Ok(())
            }
            Err(error) => {
                end_group(driver)?;
                Err(error)
            }
        }
    }

    /// Opens a page in Chromium, in the place of the app, with a window of so many pixels.
    pub fn browse(&mut self, url: &str, size: (u32, u32)) -> anyhow::Result<()> {
        if self.open.is_some() {
            bail!("{}: the window is open", self.name);
        }
        let [port, _] = free_ports()?;
        let mut command = Command::new(places::chromedriver());
        command.arg(format!("--port={port}"));
        // What a browser keeps of its own stays in the folder.
        command.env("HOME", &self.folder).env("XDG_CONFIG_HOME", &self.folder);
        command.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let driver = command.spawn().context("chromedriver")?;
        let client = self.runtime.block_on(connect_browser(port, &self.folder, size, url));
        match client {
            Ok(client) => {
                self.open = Some(Open { client, driver });
                Ok(())
            }
            Err(error) => {
                end_group(driver)?;
                Err(error)
            }
        }
    }

    /// Kills the app without a warning, as a battery that falls out would.
    pub fn kill_app(&mut self) -> anyhow::Result<()> {
        let Some(open) = self.open.take() else {
            bail!("{}: no window is open", self.name)
        };
        let app = app_of(&open.driver).with_context(|| format!("{}: the app's process is not there", self.name))?;
        run("kill", &["-KILL", &app.to_string()])?;
        end_group(open.driver)
    }

    /// Closes the window.
    pub fn close(&mut self) -> anyhow::Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let closed = self.runtime.block_on(open.client.close());
        end_group(open.driver)?;
        Ok(closed?)
    }

    /// The process of the app.
    pub(crate) fn app_process(&self) -> anyhow::Result<u32> {
        let open = self
            .open
            .as_ref()
            .with_context(|| format!("{}: no window is open", self.name))?;
        app_of(&open.driver).with_context(|| format!("{}: the app's process is not there", self.name))
    }

    /// Who this is, for pictures and failures.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn pictures(&self) -> &Path {
        &self.pictures
    }

    pub(super) fn client(&self) -> anyhow::Result<&Client> {
        self.open
            .as_ref()
            .map(|open| &open.client)
            .with_context(|| format!("{}: no window is open", self.name))
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            // Whatever becomes of the session, its processes end.
            let _ = end_group(open.driver);
        }
    }
}

/// The app that this driver has opened: the program of its name in the driver's group of processes. What it was given and
/// where its program lies nobody but root may ask, since it lets its memory be read by nobody.
fn app_of(driver: &Child) -> Option<u32> {
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        let mut rest = rest.split_whitespace();
        let (state, _parent, group) = (rest.next()?, rest.next()?, rest.next()?);
        let is_app = name == APP && state != "Z" && group == driver.id().to_string();
        is_app.then_some(id)
    })
}

/// Two ports that nobody has. They are free again for a moment before the drivers take them.
fn free_ports() -> anyhow::Result<[u16; 2]> {
    let (one, other) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
    Ok([one.local_addr()?.port(), other.local_addr()?.port()])
}

/// Waits until a driver takes connections.
async fn listening(port: u16) -> anyhow::Result<()> {
    let until = Instant::now() + OPENING_AT_MOST;
    let mut tries = tokio::time::interval(TRY_EVERY);
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if Instant::now() > until {
            bail!("no driver listens on port {port}");
        }
        tries.tick().await;
    }
    Ok(())
}

async fn connect([port, native_port]: [u16; 2], link: Option<&str>) -> anyhow::Result<Client> {
    // The one in front hands on to the native one, and drops what it is asked while that is not there yet.
    listening(native_port).await?;
    listening(port).await?;
    let application = places::app();
    let arguments: Vec<&str> = link.into_iter().collect();
    let mut capabilities = Capabilities::new();
    capabilities.insert(
        "tauri:options".into(),
        json!({ "application": application, "args": arguments }),
    );
    capabilities.insert("browserName".into(), json!("wry"));
    let url = format!("http://127.0.0.1:{port}");
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    let client = tokio::time::timeout(OPENING_AT_MOST, builder.connect(&url))
        .await
        .context("the app opens no window")??;
    Ok(client)
}

async fn connect_browser(port: u16, folder: &Path, (width, height): (u32, u32), page: &str) -> anyhow::Result<Client> {
    listening(port).await?;
    let mut capabilities = Capabilities::new();
    let arguments = [
        "--headless=new".to_owned(),
        // Root, as in a container, has no sandbox of Chromium's; the pages are our own.
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--lang=en".to_owned(),
        // Letters and colours as far as can be the same on every machine.
        "--force-device-scale-factor=1".to_owned(),
        "--force-color-profile=srgb".to_owned(),
        "--font-render-hinting=none".to_owned(),
        "--disable-lcd-text".to_owned(),
        "--hide-scrollbars".to_owned(),
        format!("--user-data-dir={}", folder.join("chromium").display()),
        format!("--window-size={width},{height}"),
    ];
    capabilities.insert("browserName".into(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".into(), json!({ "args": arguments }));
    let url = format!("http://127.0.0.1:{port}");
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    let client = tokio::time::timeout(OPENING_AT_MOST, builder.connect(&url))
        .await
        .context("Chromium opens no window")??;
    client.goto(page).await?;
    Ok(client)
}

/// Ends a driver with everything it has started.
fn end_group(mut driver: Child) -> anyhow::Result<()> {
    let group = format!("-{}", driver.id());
    run("kill", &["-KILL", "--", &group])?;
    driver.wait()?;
    Ok(())
}

fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(program).args(arguments).status()?;
    anyhow::ensure!(status.success(), "{program} {arguments:?}: {status}");
    Ok(())
}

//! The programs of the demo, side by side, until the windows are closed.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use anyhow::{Context as _, Result, ensure};

use super::district::{District, HUB, Officer, PORTAL};
use crate::{
    check::tell_paths,
    paths,
    process::{Companion, command, read},
};

/// What can happen while the demo runs.
enum Event {
    /// A window was closed.
    WindowClosed,
    /// The person typed a line.
    Typed(String),
}

/// Everything that runs.
pub(crate) struct Demo {
    district: District,
    officers: Vec<Officer>,
    hub: Option<Companion>,
    _portal: Companion,
}

impl Demo {
    /// Starts hub and portal, and fills the district at the first time.
    pub(crate) fn start() -> Result<Self> {
        let district = District::open(&paths::target().join("demo"))?;
        let portal =
            serve(program("workshop").args(["portal-receiver", "--listen", PORTAL, "--secret", &district.secret]))
                .with_context(|| format!("the portal receiver; is {PORTAL} taken?"))?;
        let hub = start_hub(&district)?;
        let officers = match district.officers() {
            Some(officers) => officers,
            None => fill(&district)?,
        };
        ensure!(!officers.is_empty(), "demo-data named no officer to show");
        Ok(Self {
            district,
            officers,
            hub: Some(hub),
            _portal: portal,
        })
    }

    /// Opens the windows and stays until they are closed.
    pub(crate) fn show(mut self) -> Result<()> {
        let (sender, events) = channel();
        // Companions end with the thread that started them, so this one starts them all.
        let _windows = self.open_windows(&sender)?;
        self.explain();
        thread::spawn(move || {
            for line in std::io::stdin().lines().map_while(Result::ok) {
                if sender.send(Event::Typed(line)).is_err() {
                    break;
                }
            }
        });
        self.attend(&events)
    }

    fn open_windows(&self, sender: &Sender<Event>) -> Result<Vec<Companion>> {
        let officers = self.officers.iter().enumerate();
        let windows = officers.map(|(index, officer)| {
            let tablet = self.district.tablet(index);
            let mut app = program("vatsalya-field");
            app.env("VATSALYA_DATA_DIR", &tablet);
            if !tablet.join("users").exists() {
                app.arg(&officer.link);
            }
            fs::create_dir_all(&tablet)?;
            let mut window = Companion::start(&app)?;
            let output = BufReader::new(window.output()?);
            let sender = sender.clone();
            thread::spawn(move || {
                // Nothing it says matters; that it falls silent means it was closed.
                output.lines().map_while(Result::ok).for_each(drop);
                sender.send(Event::WindowClosed)
            });
            Ok(window)
        });
        windows.collect()
    }

    fn attend(&mut self, events: &Receiver<Event>) -> Result<()> {
        let mut open = self.officers.len();
        while open > 0 {
            match events.recv()? {
                Event::WindowClosed => open -= 1,
                Event::Typed(line) if line.trim() == "hub" => self.toggle_hub()?,
                Event::Typed(_) => println!("type `hub` and Enter to stop or start the hub; Ctrl-C ends everything"),
            }
        }
        println!("Both windows are closed; the hub and the portal stop. The district stays in target/demo.");
        Ok(())
    }

    fn toggle_hub(&mut self) -> Result<()> {
        if self.hub.take().is_some() {
            println!("The hub is stopped: both tablets are without a network now. Type `hub` to start it again.");
        } else {
            self.hub = Some(start_hub(&self.district)?);
            println!("The hub is back.");
        }
        Ok(())
    }

    fn explain(&self) {
        println!("\nVatsalya Field is running, with invented people only.\n");
        println!(
            "  hub      http://{HUB}   its files: {}",
            paths::shown(&paths::target().join("demo/hub"))
        );
        let (_, port) = HUB.rsplit_once(':').unwrap_or_default();
        println!(
            "  console  http://localhost:{port}/console/  for the district officer; sign in with what this prints:"
        );
        println!(
            "           {} --config {} admin staff add NAME --all --terminal",
            paths::shown(&paths::programs().join("sync-server")),
            paths::shown(&self.district.config())
        );
        println!("  portal   http://{PORTAL}/  open it in a browser: what the hub delivers, verified");
        for (index, officer) in self.officers.iter().enumerate() {
            println!("  window {} {}   {}", index + 1, officer.name, officer.link);
        }
        println!(
            "
Try this:
  1. In each window, choose a passphrase; the code is filled in already. The assigned cases arrive.
  2. Open a case both officers have, reveal the names, and fill a field of Form 17.
  3. Type `hub` and Enter here: the hub stops. Write on in both windows, also in the same field.
  4. Type `hub` and Enter again: different fields merge; the same field becomes a card with two versions. Choose one.
  5. Look at the portal's page, and at Sync in the window for the number the portal gave.

Close both windows, or press Ctrl-C, to end. Begin anew: rm -r {}",
            paths::shown(&paths::target().join("demo"))
        );
    }
}

fn program(name: &str) -> Command {
    let mut program = command(&paths::programs().join(name).to_string_lossy(), &[]);
    tell_paths(&mut program);
    program
}

fn start_hub(district: &District) -> Result<Companion> {
    serve(
        program("sync-server")
            .args(["serve", "--config"])
            .arg(district.config()),
    )
    .with_context(|| format!("the hub; is {HUB} taken?"))
}

/// Starts a server and waits until it says that it listens.
fn serve(command: &Command) -> Result<Companion> {
    let mut server = Companion::start(command)?;
    let mut output = BufReader::new(server.output()?);
    let mut line = String::new();
    output.read_line(&mut line)?;
    ensure!(line.starts_with("listening on "), "it ended without listening");
    // Whatever it says later must not fill the pipe and stop it.
    thread::spawn(move || output.lines().map_while(Result::ok).for_each(|line| println!("{line}")));
    Ok(server)
}

fn fill(district: &District) -> Result<Vec<Officer>> {
    eprintln!("filling the district with invented cases …");
    let mut demo_data = program("workshop");
    demo_data
        .arg("demo-data")
        .arg("--config")
        .arg(district.config())
        .args(["--hub", &format!("http://{HUB}")]);
    let printed = read(demo_data.stderr(Stdio::inherit()))?;
    district.keep_officers(&printed)?;
    district.officers().context("the officers were just written")
}

//! A microphone for a machine that has none: a PulseAudio of its own, whose one source hears a sound that is played to it
//! again and again.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, bail};

/// What is heard: noise that swells and sinks twice a second, as a voice does. A steady tone would be taken for a fault and
/// filtered away.
const SECONDS: u32 = 2;
const RATE: u32 = 48_000;

/// A sound server with a microphone. It ends when this is dropped.
pub struct Microphone {
    server: Child,
    player: Option<Child>,
    folder: tempfile::TempDir,
}

impl Microphone {
    /// Starts it, and speaks into it.
    pub fn speaking() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("sound");
        let mut server = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"])
            .arg(format!(
                "--load=module-native-protocol-unix auth-anonymous=1 socket={}",
                socket.display()
            ))
            .arg("--load=module-null-sink sink_name=room")
            // A monitor is no microphone to a web view; one that listens to it is.
            .arg("--load=module-remap-source master=room.monitor source_name=microphone")
            .args(["--log-target=stderr", "--log-level=debug"])
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("HOME", folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .context("pulseaudio")?;
        let said = server.stderr.take().context("it says what it does")?;
        let mut microphone = Self {
            server,
            player: None,
            folder,
        };
        let mut lines = BufReader::new(said).lines();
        let is_up = lines.any(|line| line.is_ok_and(|line| line.contains("Daemon startup complete")));
        if !is_up {
            bail!("pulseaudio ended before it was up");
        }
        // Who reads nothing stops who writes.
        std::thread::spawn(move || lines.for_each(drop));
        let heard = microphone.folder.path().join("heard.raw");
        write_noise(&heard)?;
        let script = format!(
            "while pacat --playback --device=room --raw --format=s16le --rate={RATE} --channels=1 '{}'; do :; done",
            heard.display()
        );
        let player = Command::new("sh")
            .args(["-c", &script])
            .env("PULSE_SERVER", microphone.server())
            .stderr(Stdio::null())
            .spawn()?;
        microphone.player = Some(player);
        Ok(microphone)
    }

    /// Where an app finds it, for its variable `PULSE_SERVER`.
    pub fn server(&self) -> String {
        format!("unix:{}", self.folder.path().join("sound").display())
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        for process in [self.player.as_mut(), Some(&mut self.server)].into_iter().flatten() {
            // Whether or not it has ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn write_noise(file: &Path) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(fs::File::create(file)?);
    let mut state = 0x2545_F491_u32;
    for n in 0..RATE * SECONDS {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        // Twice a second from nothing to its loudest and back.
        let at = n % (RATE / 2);
        let swell = i64::from(at.min(RATE / 2 - at));
        let noise = i64::from(state >> 16) - 0x8000;
        let sample = noise * swell / i64::from(RATE / 4) / 2;
        out.write_all(&i16::try_from(sample).unwrap_or(0).to_le_bytes())?;
    }
    Ok(out.flush()?)
}

//! Pictures, side by side with libvips: the same files, each way in processes of its own, from start to end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use image::{ImageFormat, RgbImage};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::machine;
use crate::demo::pictures;

/// One way of making the sizes of one picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The middle time.
    pub(super) time: Duration,
    /// The most memory of its largest process.
    pub(super) peak_kb: u64,
    /// What the full size has in bytes.
    pub(super) full_bytes: u64,
}

/// A picture, made into three sizes by this device and by `vipsthumbnail`.
#[derive(Debug)]
pub(super) struct SideBySide {
    pub(super) name: &'static str,
    pub(super) ours: Way,
    /// `None` where libvips is not installed.
    pub(super) vips: Option<Way>,
}

/// How often each is made.
const ROUNDS: usize = 7;
/// The sides that both make, with the quality that libvips is told.
const SIDES: [(&str, u32, u8); 3] = [("full", 1600, 82), ("field", 640, 78), ("thumb", 192, 70)];

/// What [`SideBySide::ours`] measures: a process that reads a file and writes the three sizes beside it.
pub fn make_sizes(file: &Path, folder: &Path) -> anyhow::Result<()> {
    let made = device::media::sizes(&fs::read(file)?)?;
    for (name, bytes) in [("full", made.full), ("field", made.field), ("thumb", made.thumb)] {
        fs::write(folder.join(name).with_extension("jpg"), bytes)?;
    }
    Ok(())
}

pub(super) fn measure() -> anyhow::Result<Vec<SideBySide>> {
    let folder = tempfile::tempdir()?;
    let large = grained(pictures::draw(11, 4000, 3000));
    let small = grained(pictures::draw(12, 2000, 1500));
    let files = [
        (
            "A photograph of 12 million pixels, JPEG",
            "12.jpg",
            pictures::as_jpeg(&large, 88),
        ),
        (
            "A photograph of 3 million pixels, JPEG",
            "3.jpg",
            pictures::as_jpeg(&small, 88),
        ),
        ("A screen or a scan of 3 million pixels, PNG", "3.png", png(&small)?),
    ];
    let mut measured = Vec::new();
    for (name, file, bytes) in files {
        let file = folder.path().join(file);
        fs::write(&file, bytes)?;
        measured.push(SideBySide {
            name,
            ours: ours(&file, folder.path())?,
            vips: vips(&file, folder.path())?,
        });
    }
    Ok(measured)
}

/// Grain, as a camera's sensor leaves it: a drawn picture alone would be too easy to encode.
fn grained(mut picture: RgbImage) -> RgbImage {
    let mut random = StdRng::seed_from_u64(5);
    for pixel in picture.pixels_mut() {
        let grain: i16 = random.random_range(-14..=14);
        pixel.0 = pixel
            .0
            .map(|value| u8::try_from((i16::from(value) + grain).clamp(0, 255)).unwrap_or(u8::MAX));
    }
    picture
}

fn png(picture: &RgbImage) -> anyhow::Result<Vec<u8>> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

fn ours(file: &Path, folder: &Path) -> anyhow::Result<Way> {
    let out = folder.join("ours");
    fs::create_dir_all(&out)?;
    way(&out.join("full.jpg"), || {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "make-sizes"]).arg(file).arg("--out").arg(&out);
        finish(command)
    })
}

/// The full size out of the file, the others out of the full one: as this device does it.
fn vips(file: &Path, folder: &Path) -> anyhow::Result<Option<Way>> {
    let is_there = Command::new("vipsthumbnail")
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if is_there.is_err() {
        return Ok(None);
    }
    let out = folder.join("vips");
    fs::create_dir_all(&out)?;
    let full = out.join("full.jpg");
    let measured = way(&full, || {
        let mut peak = 0;
        for (name, side, quality) in SIDES {
            let from: PathBuf = if name == "full" { file.to_owned() } else { full.clone() };
            let to = format!("{}[Q={quality},strip]", out.join(name).with_extension("jpg").display());
            let mut command = Command::new("vipsthumbnail");
            command
                .arg(from)
                .args(["--size", &format!("{side}x{side}>"), "-o", &to]);
            peak = finish(command)?.max(peak);
        }
        Ok(peak)
    });
    measured.map(Some)
}

fn way(full: &Path, mut once: impl FnMut() -> anyhow::Result<u64>) -> anyhow::Result<Way> {
    let (mut times, mut peak_kb) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        peak_kb = once()?.max(peak_kb);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(Way {
        time: times[ROUNDS / 2],
        peak_kb,
        full_bytes: fs::metadata(full).context("the full size was made")?.len(),
    })
}

/// Runs a program to its end, and says the most memory it had.
fn finish(mut command: Command) -> anyhow::Result<u64> {
    let mut process = command.stdout(Stdio::null()).spawn()?;
    let id = process.id().to_string();
    let mut peak = 0;
    let status = loop {
        // The kernel keeps the peak until the process is gone: the last look before that is the answer.
        peak = machine::peak_kb(&id).map_or(peak, |kb| kb.max(peak));
        if let Some(status) = process.try_wait()? {
            break status;
        }
        std::thread::yield_now();
    };
    ensure!(status.success(), "{command:?}: {status}");
    Ok(peak)
}

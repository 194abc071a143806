//! The library before the C library of a campaign's sessions: what it is told, and what it says.

use std::{
    fmt::Display,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{places, preload};

/// Names what marks and orders are written to.
const ORDER: &str = "VATSALYA_CALLS_ORDER";

/// What is watched: the folder of a device, and the file beside it that takes marks and orders.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The device's folder.
    pub folder: PathBuf,
    /// Takes marks and orders.
    pub orders: PathBuf,
    /// Takes the record, where one is made.
    pub record: Option<PathBuf>,
}

impl Watched {
    /// A part of the workshop that runs under the library.
    pub fn workshop(&self, part: &str) -> anyhow::Result<Command> {
        File::create(&self.orders)?;
        let mut command = places::workshop(part);
        command
            .env("LD_PRELOAD", preload::CALLS.path()?)
            .env("VATSALYA_CALLS_DIR", fs::canonicalize(&self.folder)?)
            .env(ORDER, fs::canonicalize(&self.orders)?);
        if let Some(record) = &self.record {
            File::create(record)?;
            command.env("VATSALYA_CALLS_LOG", record);
        }
        Ok(command)
    }
}

/// Where a session leaves its marks: in memory, and where it is watched in the file of the library.
#[derive(Debug, Clone, Default)]
pub struct Marks(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    file: Option<File>,
    lines: Mutex<Vec<String>>,
}

impl Marks {
    /// Marks that go to the file which the environment names, too.
    pub fn of_this_process() -> anyhow::Result<Self> {
        let path = std::env::var_os(ORDER).filter(|path| !path.is_empty());
        let file = path.map(|path| File::options().append(true).open(path)).transpose()?;
        let lines = Mutex::default();
        Ok(Self(Arc::new(Kept { file, lines })))
    }

    /// Leaves a mark, in one call.
    pub fn leave(&self, mark: &impl Serialize) -> anyhow::Result<()> {
        let line = serde_json::to_string(mark)?;
        self.write(&format!("{line}\n"))?;
        self.lines().push(line);
        Ok(())
    }

    /// Gives the library an order, which begins its count anew.
    pub fn order(&self, order: impl Display) -> anyhow::Result<()> {
        self.write(&format!("!{order}\n"))
    }

    /// Takes the marks left so far.
    pub fn take<T: DeserializeOwned>(&self) -> anyhow::Result<Vec<T>> {
        let lines = std::mem::take(&mut *self.lines());
        Ok(lines
            .iter()
            .map(|line| serde_json::from_str(line))
            .collect::<Result<_, _>>()?)
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, line: &str) -> anyhow::Result<()> {
        if let Some(mut file) = self.0.file.as_ref() {
            file.write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

/// The marks that a session left before it ended.
pub fn marks_left<T: DeserializeOwned>(orders: &Path) -> anyhow::Result<Vec<T>> {
    let text = fs::read_to_string(orders)?;
    let lines = text.lines().filter(|line| !line.starts_with('!'));
    Ok(lines.map(serde_json::from_str).collect::<Result<_, _>>()?)
}

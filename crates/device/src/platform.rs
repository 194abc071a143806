//! What the device takes from the platform it runs on: the time, randomness, and its own version. Everything else it
//! does itself, so that a test can hand in a clock that it moves by hand.

use std::{
    fmt,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use fs4::fs_std::FileExt as _;

use crate::vault::{Keystore, NoKeystore, Stretching};

/// The wall clock.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970, UTC.
    fn now_ms(&self) -> i64;
}

/// Randomness fit for keys.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// Where Debian's `fonts-noto-core` puts its fonts. What ships brings its own.
pub const SYSTEM_FONTS: &str = "/usr/share/fonts/truetype/noto";

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the platform: the one place that asks the machine"
    )]
    fn now_ms(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes; nothing may be encrypted without");
    }
}

/// What is kept for the last save on a full disk.
pub(crate) const RESERVE_BYTES: u64 = 16 * 1024 * 1024;

/// The disk that the data folder lies on.
pub trait Disk: Send + Sync {
    /// Bytes that may still be written where this folder lies.
    fn free_bytes(&self, folder: &Path) -> io::Result<u64>;

    /// Makes a file so long, with a place on the disk of its own.
    fn set_aside(&self, file: &File, bytes: u64) -> io::Result<()>;

    /// How much is kept for the last save.
    fn reserve_bytes(&self) -> u64 {
        RESERVE_BYTES
    }
}

/// The machine's own disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        fs4::available_space(folder)
    }

    fn set_aside(&self, file: &File, bytes: u64) -> io::Result<()> {
        file.allocate(bytes)
    }
}

/// The platform's window for choosing a file.
pub trait FileChooser: Send + Sync {
    /// Whether there is one. May be asked often.
    fn is_there(&self) -> bool;

    /// Where a new file is to be written that would be called `name`. Waits for the officer; `None` where none was chosen.
    fn save(&self, name: &str) -> Option<PathBuf>;

    /// A file that is there. Waits for the officer; `None` where none was chosen.
    fn open(&self) -> Option<PathBuf>;
}

/// A platform without such a window.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFileChooser;

impl FileChooser for NoFileChooser {
    fn is_there(&self) -> bool {
        false
    }

    fn save(&self, _name: &str) -> Option<PathBuf> {
        None
    }

    fn open(&self) -> Option<PathBuf> {
        None
    }
}

/// The platform round a device.
#[derive(Clone)]
pub struct Platform {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids, keys and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The disk.
    pub disk: Arc<dyn Disk>,
    /// The platform's place for secrets; [`NoKeystore`] where there is none.
    pub keystore: Arc<dyn Keystore>,
    /// The platform's window for choosing a file; [`NoFileChooser`] where there is none.
    pub files: Arc<dyn FileChooser>,
    /// The folder of the fonts that papers are set in.
    pub fonts: PathBuf,
    /// How much work a guess at a passphrase is made to cost.
    pub stretching: Stretching,
    /// The app's version, told to the hub so that it can say when an app is too old.
    pub app_version: String,
    /// How this machine is called in the hub's list of devices, e.g. `Tablet 7`. Never a person's name.
    pub device_name: String,
}

impl Platform {
    /// The platform of a running app on a machine without a keystore and a window for files; where there are, they are set.
    pub fn system(app_version: impl Into<String>, device_name: impl Into<String>) -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            disk: Arc::new(SystemDisk),
            keystore: Arc::new(NoKeystore),
            files: Arc::new(NoFileChooser),
            fonts: SYSTEM_FONTS.into(),
            stretching: Stretching::Tuned,
            app_version: app_version.into(),
            device_name: device_name.into(),
        }
    }

    /// Random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A random id that sorts by the time it was made.
    pub(crate) fn uuid_v7(&self) -> uuid::Uuid {
        let now = u64::try_from(self.clock.now_ms()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(now, &self.random()).into_uuid()
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("app_version", &self.app_version)
            .finish_non_exhaustive()
    }
}

//! The platform's window for choosing a file.

use std::{
    path::PathBuf,
    sync::mpsc::{Sender, channel},
};

use device::FileChooser;
use rfd::{AsyncFileDialog, FileHandle};
use tauri::AppHandle;

/// The window of the platform that the app runs on. Calls wait for the officer, and belong on a thread of their own.
pub(crate) struct PlatformFiles(pub(crate) AppHandle);

impl FileChooser for PlatformFiles {
    fn is_there(&self) -> bool {
        // On a phone's system what is chosen is no path.
        cfg!(desktop)
    }

    fn save(&self, name: &str) -> Option<PathBuf> {
        let name = name.to_owned();
        self.ask(move |chosen| tell(chosen, AsyncFileDialog::new().set_file_name(name).save_file()))
    }

    fn open(&self) -> Option<PathBuf> {
        self.ask(|chosen| tell(chosen, AsyncFileDialog::new().pick_file()))
    }
}

impl PlatformFiles {
    /// Opens it on the thread of all windows, and waits for what was chosen.
    fn ask(&self, open: impl FnOnce(Sender<Option<FileHandle>>) + Send + 'static) -> Option<PathBuf> {
        let (chosen, told) = channel();
        self.0.run_on_main_thread(move || open(chosen)).ok()?;
        let file = told.recv().ok().flatten()?;
        Some(file.path().to_path_buf())
    }
}

fn tell(chosen: Sender<Option<FileHandle>>, window: impl Future<Output = Option<FileHandle>> + Send + 'static) {
    tauri::async_runtime::spawn(async move {
        // Nobody waits any more where the app is being closed.
        let _ = chosen.send(window.await);
    });
}

//! A process that dies at any moment: what its folder holds just then is kept, and is all that is left afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::crash::hour::copy_folder;

/// Moments are counted down to the one at which somebody dies.
#[derive(Default)]
pub(super) struct Moments(Mutex<Option<Dying>>);

struct Dying {
    /// Moments that pass before it.
    left: usize,
    folder: PathBuf,
    kept: tempfile::TempDir,
    is_dead: bool,
}

impl Moments {
    fn dying(&self) -> MutexGuard<'_, Option<Dying>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever has this folder dies after so many moments.
    pub(super) fn die_after(&self, left: usize, folder: &Path) -> anyhow::Result<()> {
        *self.dying() = Some(Dying {
            left,
            folder: folder.to_path_buf(),
            kept: tempfile::tempdir()?,
            is_dead: false,
        });
        Ok(())
    }

    /// A moment passes.
    pub(super) fn pass(&self) {
        let mut dying = self.dying();
        let Some(one) = dying.as_mut().filter(|one| !one.is_dead) else {
            return;
        };
        if one.left > 0 {
            one.left -= 1;
            return;
        }
        // A file that goes while the folder is copied belongs to nobody who dies: the next moment is taken.
        one.is_dead = copy_folder(&one.folder, one.kept.path()).is_ok();
    }

    /// Puts back what was there when whoever was to die did; `false` where the moment never came. Nobody has the folder open.
    pub(super) fn bury(&self) -> anyhow::Result<bool> {
        let Some(dead) = self.dying().take().filter(|one| one.is_dead) else {
            return Ok(false);
        };
        fs::remove_dir_all(&dead.folder)?;
        copy_folder(dead.kept.path(), &dead.folder)?;
        Ok(true)
    }

    /// Whether whoever was to die did.
    pub(super) fn is_dead(&self) -> bool {
        self.dying().as_ref().is_some_and(|one| one.is_dead)
    }
}

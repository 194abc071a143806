//! The file of a paper: new, whole or not at all, at a place that the officer has chosen.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use ipc::FailureCode;

use crate::{failure::Failed, vault::sync_folder};

/// Why no file was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaperFileError {
    /// No whole path of a new file in a folder that is there, outside of the app's own.
    #[error("no file can be made there")]
    Place,
    /// The disk is full, or says no.
    #[error("the file cannot be written")]
    Io(#[from] io::Error),
}

impl From<PaperFileError> for Failed {
    fn from(error: PaperFileError) -> Self {
        Self(match error {
            PaperFileError::Place => FailureCode::PaperPlace,
            PaperFileError::Io(error) if error.kind() == io::ErrorKind::StorageFull => FailureCode::DiskFull,
            PaperFileError::Io(_) => FailureCode::PaperFile,
        })
    }
}

/// A place where a file can be made.
pub(crate) struct NewFile {
    folder: PathBuf,
    path: PathBuf,
}

impl NewFile {
    /// The place that the officer has named, outside of `own`.
    pub(crate) fn at(text: &str, own: &Path) -> Result<Self, PaperFileError> {
        let path = Path::new(text.trim());
        let named = path.is_absolute() && path.file_name().is_some() && text.len() <= ipc::PATH_BYTES_MAX;
        let folder = path.parent().filter(|folder| named && folder.is_dir());
        let folder = folder.ok_or(PaperFileError::Place)?.canonicalize()?;
        if path.exists() || folder.starts_with(own.canonicalize()?) {
            return Err(PaperFileError::Place);
        }
        let path = folder.join(path.file_name().ok_or(PaperFileError::Place)?);
        Ok(Self { folder, path })
    }

    /// Writes the file. What was begun is taken away where it does not come to an end.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), PaperFileError> {
        let mut file = File::create_new(&self.path)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.and_then(|()| sync_folder(&self.folder)).inspect_err(|_| {
            let _ = fs::remove_file(&self.path);
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_lies_beside_the_vault_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        fs::create_dir(&own).unwrap();
        let at = |path: &Path| NewFile::at(path.to_str().unwrap(), &own);
        let place = folder.path().join("paper.pdf");
        at(&place).unwrap().write(b"%PDF").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"%PDF");
        for bad in [
            place,
            own.join("paper.pdf"),
            folder.path().join("none/paper.pdf"),
            "paper.pdf".into(),
        ] {
            assert!(matches!(at(&bad), Err(PaperFileError::Place)), "{bad:?}");
        }
    }
}

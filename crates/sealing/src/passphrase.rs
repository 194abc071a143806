//! Under a passphrase: streams of any length.

use std::{
    io::{self, Read, Write},
    iter,
};

use age::{DecryptError, scrypt, secrecy::SecretString, stream};

/// The work of one try at a passphrase, as a power of two: 128 MiB of memory and about a second on a cheap tablet.
pub const WORK: u8 = 17;
/// The least, for tests.
pub const WORK_LEAST: u8 = 8;
/// A file that asks for more is not opened: 1 GiB of memory.
pub const WORK_MAX: u8 = 20;

/// Why a locked stream is not opened.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// No stream that was locked under a passphrase, or one that was cut off or changed at its beginning.
    #[error("this is no file that was locked with a passphrase")]
    Malformed,
    /// Not the passphrase.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// It asks for more work than [`WORK_MAX`].
    #[error("the file asks for more work than this app does")]
    TooMuchWork,
    /// It cannot be read.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

/// A stream that is being locked. What is not [finished](Self::finish) opens nowhere: the end is part of it.
pub struct Locked<W: Write>(stream::StreamWriter<W>);

/// A stream that is being unlocked. A byte that was changed is an error of kind [`io::ErrorKind::InvalidData`], an end
/// that is missing one of that kind or [`io::ErrorKind::UnexpectedEof`]; nothing after it is read.
pub struct Unlocked<R>(stream::StreamReader<R>);

/// Locks what is written from here on under a passphrase. `work`: as [`WORK`].
pub fn lock<W: Write>(passphrase: &str, work: u8, output: W) -> io::Result<Locked<W>> {
    let mut to = scrypt::Recipient::new(SecretString::from(passphrase));
    to.set_work_factor(work.clamp(1, WORK_MAX));
    let locked = age::Encryptor::with_recipients(iter::once(&to as &dyn age::Recipient));
    let locked = locked.expect("one recipient by passphrase is what age asks for");
    locked.wrap_output(output).map(Locked)
}

impl<W: Write> Locked<W> {
    /// Writes the end, and gives back what was written to.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for Locked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens a stream that was locked under this passphrase.
pub fn unlock<R: Read>(passphrase: &str, input: R) -> Result<Unlocked<R>, UnlockError> {
    let locked = age::Decryptor::new(input).map_err(of)?;
    if !locked.is_scrypt() {
        return Err(UnlockError::Malformed);
    }
    let mut by = scrypt::Identity::new(SecretString::from(passphrase));
    by.set_max_work_factor(WORK_MAX);
    let opened = locked.decrypt(iter::once(&by as &dyn age::Identity));
    opened.map(Unlocked).map_err(of)
}

impl<R: Read> Read for Unlocked<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

fn of(error: DecryptError) -> UnlockError {
    match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            UnlockError::WrongPassphrase
        }
        DecryptError::ExcessiveWork { .. } => UnlockError::TooMuchWork,
        DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => UnlockError::Io(error),
        _ => UnlockError::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "four invented words here";

    fn locked(plain: &[u8]) -> Vec<u8> {
        let mut to = lock(RIGHT, WORK_LEAST, Vec::new()).unwrap();
        to.write_all(plain).unwrap();
        to.finish().unwrap()
    }

    fn unlocked(passphrase: &str, file: &[u8]) -> Result<Vec<u8>, UnlockError> {
        let mut plain = Vec::new();
        unlock(passphrase, file)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_is_locked_opens_with_its_passphrase_only() {
        let plain: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let file = locked(&plain);
        assert_eq!(unlocked(RIGHT, &file).unwrap(), plain);
        assert!(matches!(unlocked("another", &file), Err(UnlockError::WrongPassphrase)));
        assert!(!file.windows(64).any(|run| run == &plain[..64]));
    }

    #[test]
    fn a_changed_byte_and_a_cut_anywhere_are_errors() {
        let file = locked(&vec![7; 70_000]);
        for at in (0..file.len()).step_by(997).chain([0, 1, file.len() - 1]) {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(unlocked(RIGHT, &changed).is_err(), "byte {at}");
            assert!(unlocked(RIGHT, &file[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn what_is_no_locked_file_is_said_to_be_none_and_one_that_asks_for_too_much_is_not_tried() {
        for none in [b"".as_slice(), b"hello", b"age-encryption.org/v1\n"] {
            assert!(matches!(unlocked(RIGHT, none), Err(UnlockError::Malformed)));
        }
        let to_a_key = crate::seal(&crate::Identity::generate().recipient(), b"a key").unwrap();
        assert!(matches!(unlocked(RIGHT, &to_a_key), Err(UnlockError::Malformed)));
        let file = locked(b"");
        let text = String::from_utf8_lossy(&file).into_owned();
        let head = text.lines().nth(1).unwrap().to_owned();
        let more = head.trim_end_matches(char::is_numeric).to_owned() + "30";
        let at = file.windows(head.len()).position(|run| run == head.as_bytes()).unwrap();
        let asks = [&file[..at], more.as_bytes(), &file[at + head.len()..]].concat();
        assert!(matches!(unlocked(RIGHT, &asks), Err(UnlockError::TooMuchWork)));
    }
}

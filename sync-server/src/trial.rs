//! Changes from outside are put into their documents by another process first.
//!
//! Automerge trusts its input. What is known to harm it is refused before ([`casefile`] looks at every change), and what makes
//! it panic is caught; this is for what nobody knows yet: a change that takes gigabytes, that never ends, or that takes the
//! process down. A helper has bounded memory, and is killed where it takes too long; a change that no helper survives is
//! refused, and this process has never touched it.

mod helper;

use std::collections::HashSet;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use casefile::{DOCUMENT_BYTES_MAX, Document};
use protocol::DocumentId;

pub use helper::serve;
use helper::{Answer, Question};

/// Memory of a helper, in bytes of addresses: the program itself takes about 40 MB of them.
pub const MEMORY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How long a helper may take for a change, with the document it belongs to. Usual is a millisecond.
const TIME_MAX: Duration = Duration::from_secs(5);
/// Helpers at a time; whoever comes then waits for one.
const HELPERS_MAX: usize = 4;
/// Changes after which a helper makes room for a new one, so that nothing grows for ever.
const TRIES_MAX: u32 = 5_000;

/// The program that tries, and what it may take.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    time_max: Duration,
}

impl Program {
    /// This program under its hidden command.
    pub fn hub(path: PathBuf) -> Self {
        let memory = MEMORY_BYTES_MAX.to_string();
        Self::other(path, &["try-changes", "--memory-bytes", &memory], TIME_MAX)
    }

    /// Another program, which has so much time.
    pub fn other(path: PathBuf, arguments: &[&str], time_max: Duration) -> Self {
        Self {
            path,
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            time_max,
        }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It is in the document.
    Applied,
    /// It does not belong into the document as that is, or the document is not open; nothing came to harm.
    NotApplied,
    /// The process was lost over it.
    Lost,
}

/// The helpers of a hub. Without a program everything passes untried: so it is for the administration, which takes no changes.
#[derive(Default)]
pub struct Trials {
    program: OnceLock<Program>,
    pool: Mutex<Pool>,
    given_back: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Helper>,
    at_work: usize,
}

impl Trials {
    /// Tries with this program from now on. The first that is named stays.
    pub fn begin_with(&self, program: Program) {
        let _ = self.program.set(program);
    }

    /// Tries a change on a document that a helper has open from before.
    pub fn follow(&self, id: DocumentId, bytes: &[u8]) -> Tried {
        let Some(program) = self.program.get() else {
            return Tried::Applied;
        };
        let Some(mut helper) = self.take(|helper| helper.open.contains(&id)) else {
            return Tried::NotApplied;
        };
        let question = Question {
            id,
            document: None,
            change: bytes,
        };
        let tried = helper.ask(&question, program);
        self.give_back(Some(helper), tried);
        tried
    }

    /// Tries a change on a document as it is here.
    pub fn fresh(&self, id: DocumentId, document: &Document, bytes: &[u8]) -> io::Result<Tried> {
        let Some(program) = self.program.get() else {
            return Ok(Tried::Applied);
        };
        let plain = document.save_plain();
        let saved = if plain.len() > DOCUMENT_BYTES_MAX {
            document.save()
        } else {
            plain
        };
        let question = Question {
            id,
            document: Some((document.kind(), &saved)),
            change: bytes,
        };
        // A helper may die of something else; two do not.
        let first = self.try_once(&question, program, |_| true)?;
        if first == Tried::Lost {
            return self.try_once(&question, program, |_| false);
        }
        Ok(first)
    }

    fn try_once(&self, question: &Question<'_>, program: &Program, like: fn(&Helper) -> bool) -> io::Result<Tried> {
        let mut helper = match self.take_or_wait(like) {
            Some(helper) => helper,
            None => match Helper::start(program) {
                Ok(helper) => helper,
                Err(error) => {
                    self.give_back(None, Tried::NotApplied);
                    return Err(error);
                }
            },
        };
        let tried = helper.ask(question, program);
        self.give_back(Some(helper), tried);
        Ok(tried)
    }

    /// An idle helper of that sort.
    fn take(&self, like: impl Fn(&Helper) -> bool) -> Option<Helper> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let at = pool.idle.iter().position(like)?;
        pool.at_work += 1;
        Some(pool.idle.swap_remove(at))
    }

    /// The same, or leave to start one; waits where all are at work.
    fn take_or_wait(&self, like: fn(&Helper) -> bool) -> Option<Helper> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = |pool: &mut Pool| pool.at_work >= HELPERS_MAX;
        let waited = self.given_back.wait_while(pool, busy);
        let mut pool = waited.unwrap_or_else(PoisonError::into_inner);
        pool.at_work += 1;
        let at = pool.idle.iter().position(like);
        let taken = at.map(|at| pool.idle.swap_remove(at));
        // One that is started in its place must not make them more.
        if taken.is_none() && pool.idle.len() + pool.at_work > HELPERS_MAX {
            pool.idle.pop();
        }
        taken
    }

    fn give_back(&self, helper: Option<Helper>, tried: Tried) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.at_work -= 1;
        if let Some(helper) = helper
            && tried != Tried::Lost
            && helper.tries < TRIES_MAX
        {
            pool.idle.push(helper);
        }
        drop(pool);
        self.given_back.notify_one();
    }
}

/// A process that tries, and the thread that talks with it.
struct Helper {
    process: Child,
    questions: Sender<Vec<u8>>,
    answers: Receiver<u8>,
    /// Documents that were sent to it; it may have closed some since.
    open: HashSet<DocumentId>,
    tries: u32,
}

impl Helper {
    fn start(program: &Program) -> io::Result<Self> {
        let mut process = Command::new(&program.path)
            .args(&program.arguments)
            // To say where it was takes more memory than there may be left, and waits for itself then.
            .env("RUST_BACKTRACE", "0")
            .env_remove("RUST_LIB_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a program says as it dies may be about what it died of.
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(mut to), Some(mut from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (questions, asked) = channel::<Vec<u8>>();
        let (answered, answers) = channel();
        // Writing to a process that reads no more would wait for ever; whoever asks does not.
        thread::spawn(move || {
            for question in asked {
                let mut answer = [0];
                let talked = to.write_all(&question).and_then(|()| from.read_exact(&mut answer));
                if talked.is_err() || answered.send(answer[0]).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            process,
            questions,
            answers,
            open: HashSet::new(),
            tries: 0,
        })
    }

    fn ask(&mut self, question: &Question<'_>, program: &Program) -> Tried {
        self.tries += 1;
        self.open.insert(question.id);
        if self.questions.send(question.to_bytes()).is_err() {
            return Tried::Lost;
        }
        match self.answers.recv_timeout(program.time_max).map(Answer::from_byte) {
            Ok(Some(Answer::Applied)) => Tried::Applied,
            Ok(Some(Answer::NotApplied)) => Tried::NotApplied,
            Ok(None) | Err(_) => Tried::Lost,
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests;

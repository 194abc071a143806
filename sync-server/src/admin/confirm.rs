//! What cannot be undone is typed once more: an id that was copied into the wrong line is not what somebody reads off a paper.

use std::io::{BufRead, Write};

use anyhow::{Result, bail};

use crate::deeds::is_confirmed;

/// Something that is to be typed before it is done.
pub(super) struct Confirmation<'a> {
    /// What is to be typed, e.g. "number of the case".
    pub(super) what: &'a str,
    /// Which is this.
    pub(super) expected: &'a str,
    /// What holds where it is not, e.g. "nothing was destroyed".
    pub(super) otherwise: &'a str,
}

impl Confirmation<'_> {
    /// Looks at what was typed with the command, or asks for it.
    pub(super) fn ask(&self, typed: Option<&str>, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
        let Self {
            what,
            expected,
            otherwise,
        } = self;
        let typed = if let Some(typed) = typed {
            typed.to_owned()
        } else {
            write!(out, "This cannot be undone. Type the {what}: ")?;
            out.flush()?;
            let mut line = String::new();
            input.read_line(&mut line)?;
            line
        };
        if !is_confirmed(&typed, expected) {
            bail!("that is not the {what}; {otherwise}");
        }
        Ok(())
    }
}

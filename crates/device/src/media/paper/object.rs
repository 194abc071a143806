//! The values that a PDF is written with: names, numbers, lists, dictionaries, references (ISO 32000-1, section 7.3).

use std::collections::BTreeMap;

/// How deep lists and dictionaries may stand in each other: a page tree has two or three.
const DEPTH_MAX: usize = 24;
/// Longest name; longer ones are cut, and so are none that is known.
const NAME_BYTES_MAX: usize = 127;

pub(super) type Dict = BTreeMap<Vec<u8>, Value>;

/// A value. Of texts nothing is kept: nobody asks for them here.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Name(Vec<u8>),
    Text,
    List(Vec<Value>),
    Dict(Dict),
    /// Another object, by its number.
    Other(u32),
    /// A word of the language, or an operator.
    Word(Vec<u8>),
}

impl Value {
    pub(super) fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(super) fn as_name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number that counts something.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and within a u32"
    )]
    pub(super) fn as_count(&self) -> Option<u32> {
        let number = self.as_number()?;
        (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
    }
}

/// Goes through bytes, value by value.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
    /// How many values may still be read.
    pub(super) left: usize,
}

impl<'b> Reader<'b> {
    pub(super) const fn new(bytes: &'b [u8], at: usize, left: usize) -> Self {
        Self { bytes, at, left }
    }

    pub(super) fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next value; `None` at the end, where there is none, or no more may be read.
    pub(super) fn value(&mut self) -> Option<Value> {
        self.value_at(0)
    }

    fn value_at(&mut self, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        self.skip();
        match self.rest() {
            [b'/', ..] => Some(Value::Name(self.name())),
            [b'(', ..] => self.text(),
            [b'<', b'<', ..] => self.dict(depth),
            [b'<', ..] => {
                let length = self.rest().iter().position(|byte| *byte == b'>')?;
                self.at += length + 1;
                Some(Value::Text)
            }
            [b'[', ..] => self.list(depth),
            [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => self.number(),
            [byte, ..] if is_regular(*byte) => Some(Value::Word(self.word().to_vec())),
            // A bracket that closes nothing.
            _ => None,
        }
    }

    /// Over white space and remarks.
    pub(super) fn skip(&mut self) {
        loop {
            match self.rest() {
                [byte, ..] if is_white(*byte) => self.at += 1,
                [b'%', ..] => {
                    let rest = self.rest();
                    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                    self.at += end.unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// A word of regular characters.
    fn word(&mut self) -> &'b [u8] {
        let rest = self.rest();
        let end = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn name(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut rest = self.word();
        let mut name = Vec::new();
        while let Some((&byte, behind)) = rest.split_first() {
            let escaped = (byte == b'#')
                .then(|| std::str::from_utf8(behind.get(..2)?).ok())
                .flatten()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            rest = if escaped.is_some() { &behind[2..] } else { behind };
            if name.len() < NAME_BYTES_MAX {
                name.push(escaped.unwrap_or(byte));
            }
        }
        name
    }

    fn text(&mut self) -> Option<Value> {
        let mut open = 0_usize;
        let mut bytes = self.rest().iter().enumerate();
        while let Some((index, byte)) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                self.at += index + 1;
                return Some(Value::Text);
            }
        }
        None
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut values = Vec::new();
        loop {
            self.skip();
            if let [b']', ..] = self.rest() {
                self.at += 1;
                return Some(Value::List(values));
            }
            values.push(self.inside(depth)?);
        }
    }

    fn dict(&mut self, depth: usize) -> Option<Value> {
        self.at += 2;
        let mut dict = Dict::new();
        loop {
            self.skip();
            match self.rest() {
                [b'>', b'>', ..] => {
                    self.at += 2;
                    return Some(Value::Dict(dict));
                }
                [b'/', ..] => {
                    let name = self.name();
                    let value = self.inside(depth)?;
                    dict.insert(name, value);
                }
                _ => return None,
            }
        }
    }

    fn inside(&mut self, depth: usize) -> Option<Value> {
        if depth == DEPTH_MAX {
            return None;
        }
        self.value_at(depth + 1)
    }

    /// A number, or a reference: two whole numbers and an `R`.
    fn number(&mut self) -> Option<Value> {
        let first = self.word();
        let back = self.at;
        if let Some(object) = whole(first) {
            self.skip();
            if whole(self.word()).is_some() {
                self.skip();
                if self.word() == b"R" {
                    return Some(Value::Other(object));
                }
            }
            self.at = back;
        }
        let text = std::str::from_utf8(first).ok()?;
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        Some(number.map_or_else(|| Value::Word(first.to_vec()), Value::Number))
    }
}

/// A whole number without a sign.
pub(super) fn whole(digits: &[u8]) -> Option<u32> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all.then(|| std::str::from_utf8(digits).ok()?.parse().ok()).flatten()
}

pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0C | 0)
}

const fn is_regular(byte: u8) -> bool {
    !is_white(byte)
        && !matches!(
            byte,
            b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
        )
}

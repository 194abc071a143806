//! The enrolment code, and the link that carries it in a QR picture.

use std::fmt;
use std::str::FromStr;

use crate::hub_url::{HubUrl, HubUrlError};

/// Crockford's base 32: no I, L, O or U, so that a code can be read aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH: usize = 12;
const RANDOM_LENGTH: usize = CODE_LENGTH - 1;
const SCHEME: &str = "vatsalya:enrol?";

/// A one-time code: eleven random characters (55 bits) and one that checks them. Shown as `XXXX-XXXX-XXXX`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EnrolCode([u8; CODE_LENGTH]);

/// Why a text is no enrolment code or link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolLinkError {
    /// A code has twelve letters and digits.
    #[error("an enrolment code has twelve letters and digits")]
    Length,
    /// A character that no code has.
    #[error("an enrolment code has no such character")]
    Character,
    /// The check character does not fit: something was mistyped.
    #[error("the enrolment code is mistyped")]
    Check,
    /// Not a link of the form `vatsalya:enrol?hub=…&code=…`.
    #[error("this is no enrolment link")]
    Link,
    /// The address in the link is not one to enrol at.
    #[error(transparent)]
    Hub(#[from] HubUrlError),
}

impl EnrolCode {
    /// A code from random bytes. Only 55 of the 64 bits are used.
    pub fn from_random(random: u64) -> Self {
        let mut values = [0; RANDOM_LENGTH];
        for (at, value) in values.iter_mut().enumerate() {
            *value = u8::try_from(random >> (5 * at) & 31).expect("five bits fit a byte");
        }
        let mut characters = [0; CODE_LENGTH];
        for (character, value) in characters.iter_mut().zip(values.iter().chain([&check(values)])) {
            *character = ALPHABET[usize::from(*value)];
        }
        Self(characters)
    }

    /// The twelve characters without dashes: what is hashed and sent.
    pub fn plain(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }
}

/// Weighs the characters with odd numbers, so that any one mistyped character (an odd number has an inverse modulo 32)
/// and most exchanges of two neighbours change the result.
fn check(values: [u8; RANDOM_LENGTH]) -> u8 {
    let sum: u32 = values
        .iter()
        .zip((1..).step_by(2))
        .map(|(value, weight)| u32::from(*value) * weight)
        .sum();
    u8::try_from(sum % 32).expect("a remainder by 32 fits a byte")
}

impl fmt::Display for EnrolCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        write!(out, "{}-{}-{}", &plain[..4], &plain[4..8], &plain[8..])
    }
}

impl fmt::Debug for EnrolCode {
    /// A code is a secret until it is used.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("EnrolCode(…)")
    }
}

impl FromStr for EnrolCode {
    type Err = EnrolLinkError;

    /// Takes what people type: any case, with or without dashes and spaces, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, EnrolLinkError> {
        let mut values = Vec::with_capacity(CODE_LENGTH);
        for character in text.chars().filter(|c| !c.is_whitespace() && !"-–—.".contains(*c)) {
            let plain = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if values.len() == CODE_LENGTH {
                return Err(EnrolLinkError::Length);
            }
            let value = ALPHABET.iter().position(|known| char::from(*known) == plain);
            values.push(u8::try_from(value.ok_or(EnrolLinkError::Character)?).expect("a position under 32"));
        }
        let (sent, random) = values.split_last().ok_or(EnrolLinkError::Length)?;
        let random: [u8; RANDOM_LENGTH] = random.try_into().map_err(|_| EnrolLinkError::Length)?;
        if check(random) != *sent {
            return Err(EnrolLinkError::Check);
        }
        let mut characters = [0; CODE_LENGTH];
        for (character, value) in characters.iter_mut().zip(&values) {
            *character = ALPHABET[usize::from(*value)];
        }
        Ok(Self(characters))
    }
}

/// What an enrolment QR picture says: `vatsalya:enrol?hub=<address>&code=XXXX-XXXX-XXXX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolLink {
    /// The hub to enrol at.
    pub hub: HubUrl,
    /// The one-time code.
    pub code: EnrolCode,
}

impl fmt::Display for EnrolLink {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{SCHEME}hub=")?;
        for byte in self.hub.as_str().bytes() {
            // A hub's address may hold "%", and its pin stands behind "#": both must survive; everything else in it is plain in a query.
            match byte {
                b'%' | b'[' | b']' | b'#' => write!(out, "%{byte:02X}")?,
                plain => write!(out, "{}", char::from(plain))?,
            }
        }
        write!(out, "&code={}", self.code)
    }
}

impl FromStr for EnrolLink {
    type Err = EnrolLinkError;

    fn from_str(text: &str) -> Result<Self, EnrolLinkError> {
        let text = text.trim();
        let scheme = text.get(..SCHEME.len()).ok_or(EnrolLinkError::Link)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(EnrolLinkError::Link);
        }
        let (mut hub, mut code) = (None, None);
        for pair in text[SCHEME.len()..].split('&') {
            match pair.split_once('=') {
                Some(("hub", value)) => hub = Some(percent_decoded(value).ok_or(EnrolLinkError::Link)?),
                Some(("code", value)) => code = Some(percent_decoded(value).ok_or(EnrolLinkError::Link)?),
                _ => {}
            }
        }
        let (hub, code) = hub.zip(code).ok_or(EnrolLinkError::Link)?;
        Ok(Self {
            hub: hub.parse()?,
            code: code.parse()?,
        })
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(byte) = rest.next() {
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let high = char::from(*rest.next()?).to_digit(16)?;
        let low = char::from(*rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = EnrolCode::from_random(0x0123_4567_89ab_cdef);
        let shown = code.to_string();
        assert_eq!(shown.len(), 14);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('-', ""),
            shown.replace('0', "O").replace('1', "l"),
        ] {
            assert_eq!(typed.parse(), Ok(code), "{typed}");
        }
    }

    #[test]
    fn every_single_mistyped_character_is_found() {
        let code = EnrolCode::from_random(0x00fe_dcba_9876_5432);
        let plain = code.plain().as_bytes();
        for at in 0..CODE_LENGTH {
            for wrong in ALPHABET.iter().filter(|c| **c != plain[at]) {
                let mut typed = plain.to_vec();
                typed[at] = *wrong;
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(typed.parse::<EnrolCode>(), Err(EnrolLinkError::Check));
            }
        }
    }

    #[test]
    fn a_link_survives_its_text() {
        let pinned = format!("https://hub.example#{}", crate::hub_url::Pin::of_public_key(b"key"));
        for hub in [
            pinned.as_str(),
            "https://hub.example/a%20b",
            "http://[::1]:80",
            "http://127.0.0.1:8080",
        ] {
            let link = EnrolLink {
                hub: hub.parse().unwrap(),
                code: EnrolCode::from_random(77),
            };
            assert_eq!(link.to_string().parse(), Ok(link));
        }
    }

    #[test]
    fn a_text_that_is_no_link_is_refused() {
        for text in [
            "",
            "vatsalya:enrol",
            "vatsalya:enrol?",
            "https://hub.example",
            "vatsalya:enrol?hub=%zz&code=1",
        ] {
            assert_eq!(text.parse::<EnrolLink>(), Err(EnrolLinkError::Link), "{text}");
        }
        assert_eq!(
            "vatsalya:enrol?hub=x&code=1".parse::<EnrolLink>(),
            Err(HubUrlError::Malformed.into())
        );
    }
}

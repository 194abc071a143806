//! Where the hub is. Plain HTTP goes to this very machine only.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const URL_BYTES_MAX: usize = 300;

/// The address of a hub: `https://host[:port][/path]`, or `http://` to a loopback address for trying things out. Behind a
/// `#` it may say whose certificate is the hub's ([`Pin`]): then no other authority vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HubUrl {
    text: String,
    address_bytes: usize,
}

/// Which public key is the hub's, or its issuer's: the SHA-256 of the key as a certificate has it
/// (SubjectPublicKeyInfo, DER; RFC 7469, section 2.4). As text base64 for URLs without padding, 43 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

impl Pin {
    /// The pin of a public key as it stands in a certificate.
    pub fn of_public_key(der: &[u8]) -> Self {
        Self(<sha2::Sha256 as sha2::Digest>::digest(der).into())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl FromStr for Pin {
    type Err = HubUrlError;

    fn from_str(text: &str) -> Result<Self, HubUrlError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(HubUrlError::Malformed)
    }
}

/// Why a text is no address of a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HubUrlError {
    /// Not of the form `https://host[:port][/path]`.
    #[error("the address of the hub is not of the form https://host")]
    Malformed,
    /// Plain HTTP to another machine: anyone on the way could read it.
    #[error("plain http is for this machine only; the hub must be reached by https")]
    PlainHttp,
}

impl HubUrl {
    /// All of it, to be kept: the address without a slash at its end, and the pin.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address alone.
    pub fn address(&self) -> &str {
        &self.text[..self.address_bytes]
    }

    /// Whose certificate is the hub's, where the address says it.
    pub fn pin(&self) -> Option<Pin> {
        self.text.get(self.address_bytes + 1..)?.parse().ok()
    }

    /// The same address with this pin.
    #[must_use]
    pub fn pinned(&self, pin: Pin) -> Self {
        Self {
            text: format!("{}#{pin}", self.address()),
            address_bytes: self.address_bytes,
        }
    }

    /// The address of a call, e.g. `join("/v1/sync")`.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.address())
    }
}

impl fmt::Display for HubUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl FromStr for HubUrl {
    type Err = HubUrlError;

    fn from_str(text: &str) -> Result<Self, HubUrlError> {
        let (text, pin) = match text.trim().split_once('#') {
            Some((text, pin)) => (text, Some(pin.parse::<Pin>()?)),
            None => (text.trim(), None),
        };
        let text = text.trim_end_matches('/');
        let plain_form = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte);
        if text.len() > URL_BYTES_MAX || !text.bytes().all(plain_form) {
            return Err(HubUrlError::Malformed);
        }
        let (scheme, rest) = text.split_once("://").ok_or(HubUrlError::Malformed)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = host_of(authority).ok_or(HubUrlError::Malformed)?;
        match scheme.to_ascii_lowercase().as_str() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return Err(HubUrlError::PlainHttp),
            _ => return Err(HubUrlError::Malformed),
        }
        let scheme = scheme.to_ascii_lowercase();
        // Nobody shows a certificate in plain.
        if pin.is_some() && scheme == "http" {
            return Err(HubUrlError::Malformed);
        }
        let address = format!("{scheme}://{rest}");
        let plain = Self {
            address_bytes: address.len(),
            text: address,
        };
        Ok(pin.map_or_else(|| plain.clone(), |pin| plain.pinned(pin)))
    }
}

/// The host in `host[:port]` or `[v6][:port]`.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = if authority.starts_with('[') {
        let end = authority.find(']')? + 1;
        (
            &authority[..end],
            authority[end..]
                .strip_prefix(':')
                .or_else(|| authority[end..].is_empty().then_some("0"))?,
        )
    } else {
        authority.split_once(':').unwrap_or((authority, "0"))
    };
    let whole = !host.is_empty() && port.parse::<u16>().is_ok();
    whole.then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<Ipv4Addr>()
            .map(IpAddr::from)
            .is_ok_and(|address| address.is_loopback())
        || bare
            .parse::<Ipv6Addr>()
            .map(IpAddr::from)
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_goes_anywhere() {
        for good in [
            "https://hub.example",
            "https://hub.example:8443/vatsalya",
            " HTTPS://10.0.0.7/ ",
        ] {
            assert!(good.parse::<HubUrl>().is_ok(), "{good}");
        }
        let url: HubUrl = "https://hub.example/".parse().unwrap();
        assert_eq!(url.join("/v1/sync"), "https://hub.example/v1/sync");
    }

    #[test]
    fn a_pin_stays_with_the_address_and_goes_into_no_call() {
        let pin = Pin::of_public_key(b"a key");
        let url: HubUrl = format!("https://hub.example:8443/#{pin}").parse().unwrap();
        assert_eq!((url.address(), url.pin()), ("https://hub.example:8443", Some(pin)));
        assert_eq!(url.join("/v1/sync"), "https://hub.example:8443/v1/sync");
        assert_eq!(url.as_str().parse(), Ok(url.clone()));
        assert_eq!("https://hub.example:8443".parse::<HubUrl>().unwrap().pinned(pin), url);
        let plain: HubUrl = "https://hub.example".parse().unwrap();
        assert_eq!(plain.pin(), None);
        for bad in [
            "https://hub.example#",
            "https://hub.example#abc",
            "https://hub.example#a#b",
        ] {
            assert_eq!(bad.parse::<HubUrl>(), Err(HubUrlError::Malformed), "{bad}");
        }
        assert!(format!("http://127.0.0.1:1#{pin}").parse::<HubUrl>().is_err());
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in [
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:9/",
            "http://127.8.8.8",
        ] {
            assert!(good.parse::<HubUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://hub.example",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://10.0.0.7",
        ] {
            assert_eq!(bad.parse::<HubUrl>(), Err(HubUrlError::PlainHttp), "{bad}");
        }
    }

    #[test]
    fn what_could_be_read_two_ways_is_refused() {
        for bad in [
            "",
            "hub.example",
            "ftp://hub.example",
            "https://",
            "https://:80",
            "http://127.0.0.1@hub.example",
            "http://127.0.0.1:80@hub.example",
            "http://127.0.0.1\\@hub.example",
            "https://hub.example?x=1",
            "https://hub.example#x",
            "https://hub.example:port",
            "http://[::1",
            "http://[::1]x",
        ] {
            assert_eq!(bad.parse::<HubUrl>(), Err(HubUrlError::Malformed), "{bad}");
        }
    }
}

//! The transport of the app: HTTP over TLS, one connection kept for a window of signal.

use std::{
    collections::HashMap,
    error::Error,
    io::{self, Read},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::{
    ENROL_CONTENT_TYPE, HubUrl, Pin, SYNC_CONTENT_TYPE,
    ids::Sha256,
    limits::{ENROL_BYTES_MAX, MEDIA_BYTES_MAX, PACK_BYTES_MAX, RECOVERY_BYTES_MAX},
    media::{PIECE_CONTENT_TYPE, UPLOAD_LENGTH, UPLOAD_OFFSET, path},
    recovery::{self, RECOVERY_CONTENT_TYPE},
};
use reqwest::{
    Method, StatusCode,
    blocking::{Client, ClientBuilder, RequestBuilder, Response},
    header::{AUTHORIZATION, CONTENT_TYPE},
    redirect::Policy,
};

use super::{MediaCall, Transport, TransportError, tls};

/// A tower that takes longer than this to connect is none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// A full uplink is not a dead peer, so nothing is given up for being slow: the other side's machine is asked whether
/// it is there, and only its silence for a minute and a half ends the connection.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(15);
const KEEPALIVE_TRIES: u32 = 4;
/// The end of patience with a hub that lives and says nothing: ten minutes, and a second for each kilobyte sent.
const PATIENCE: Duration = Duration::from_mins(10);
const PATIENCE_BYTES_PER_SECOND: usize = 1000;
/// Longer than the pause between two exchanges, so that the next one finds the connection open.
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);

/// HTTP by `reqwest`. The clients are made when first needed, on the thread that needs them.
#[derive(Default)]
pub(crate) struct HttpTransport {
    loopback: OnceLock<Client>,
    /// A client for each key that a hub is known by; `None`: by what the machine trusts.
    encrypted: Mutex<HashMap<Option<Pin>, Client>>,
}

impl HttpTransport {
    fn client(&self, hub: &HubUrl) -> Result<Client, TransportError> {
        if hub.as_str().starts_with("http://") {
            if let Some(client) = self.loopback.get() {
                return Ok(client.clone());
            }
            // Plain HTTP goes to this machine only ([`HubUrl`] sees to it), so it needs no certificates and must take no
            // proxy.
            let client = built(Client::builder().no_proxy().tls_certs_only([]))?;
            return Ok(self.loopback.get_or_init(|| client).clone());
        }
        let mut encrypted = self.encrypted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = encrypted.get(&hub.pin()) {
            return Ok(client.clone());
        }
        let config = tls::config(hub.pin()).map_err(|_| TransportError::Unreachable)?;
        let client = built(Client::builder().https_only(true).tls_backend_preconfigured(config))?;
        encrypted.insert(hub.pin(), client.clone());
        Ok(client)
    }

    fn request(&self, hub: &HubUrl, method: Method, path: &str) -> Result<RequestBuilder, TransportError> {
        Ok(self.client(hub)?.request(method, hub.join(path)))
    }

    fn media(&self, hub: &HubUrl, method: Method, media: MediaCall<'_>) -> Result<RequestBuilder, TransportError> {
        let request = self.request(hub, method, &path(media.sha256, media.size))?;
        Ok(request.header(AUTHORIZATION, format!("Bearer {}", media.token)))
    }
}

/// What holds for every client.
fn built(builder: ClientBuilder) -> Result<Client, TransportError> {
    builder
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(PATIENCE)
        .tcp_keepalive(KEEPALIVE_AFTER)
        .tcp_keepalive_interval(KEEPALIVE_EVERY)
        .tcp_keepalive_retries(KEEPALIVE_TRIES)
        .pool_idle_timeout(IDLE_TIMEOUT)
        // The hub never redirects; a captive portal does.
        .redirect(Policy::none())
        .build()
        .map_err(|_| TransportError::Unreachable)
}

fn send(request: RequestBuilder) -> Result<Response, TransportError> {
    request.send().map_err(|error| {
        if is_somebody_else(&error) {
            TransportError::Garbled
        } else if error.is_connect() || error.is_timeout() || error.is_request() {
            TransportError::Unreachable
        } else {
            TransportError::Garbled
        }
    })
}

/// Whether somebody answered who could not show that they are the hub.
fn is_somebody_else(error: &(dyn Error + 'static)) -> bool {
    if error.downcast_ref::<rustls::Error>().is_some() {
        return true;
    }
    // An error of a connection carries what went wrong inside, and does not name it as its source.
    let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match inside {
        Some(inside) => is_somebody_else(inside),
        None => error.source().is_some_and(is_somebody_else),
    }
}

fn patience(body: &[u8]) -> Duration {
    PATIENCE + Duration::from_secs((body.len() / PATIENCE_BYTES_PER_SECOND) as u64)
}

fn has_type(response: &Response, wanted: &str) -> bool {
    let found = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    found.is_some_and(|found| {
        found
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case(wanted)
    })
}

/// What a status alone says, where the body is not the hub's.
fn without_body(response: &Response) -> TransportError {
    let status = response.status();
    if status.is_success() || status.is_redirection() {
        TransportError::Garbled
    } else {
        TransportError::Status(status.as_u16())
    }
}

fn whole(response: Response, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
    let mut bytes = Vec::new();
    response
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| TransportError::Unreachable)?;
    if bytes.len() as u64 > bytes_max {
        return Err(TransportError::Garbled);
    }
    Ok(bytes)
}

fn offset(response: &Response) -> Result<u64, TransportError> {
    if !response.status().is_success() {
        return Err(TransportError::Status(response.status().as_u16()));
    }
    let offset = response
        .headers()
        .get(UPLOAD_OFFSET)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    offset.ok_or(TransportError::Garbled)
}

impl Transport for HttpTransport {
    fn enrol(&self, hub: &HubUrl, body: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let request = self.request(hub, Method::POST, "/v1/enrol")?;
        let response = send(request.header(CONTENT_TYPE, ENROL_CONTENT_TYPE).body(body))?;
        // A refusal is a body of the hub's with another status.
        if !has_type(&response, ENROL_CONTENT_TYPE) {
            return Err(without_body(&response));
        }
        whole(response, ENROL_BYTES_MAX as u64)
    }

    fn sync(&self, hub: &HubUrl, body: Vec<u8>) -> Result<Box<dyn Read>, TransportError> {
        // No content type: a hub knows frames by what they are, and every byte of a head is paid for.
        let request = self.request(hub, Method::POST, "/v1/sync")?.timeout(patience(&body));
        let response = send(request.body(body))?;
        let says_nothing = response.status().is_success() && !response.headers().contains_key(CONTENT_TYPE);
        if !says_nothing && !has_type(&response, SYNC_CONTENT_TYPE) {
            return Err(without_body(&response));
        }
        Ok(Box::new(response))
    }

    fn wait(&self, hub: &HubUrl, cursor: &[u8], token: &str) -> Result<bool, TransportError> {
        let path = format!("/v1/wait?cursor={}", URL_SAFE_NO_PAD.encode(cursor));
        let request = self.request(hub, Method::GET, &path)?;
        let response = send(request.header(AUTHORIZATION, format!("Bearer {token}")))?;
        match response.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NO_CONTENT => Ok(false),
            _ => Err(without_body(&response)),
        }
    }

    fn begin_upload(&self, hub: &HubUrl, media: MediaCall<'_>, length: u64) -> Result<u64, TransportError> {
        let request = self.media(hub, Method::POST, media)?;
        offset(&send(request.header(UPLOAD_LENGTH, length))?)
    }

    fn upload(&self, hub: &HubUrl, media: MediaCall<'_>, at: u64, piece: &[u8]) -> Result<u64, TransportError> {
        let request = self.media(hub, Method::PATCH, media)?.timeout(patience(piece));
        let request = request
            .header(UPLOAD_OFFSET, at)
            .header(CONTENT_TYPE, PIECE_CONTENT_TYPE)
            .body(piece.to_vec());
        offset(&send(request)?)
    }

    fn download(&self, hub: &HubUrl, media: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
        let response = send(self.media(hub, Method::GET, media)?)?;
        if !response.status().is_success() {
            return Err(TransportError::Status(response.status().as_u16()));
        }
        whole(response, MEDIA_BYTES_MAX)
    }

    fn pack(&self, hub: &HubUrl, sha256: &Sha256, token: &str) -> Result<Vec<u8>, TransportError> {
        let request = self.request(hub, Method::GET, &protocol::pack::path(sha256))?;
        let response = send(request.header(AUTHORIZATION, format!("Bearer {token}")))?;
        if !response.status().is_success() {
            return Err(TransportError::Status(response.status().as_u16()));
        }
        whole(response, PACK_BYTES_MAX as u64)
    }

    fn ask_recovery(&self, hub: &HubUrl, body: Vec<u8>) -> Result<(), TransportError> {
        let request = self.request(hub, Method::POST, "/v1/recovery")?;
        let response = send(request.header(CONTENT_TYPE, RECOVERY_CONTENT_TYPE).body(body))?;
        if response.status() == StatusCode::ACCEPTED {
            Ok(())
        } else {
            Err(without_body(&response))
        }
    }

    fn recovery_answer(&self, hub: &HubUrl, request: &Sha256) -> Result<Option<Vec<u8>>, TransportError> {
        let response = send(self.request(hub, Method::GET, &recovery::path(request))?)?;
        if response.status() == StatusCode::ACCEPTED {
            return Ok(None);
        }
        if response.status() != StatusCode::OK || !has_type(&response, RECOVERY_CONTENT_TYPE) {
            return Err(without_body(&response));
        }
        whole(response, RECOVERY_BYTES_MAX as u64).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, net::TcpListener, thread};

    use super::*;

    /// A server for one connection that answers with these bytes and goes.
    fn answering(answer: &'static [u8]) -> HubUrl {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let hub = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            // The body is "ask"; after it the request is whole.
            while !request.ends_with(b"\r\n\r\nask") && stream.read(&mut byte).unwrap() == 1 {
                request.push(byte[0]);
            }
            stream.write_all(answer).unwrap();
        });
        hub
    }

    fn ask(answer: &'static [u8]) -> Result<std::io::Result<Vec<u8>>, TransportError> {
        let mut stream = HttpTransport::default().sync(&answering(answer), b"ask".to_vec())?;
        let mut bytes = Vec::new();
        Ok(stream.read_to_end(&mut bytes).map(|_| bytes))
    }

    #[test]
    fn what_is_not_the_hubs_answer_is_told_apart() {
        let portal = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
        assert_eq!(ask(portal).unwrap_err(), TransportError::Garbled);
        let redirect = b"HTTP/1.1 302 Found\r\nlocation: http://login.example/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(ask(redirect).unwrap_err(), TransportError::Garbled);
        let broken = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(ask(broken).unwrap_err(), TransportError::Status(502));
        assert_eq!(ask(b"").unwrap_err(), TransportError::Unreachable);
    }

    #[test]
    fn a_server_gone_in_mid_answer_gives_what_it_gave_and_then_an_error() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.vatsalya.sync\r\ncontent-length: 5\r\n\r\nframe";
        assert_eq!(ask(whole).unwrap().unwrap(), b"frame");
        let cut = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.vatsalya.sync\r\ncontent-length: 500\r\n\r\nframe";
        assert!(ask(cut).unwrap().is_err());
    }

    #[test]
    fn nobody_there_is_unreachable() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let hub: HubUrl = format!("http://127.0.0.1:{port}").parse().unwrap();
        let asked = HttpTransport::default().sync(&hub, b"ask".to_vec());
        assert!(matches!(asked, Err(TransportError::Unreachable)));
    }
}

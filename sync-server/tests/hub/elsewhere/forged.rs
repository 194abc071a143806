//! A provider that says what the test has it say, signed with keys of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::Mac as _;
use reqwest::Url;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{CLIENT, SECRET};

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    /// With the key of this number.
    Key(u8),
    /// With another key, under the name of the first.
    AnotherKey,
    /// With the secret that the hub has as well.
    Secret,
    /// Not at all.
    Not,
    /// With the first key; then a letter of what it says was changed.
    ThenChanged,
}

/// What the provider says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Describes {
    /// As it is.
    Well,
    /// More than anybody reads.
    Endlessly,
    /// A letter now and then, for ever.
    Slowly,
    /// That it is another.
    Another,
    /// That somebody else describes it.
    Elsewhere,
    /// That the place where the hub shows its secret is another machine's, in plain.
    PlainTokens,
    /// The same of the place that browsers are sent to.
    PlainSignIn,
    /// Nothing that can be read.
    Nonsense,
}

pub(super) struct Script {
    pub(super) describes: Describes,
    /// The number of the key that it says it has.
    pub(super) key: u8,
    pub(super) signed: Signed,
    /// What the token says.
    pub(super) claims: Json,
    /// The challenge of the sign-in that has begun.
    pub(super) challenge: String,
    /// What was asked for, in its order.
    pub(super) asked: Vec<String>,
}

/// A forged provider, on a thread that ends with the tests.
#[derive(Clone)]
pub(super) struct Forger {
    pub(super) issuer: String,
    pub(super) script: Arc<Mutex<Script>>,
}

impl Forger {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}/realms/state", listener.local_addr().unwrap());
        let forger = Self {
            issuer,
            script: Arc::new(Mutex::new(Script {
                describes: Describes::Well,
                key: 1,
                signed: Signed::Key(1),
                claims: Json::Null,
                challenge: String::new(),
                asked: Vec::new(),
            })),
        };
        let serving = forger.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(BufReader::new(stream.unwrap())));
            }
        });
        forger
    }

    pub(super) fn has(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    /// How often something was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        let script = self.script.lock().unwrap();
        script.asked.iter().filter(|asked| asked.as_str() == path).count()
    }

    fn serve(&self, mut reader: BufReader<TcpStream>) {
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            let path = line.split(' ').nth(1).unwrap().to_owned();
            let (head, body) = rest(&mut reader);
            line.clear();
            let path = path.strip_prefix("/realms/state").unwrap_or(&path).to_owned();
            self.has(|script| script.asked.push(path.clone()));
            match path.as_str() {
                "/.well-known/openid-configuration" => self.describe(&mut reader),
                "/keys" => {
                    let key = self.script.lock().unwrap().key;
                    answer(&mut reader, 200, "", &json!({ "keys": [jwk(key)] }).to_string());
                }
                "/token" => self.give(&mut reader, &head, &body),
                _ => answer(&mut reader, 404, "", "{}"),
            }
        }
    }

    fn describe(&self, reader: &mut BufReader<TcpStream>) {
        let describes = self.script.lock().unwrap().describes;
        let issuer = &self.issuer;
        let mut said = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // A provider that would take all of them.
            "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "HS256", "none"],
        });
        match describes {
            Describes::Well => {}
            Describes::Endlessly => said["op_policy_uri"] = format!("https://x.example/{}", "x".repeat(300_000)).into(),
            Describes::Slowly => {
                let head = "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
                let stream = reader.get_mut();
                let _ = stream.write_all(head.as_bytes());
                // A letter each time that nothing is heard for a tenth of a second, until whoever reads has gone.
                stream
                    .set_read_timeout(Some(std::time::Duration::from_millis(100)))
                    .unwrap();
                while stream.write_all(b" ").is_ok() {
                    if stream.read(&mut [0; 1]).is_ok() {
                        return;
                    }
                }
                return;
            }
            Describes::Another => said["issuer"] = "https://other.example".into(),
            Describes::Elsewhere => return answer(reader, 302, "location: /elsewhere\r\n", ""),
            Describes::PlainTokens => said["token_endpoint"] = "http://192.0.2.1/token".into(),
            Describes::PlainSignIn => said["authorization_endpoint"] = "http://192.0.2.1/auth".into(),
            Describes::Nonsense => return answer(reader, 200, "", "<html>"),
        }
        answer(reader, 200, "", &said.to_string());
    }

    /// Gives a token for whatever code, if whoever brings it has the verifier and the secret.
    fn give(&self, reader: &mut BufReader<TcpStream>, head: &BTreeMap<String, String>, body: &str) {
        let script = self.script.lock().unwrap();
        let form = Url::parse(&format!("http://form.example/?{body}")).unwrap();
        let form: BTreeMap<String, String> = form.query_pairs().into_owned().collect();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        let shown = STANDARD
            .decode(head["authorization"].strip_prefix("Basic ").unwrap())
            .unwrap();
        let shown = String::from_utf8(shown).unwrap();
        let shown = Url::parse(&format!("http://form.example/?{}", shown.replacen(':', "=", 1))).unwrap();
        let is_hub = shown.query_pairs().next() == Some((CLIENT.into(), SECRET.into()));
        if challenge != script.challenge || !is_hub {
            return answer(reader, 400, "", "{\"error\":\"invalid_grant\"}");
        }
        let said = json!({
            "access_token": "x",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": token(&script.claims, script.signed),
        });
        answer(reader, 200, "", &said.to_string());
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn jwk(number: u8) -> Json {
    let x = URL_SAFE_NO_PAD.encode(key(number).verifying_key().as_bytes());
    json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": format!("k{number}"), "use": "sig", "alg": "EdDSA" })
}

fn token(claims: &Json, signed: Signed) -> String {
    let (alg, kid) = match signed {
        Signed::Key(number) => ("EdDSA", format!("k{number}")),
        Signed::AnotherKey | Signed::ThenChanged => ("EdDSA", "k1".to_owned()),
        Signed::Secret => ("HS256", "k1".to_owned()),
        Signed::Not => ("none", "k1".to_owned()),
    };
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let head = part(&json!({ "alg": alg, "kid": kid }));
    let said = format!("{head}.{}", part(claims));
    let by_key = |number| key(number).sign(said.as_bytes()).to_bytes().to_vec();
    let signature = match signed {
        Signed::Key(number) => by_key(number),
        Signed::AnotherKey => by_key(9),
        Signed::ThenChanged => by_key(1),
        Signed::Secret => {
            let mut mac = hmac::Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(said.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
        Signed::Not => Vec::new(),
    };
    let mut claims = claims.clone();
    if signed == Signed::ThenChanged {
        claims["sub"] = "uid-7".into();
    }
    format!("{head}.{}.{}", part(&claims), URL_SAFE_NO_PAD.encode(signature))
}

/// The head and the body behind the first line of a request.
fn rest(reader: &mut BufReader<TcpStream>) -> (BTreeMap<String, String>, String) {
    let mut head = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        head.insert(name.to_lowercase(), value.to_owned());
    }
    let length = head.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn answer(reader: &mut BufReader<TcpStream>, status: u16, head: &str, body: &str) {
    let whole = format!(
        "HTTP/1.1 {status} X\r\n{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = reader.get_mut().write_all(whole.as_bytes());
}

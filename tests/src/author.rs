//! An author at the hub without a device: speaks the protocol by itself, so that tests can ask what no device of ours
//! would ask, and demo data can be written with the dates they need.

use std::time::Duration;

use anyhow::{Context as _, bail};
use protocol::{
    Appeal, AuthorId, AuthorKey, Cursor, DocumentId, DownMessage, ENROL_CONTENT_TYPE, EnrolCode, FrameReader, Nonce,
    PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, SYNC_CONTENT_TYPE, SigningChain, UpMessage,
    enrol::{EnrolReply, EnrolRequest, Enrolled},
    limits::SNAPSHOT_BYTES_MAX,
    message::{
        down::{Outcome, Verdict},
        up::{End, Open, Upload},
    },
    parcel::Collector,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use reqwest::blocking::{Client, Response};

/// Longer than any answer of a hub on this machine takes.
const ANSWER_AT_MOST: Duration = Duration::from_mins(1);

/// An enrolled author.
pub struct Author {
    /// The author's id.
    pub id: AuthorId,
    /// What the hub said at enrolment.
    pub enrolled: Enrolled,
    key: AuthorKey,
    hub: String,
    client: Client,
    random: StdRng,
    /// From where the next sync goes on.
    pub cursor: Cursor,
    /// The bearer token of the last answer.
    pub token: String,
}

/// A whole answer of the hub.
#[derive(Debug, Default)]
pub struct Heard {
    /// Every message, parts not put together.
    pub messages: Vec<DownMessage>,
    /// The documents granted, with their bytes.
    pub granted: Vec<(DocumentId, Vec<u8>)>,
    /// The changes by others: document and plain chunk.
    pub changes: Vec<(DocumentId, Vec<u8>)>,
    /// The bytes of the answer.
    pub bytes: u64,
}

impl Author {
    /// Enrols with a code; id and key grow from the seed.
    pub fn enrol(hub: &str, code: &str, seed: u64) -> anyhow::Result<Self> {
        let mut random = StdRng::seed_from_u64(seed);
        let (id, key) = (AuthorId(random.random()), AuthorKey::from_seed(&random.random()));
        let client = Client::builder().timeout(ANSWER_AT_MOST).build()?;
        let code: EnrolCode = code.parse()?;
        let request = EnrolRequest::signed(&code, id, &key, &format!("author {seed}"));
        let answer = client
            .post(format!("{hub}/v1/enrol"))
            .header("content-type", ENROL_CONTENT_TYPE)
            .body(request.to_cbor())
            .send()?;
        match EnrolReply::from_cbor(&answer.bytes()?)? {
            EnrolReply::Enrolled(enrolled) => Ok(Self {
                id,
                enrolled,
                key,
                hub: hub.to_owned(),
                client,
                random,
                cursor: Cursor::start(),
                token: String::new(),
            }),
            EnrolReply::Refused(refusal) => bail!("enrolment refused: {refusal}"),
        }
    }

    /// One exchange: sends changes, hears everything from the cursor on, and moves the cursor.
    pub fn sync(&mut self, changes: &[(DocumentId, Vec<u8>)]) -> anyhow::Result<Heard> {
        let mut messages = Vec::new();
        for (n, (document, change)) in (1..).zip(changes) {
            messages.extend(
                Upload::of_change(PROTOCOL_VERSION_MIN, n, *document, change)
                    .into_iter()
                    .map(UpMessage::from),
            );
        }
        let heard = self.say(&messages)?;
        let Some(DownMessage::Close(close)) = heard.messages.last() else {
            bail!("the answer does not end with a close: {:?}", heard.messages.last());
        };
        self.cursor = close.cursor.clone();
        self.token.clone_from(&close.token.0);
        Ok(heard)
    }

    /// Syncs until the hub has nothing more to tell.
    pub fn sync_to_the_end(&mut self) -> anyhow::Result<Vec<Heard>> {
        let mut all = Vec::new();
        loop {
            let heard = self.sync(&[])?;
            let more = matches!(heard.messages.last(), Some(DownMessage::Close(close)) if close.more);
            all.push(heard);
            if !more {
                return Ok(all);
            }
        }
    }

    /// Asks the district about refused words, as a device of version 2 does.
    pub fn appeal(&mut self, appeal: Appeal) -> anyhow::Result<Heard> {
        self.say_with(Some(appeal.to_bytes().to_vec()), &[])
    }

    /// Says these messages between a proper opening and a proper end, and hears the answer, whatever it is.
    pub fn say(&mut self, messages: &[UpMessage]) -> anyhow::Result<Heard> {
        self.say_with(None, messages)
    }

    fn say_with(&mut self, appeals: Option<Vec<u8>>, messages: &[UpMessage]) -> anyhow::Result<Heard> {
        // The first version has no appeals.
        let version = appeals.as_ref().map_or(PROTOCOL_VERSION_MIN, |_| PROTOCOL_VERSION);
        let open = Open {
            version,
            author: self.id,
            sent_at_ms: crate::ground::now_ms(),
            nonce: Nonce(self.random.random()),
            cursor: self.cursor.clone(),
            app_version: "0.1.0".into(),
            reads: None,
            state: None,
            access_upto: None,
            index: None,
            proposals: None,
            asks: None,
            pieces: None,
            shares: None,
            appeals,
            judged: None,
        };
        let mut chain = SigningChain::new(&self.key);
        let mut body = chain.sign(&open.into())?.into_bytes();
        for message in messages {
            body.extend(chain.sign(message)?.into_bytes());
        }
        body.extend(chain.sign(&End::default().into())?.into_bytes());
        heard(self.post(body)?)
    }

    /// Posts a body of any bytes to the sync call.
    pub fn post(&self, body: Vec<u8>) -> anyhow::Result<Response> {
        let request = self
            .client
            .post(format!("{}/v1/sync", self.hub))
            .header("content-type", SYNC_CONTENT_TYPE);
        request.body(body).send().context("the hub does not answer")
    }

    /// The author's key, to sign what a test wants signed.
    pub fn key(&self) -> &AuthorKey {
        &self.key
    }

    /// Asks for a path of the hub with the token of the last answer.
    pub fn get(&self, path: &str) -> anyhow::Result<Response> {
        Ok(self
            .client
            .get(format!("{}{path}", self.hub))
            .bearer_auth(&self.token)
            .send()?)
    }

    /// Asks for a path of the hub with the token of the last answer, in any way.
    pub fn ask(&self, method: reqwest::Method, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Response> {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.hub))
            .bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(request.send()?)
    }

    /// Sends a whole media object, as the tus core has it.
    pub fn send_media(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        use protocol::{limits::MEDIA_PIECE_BYTES_MAX, media};
        let url = format!("{}{path}", self.hub);
        let begun = self
            .client
            .post(&url)
            .bearer_auth(&self.token)
            .header(media::UPLOAD_LENGTH, bytes.len())
            .send()?;
        begun.error_for_status()?;
        let mut offset = 0;
        for piece in bytes.chunks(MEDIA_PIECE_BYTES_MAX) {
            let sent = self
                .client
                .patch(&url)
                .bearer_auth(&self.token)
                .header(media::UPLOAD_OFFSET, offset)
                .header("content-type", media::PIECE_CONTENT_TYPE)
                .body(piece.to_vec())
                .send()?;
            sent.error_for_status()?;
            offset += piece.len();
        }
        Ok(())
    }
}

fn heard(answer: Response) -> anyhow::Result<Heard> {
    let mut reader = FrameReader::new(answer);
    let mut heard = Heard::default();
    let mut grants = Collector::new(SNAPSHOT_BYTES_MAX);
    let mut changes = Collector::new(SNAPSHOT_BYTES_MAX);
    while let Some(frame) = reader.next_frame()? {
        let message = DownMessage::from_frame(&frame)?;
        match &message {
            DownMessage::Grant(grant) => {
                if let Some(bytes) = grants.add(grant.document, grant.part())? {
                    heard.granted.push((grant.document, bytes));
                }
            }
            DownMessage::Change(change) => {
                if let Some(bytes) = changes.add(change.number, change.part())? {
                    heard.changes.push((change.document, bytes));
                }
            }
            _ => {}
        }
        heard.messages.push(message);
    }
    heard.bytes = reader.bytes_read();
    Ok(heard)
}

impl Heard {
    /// The verdicts, in order.
    pub fn verdicts(&self) -> Vec<&Verdict> {
        self.messages
            .iter()
            .filter_map(|message| {
                if let DownMessage::Verdict(verdict) = message {
                    Some(verdict)
                } else {
                    None
                }
            })
            .collect()
    }

    /// Fails unless every upload was taken.
    pub fn all_accepted(&self) -> anyhow::Result<()> {
        for verdict in self.verdicts() {
            if let Outcome::Refused { code } = verdict.outcome {
                bail!("upload {} was refused: {code}", verdict.n);
            }
        }
        Ok(())
    }

    /// Every document named anywhere in the answer.
    pub fn documents(&self) -> std::collections::BTreeSet<DocumentId> {
        let named = |message: &DownMessage| match message {
            DownMessage::Change(change) => Some(change.document),
            DownMessage::Grant(grant) => Some(grant.document),
            DownMessage::Revoke(revoke) => Some(revoke.document),
            DownMessage::Receipt(receipt) => Some(receipt.document),
            _ => None,
        };
        self.messages.iter().filter_map(named).collect()
    }
}

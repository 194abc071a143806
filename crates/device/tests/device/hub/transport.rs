//! The hub in memory behind a link that fails as it is told.

use std::io::{self, Read};

use device::{MediaCall, Transport, TransportError};
use protocol::{
    Epoch, HubUrl, PublicKey, Refusal,
    enrol::{EnrolReply, EnrolRequest, Enrolled, person_mark},
    ids::Sha256,
    recovery::RecoveryRequest,
};

use super::{Hub, pack_key};

/// When a tablet enrols, by the hub's clock: the bench's clock stands there at first.
const ENROLLED_MS: i64 = crate::bench::NOW_MS;

/// Bytes, and then a link that is gone.
struct Cut(io::Cursor<Vec<u8>>);

impl Read for Cut {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            count => Ok(count),
        }
    }
}

impl Transport for Hub {
    fn enrol(&self, _: &HubUrl, body: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let mut state = self.state();
        let faults = state.faults.clone();
        if faults.offline {
            return Err(TransportError::Unreachable);
        }
        if let Some(answer) = faults.answer {
            return Ok(answer);
        }
        let request = EnrolRequest::from_cbor(&body).unwrap();
        let code = request.check().unwrap();
        let reply = match (state.codes.get(code.plain()).cloned(), state.used.get(code.plain())) {
            (None, _) => EnrolReply::Refused(Refusal::WrongCode),
            (Some(user), None) if request.persons.iter().flatten().any(|one| *one == person_mark(user.id)) => {
                EnrolReply::Refused(Refusal::AlreadyHere)
            }
            (Some(_), Some(author)) if *author != request.author => EnrolReply::Refused(Refusal::UsedCode),
            (Some(user), _) => {
                state.used.insert(code.plain().to_owned(), request.author);
                state
                    .authors
                    .insert(request.author, (PublicKey(request.public_key), user.clone()));
                EnrolReply::Enrolled(Enrolled {
                    user: user.id,
                    user_name: user.name,
                    role: user.role.code().into(),
                    district: "D1".into(),
                    district_name: "Invented".into(),
                    hub_name: "A hub in memory".into(),
                    epoch: Epoch([7; 16]),
                    hub_time_ms: 0,
                    pack_key: Some(pack_key().public().0),
                    terms: state.terms_for(request.author, ENROLLED_MS),
                    speaks: None,
                })
            }
        };
        if faults.lose_answers {
            Err(TransportError::Unreachable)
        } else {
            Ok(reply.to_cbor())
        }
    }

    fn sync(&self, _: &HubUrl, body: Vec<u8>) -> Result<Box<dyn Read>, TransportError> {
        let mut state = self.state();
        let faults = state.faults.clone();
        if faults.offline {
            return Err(TransportError::Unreachable);
        }
        state.exchanges += 1;
        let answer = state.answer(&body);
        if faults.lose_answers {
            return Err(TransportError::Unreachable);
        }
        if let Some(bytes) = faults.answer {
            return Ok(Box::new(io::Cursor::new(bytes)));
        }
        let bytes: Vec<u8> = answer
            .iter()
            .flat_map(|message| message.to_frame().unwrap().into_bytes())
            .collect();
        Ok(match faults.cut_after {
            Some(at) if at < bytes.len() => Box::new(Cut(io::Cursor::new(bytes[..at].to_vec()))),
            _ => Box::new(io::Cursor::new(bytes)),
        })
    }

    fn begin_upload(&self, _: &HubUrl, media: MediaCall<'_>, _: u64) -> Result<u64, TransportError> {
        let mut state = self.state();
        Ok(state.media.entry(*media.sha256.as_bytes()).or_default().len() as u64)
    }

    fn upload(&self, _: &HubUrl, media: MediaCall<'_>, at: u64, piece: &[u8]) -> Result<u64, TransportError> {
        let mut state = self.state();
        let bytes = state.media.get_mut(media.sha256.as_bytes()).unwrap();
        if bytes.len() as u64 != at {
            return Err(TransportError::Status(409));
        }
        bytes.extend_from_slice(piece);
        Ok(bytes.len() as u64)
    }

    fn download(&self, _: &HubUrl, media: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
        if media.token != "token" {
            return Err(TransportError::Status(401));
        }
        self.state()
            .media
            .get(media.sha256.as_bytes())
            .cloned()
            .ok_or(TransportError::Status(404))
    }

    fn pack(&self, _: &HubUrl, sha256: &Sha256, token: &str) -> Result<Vec<u8>, TransportError> {
        if token != "token" {
            return Err(TransportError::Status(401));
        }
        let mut state = self.state();
        state.pack_fetches += 1;
        let found = state.packs.iter().find(|(named, _)| named.sha256 == *sha256);
        found.map(|(_, bytes)| bytes.clone()).ok_or(TransportError::Status(404))
    }

    fn ask_recovery(&self, _: &HubUrl, body: Vec<u8>) -> Result<(), TransportError> {
        let mut state = self.state();
        if state.faults.offline {
            return Err(TransportError::Unreachable);
        }
        let request = RecoveryRequest::from_cbor(&body).unwrap();
        state.recoveries.entry(request.id()).or_insert((request, None));
        Ok(())
    }

    fn recovery_answer(&self, _: &HubUrl, request: &Sha256) -> Result<Option<Vec<u8>>, TransportError> {
        let state = self.state();
        if state.faults.offline {
            return Err(TransportError::Unreachable);
        }
        let asked = state.recoveries.get(request).ok_or(TransportError::Status(404))?;
        Ok(asked.1.clone())
    }
}

//! What arrived, under which number, and what was turned away.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderMap;
use jsonschema::Validator;
use serde_json::Value;
use standardwebhooks::Webhook;
use sync_server::channel::vatsalya::{CHANNEL, RETRACTION_SCHEMA};

/// Most deliveries that were turned away and are still shown; the oldest make room.
const REFUSED_MAX: usize = 100;

/// Most sentences about one payload that the schema does not allow.
const REASONS_MAX: usize = 5;

/// The portal's memory.
pub struct Book {
    webhook: Webhook,
    schema: Validator,
    retraction: Validator,
    /// Of what is told of institutions and districts, by the kind of message.
    others: BTreeMap<String, Validator>,
    year: i16,
    answered: BTreeMap<String, Answer>,
    references: BTreeMap<String, String>,
    arrivals: BTreeMap<String, Arrival>,
    retracted: BTreeSet<String>,
    refused: Vec<Refused>,
}

/// The latest state of a case as the portal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// The portal's number of the case.
    pub reference: String,
    /// What the payload says of the case.
    pub data: Value,
    /// When it came, in seconds since 1970, as the hub signed it.
    pub at_s: i64,
    /// How many deliveries of this case were taken.
    pub deliveries: u32,
}

/// A delivery that was turned away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// Why.
    pub reason: String,
}

/// What the portal answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Taken, under this number.
    Taken {
        /// The portal's number.
        reference: String,
    },
    /// Turned away.
    Refused(Refused),
}

impl Book {
    /// An empty book of a portal that shares `secret` with the hub and publishes `schema`.
    pub fn new(secret: &str, schema: &Value, year: i16) -> anyhow::Result<Self> {
        let schema = jsonschema::validator_for(schema).map_err(|error| anyhow::anyhow!("the schema: {error}"))?;
        let retraction = serde_json::from_str(RETRACTION_SCHEMA)?;
        let retraction =
            jsonschema::validator_for(&retraction).map_err(|error| anyhow::anyhow!("the schema: {error}"))?;
        Ok(Self {
            webhook: Webhook::new(secret)?,
            schema,
            retraction,
            others: others()?,
            year,
            answered: BTreeMap::new(),
            references: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            retracted: BTreeSet::new(),
            refused: Vec::new(),
        })
    }

    /// Takes a delivery in, or says why not.
    pub fn receive(&mut self, headers: &HeaderMap, body: &[u8]) -> Answer {
        let answer = self.weigh(headers, body);
        if let Answer::Refused(refused) = &answer {
            if self.refused.len() == REFUSED_MAX {
                self.refused.remove(0);
            }
            self.refused.push(refused.clone());
        }
        answer
    }

    fn weigh(&mut self, headers: &HeaderMap, body: &[u8]) -> Answer {
        if let Err(error) = self.webhook.verify(body, headers) {
            return refusal(401, format!("the signature does not hold: {error}"));
        }
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(id), Some(at_s)) = (
            header(standardwebhooks::HEADER_WEBHOOK_ID),
            header(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP),
        ) else {
            return refusal(400, "the delivery has no id".into());
        };
        if let Some(answer) = self.answered.get(id) {
            return answer.clone();
        }
        let at_s = at_s.parse().unwrap_or_default();
        let answer = self.read(body, at_s);
        self.answered.insert(id.to_owned(), answer.clone());
        answer
    }

    fn read(&mut self, body: &[u8], at_s: i64) -> Answer {
        let Ok(payload) = serde_json::from_slice::<Value>(body) else {
            return refusal(400, "the payload is no JSON".into());
        };
        let kind = payload.get("type").and_then(Value::as_str).unwrap_or_default();
        let is_retraction = kind == "case.retracted";
        let other = self.others.get(kind);
        let schema = match other {
            Some(schema) => schema,
            None if is_retraction => &self.retraction,
            None => &self.schema,
        };
        let wrong: Vec<String> = schema
            .iter_errors(&payload)
            .take(REASONS_MAX)
            // Where, and by which rule; never the value, which may be a child's.
            .map(|error| format!("{} breaks {}", error.instance_path(), error.schema_path()))
            .collect();
        if !wrong.is_empty() {
            return refusal(422, wrong.join("; "));
        }
        let Some(data) = payload.get("data").cloned() else {
            return refusal(422, "the payload has no data".into());
        };
        if other.is_some() {
            // Kept elsewhere in a portal; here it is enough that it has a number.
            let reference = format!("VP-O-{}", self.answered.len() + 1);
            return Answer::Taken { reference };
        }
        let word = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(case), Some(district)) = (word("case"), word("district")) else {
            return refusal(422, "the payload names no case or no district".into());
        };
        if is_retraction {
            // A case that the law has destroyed: the number stays, so that nobody gets it anew.
            self.arrivals.remove(&case);
            self.retracted.insert(case.clone());
        }
        let next = self.references.len() + 1;
        let year = self.year;
        let number = || format!("VP-{district}-{year}-{next:06}");
        let reference = self.references.entry(case.clone()).or_insert_with(number).clone();
        if self.retracted.contains(&case) {
            return Answer::Taken { reference };
        }
        let arrival = self.arrivals.entry(case).or_insert_with(|| Arrival {
            reference: reference.clone(),
            data: Value::Null,
            at_s,
            deliveries: 0,
        });
        arrival.deliveries += 1;
        arrival.at_s = at_s;
        // Deliveries may overtake each other; the latest state stands for all before it.
        if upto(&data) >= upto(&arrival.data) {
            arrival.data = data;
        }
        Answer::Taken { reference }
    }

    /// The latest state of every case, by case id.
    pub fn arrivals(&self) -> &BTreeMap<String, Arrival> {
        &self.arrivals
    }

    /// The cases that were taken back.
    pub fn retracted(&self) -> &BTreeSet<String> {
        &self.retracted
    }

    /// What was turned away, oldest first.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }
}

/// The schemas of messages that are about no case.
fn others() -> anyhow::Result<BTreeMap<String, Validator>> {
    let mut others = BTreeMap::new();
    for schema in CHANNEL.schemas {
        let text: Value = serde_json::from_str(schema.text)?;
        let kind = text.pointer("/properties/type/const").and_then(Value::as_str);
        let Some(kind) = kind.filter(|kind| !kind.starts_with("case.")) else {
            continue;
        };
        let validator = jsonschema::validator_for(&text).map_err(|error| anyhow::anyhow!("the schema: {error}"))?;
        others.insert(kind.to_owned(), validator);
    }
    Ok(others)
}

/// How far the district's log was folded into a state.
fn upto(data: &Value) -> u64 {
    data.get("upto").and_then(Value::as_u64).unwrap_or_default()
}

fn refusal(status: u16, reason: String) -> Answer {
    Answer::Refused(Refused { status, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn book() -> Book {
        let schema = json!({
            "type": "object",
            "properties": { "data": {
                "type": "object",
                "required": ["case", "district"],
                "properties": {
                    "case": { "type": "string" },
                    "district": { "type": "string" },
                    "upto": { "type": "integer" }
                },
                "additionalProperties": false
            } }
        });
        Book::new(SECRET, &schema, 2026).unwrap()
    }

    fn signed(id: &str, at_s: i64, body: &str) -> HeaderMap {
        let signature = Webhook::new(SECRET).unwrap().sign(id, at_s, body.as_bytes()).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(standardwebhooks::HEADER_WEBHOOK_ID, id.parse().unwrap());
        headers.insert(
            standardwebhooks::HEADER_WEBHOOK_TIMESTAMP,
            at_s.to_string().parse().unwrap(),
        );
        headers.insert(standardwebhooks::HEADER_WEBHOOK_SIGNATURE, signature.parse().unwrap());
        headers
    }

    fn now_s() -> i64 {
        crate::ground::now_ms() / 1_000
    }

    fn case(name: &str) -> String {
        json!({ "data": { "case": name, "district": "GAY" } }).to_string()
    }

    fn status(answer: &Answer) -> Option<u16> {
        match answer {
            Answer::Refused(refused) => Some(refused.status),
            Answer::Taken { .. } => None,
        }
    }

    #[test]
    fn a_case_keeps_its_number_through_every_delivery() {
        let mut book = book();
        let first = book.receive(&signed("m1", now_s(), &case("a")), case("a").as_bytes());
        let other = book.receive(&signed("m2", now_s(), &case("b")), case("b").as_bytes());
        let again = book.receive(&signed("m3", now_s(), &case("a")), case("a").as_bytes());
        assert_eq!(
            first,
            Answer::Taken {
                reference: "VP-GAY-2026-000001".into()
            }
        );
        assert_eq!(
            other,
            Answer::Taken {
                reference: "VP-GAY-2026-000002".into()
            }
        );
        assert_eq!(again, first);
        assert_eq!(book.arrivals()["a"].deliveries, 2);
    }

    #[test]
    fn figures_and_institutions_get_a_number_and_are_no_cases() {
        let mut book = book();
        let figures = CHANNEL
            .schemas
            .iter()
            .find(|schema| schema.name == "vatsalya-figures-1");
        let body = figures.unwrap().example;
        let answer = book.receive(&signed("m1", now_s(), body), body.as_bytes());
        assert_eq!(status(&answer), None, "{answer:?}");
        let bad = body.replace("\"cases\"", "\"names\"");
        let answer = book.receive(&signed("m2", now_s(), &bad), bad.as_bytes());
        assert_eq!(status(&answer), Some(422));
        assert!(book.arrivals().is_empty());
    }

    #[test]
    fn the_same_delivery_twice_is_one_delivery() {
        let mut book = book();
        let headers = signed("m1", now_s(), &case("a"));
        let first = book.receive(&headers, case("a").as_bytes());
        assert_eq!(book.receive(&headers, case("a").as_bytes()), first);
        assert_eq!(book.arrivals()["a"].deliveries, 1);
    }

    #[test]
    fn a_delivery_that_was_overtaken_does_not_turn_a_case_back() {
        let mut book = book();
        for (id, upto) in [("m1", 9), ("m2", 4)] {
            let body = json!({ "data": { "case": "a", "district": "GAY", "upto": upto } }).to_string();
            book.receive(&signed(id, now_s(), &body), body.as_bytes());
        }
        assert_eq!(book.arrivals()["a"].data["upto"], 9);
    }

    #[test]
    fn what_is_not_signed_or_old_is_turned_away() {
        let mut book = book();
        let forged = book.receive(&signed("m1", now_s(), &case("a")), case("b").as_bytes());
        let old = book.receive(&signed("m2", now_s() - 3600, &case("a")), case("a").as_bytes());
        let bare = book.receive(&HeaderMap::new(), case("a").as_bytes());
        for answer in [forged, old, bare] {
            assert_eq!(status(&answer), Some(401), "{answer:?}");
        }
        assert!(book.arrivals().is_empty());
        assert_eq!(book.refused().len(), 3);
    }

    #[test]
    fn what_the_schema_does_not_allow_is_turned_away_without_repeating_it() {
        let mut book = book();
        let body = json!({ "data": { "case": "a", "district": "GAY", "child_name": "Munni" } }).to_string();
        let answer = book.receive(&signed("m1", now_s(), &body), body.as_bytes());
        assert_eq!(status(&answer), Some(422));
        assert!(!format!("{answer:?}").contains("Munni"));
        let garbage = book.receive(&signed("m2", now_s(), "{"), b"{");
        assert_eq!(status(&garbage), Some(400));
    }
}

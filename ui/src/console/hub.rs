//! The only place of the page that asks the hub.

use casework::reports::{Period, Report};
use serde::{Serialize, de::DeserializeOwned};

use super::answers::{
    Again, Appeal, Confirmed, Credentials, DeadLetter, Decision, Device, District, Granted, Judged, Overview, Session,
    ShutOut, Upload, Ways, Wrong,
};
use crate::{components::Said, fetch::fetch, reader::words, time};

/// After so long the hub counts as not reached, in milliseconds: signing in takes its time on a slow machine.
const PATIENCE_MS: u32 = 30_000;
/// Where it is to be waited and the hub does not say how long.
const WAIT_S: i64 = 60;

/// Why something was not answered, or not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No answer came.
    NotReached,
    /// Nobody is signed in.
    Ended,
    /// Name, passphrase or code is wrong.
    WrongSignIn,
    /// It was tried too often; for so many seconds not again.
    TooOften(i64),
    /// It is not there, or not theirs.
    Nothing,
    /// It is not to be done so, in the hub's own words.
    NotSo(String),
    /// Not now.
    Busy,
    /// The hub failed, or gave an answer that is none.
    Failed,
}

impl Said for Trouble {
    fn said(&self) -> String {
        let words = words();
        match self {
            Self::NotReached => words.console_not_reached().to_owned(),
            Self::Ended => words.console_ended().to_owned(),
            Self::WrongSignIn => words.console_wrong().to_owned(),
            Self::TooOften(seconds) => words.console_too_often(time::countdown(words, seconds * 1_000)),
            Self::Nothing => words.console_nothing().to_owned(),
            Self::NotSo(said) => words.console_not_so(said),
            Self::Busy => words.console_busy().to_owned(),
            Self::Failed => words.console_failed().to_owned(),
        }
    }
}

/// What is answered, or why not.
pub(crate) type Answer<T> = Result<T, Trouble>;

async fn ask(method: &str, path: &str, json: Option<&str>) -> Answer<String> {
    let answer = fetch(method, path, json, Some(PATIENCE_MS)).await;
    let answer = answer.ok_or(Trouble::NotReached)?;
    if answer.is_good() {
        return Ok(answer.body);
    }
    let wrong: Wrong = serde_json::from_str(&answer.body).unwrap_or_default();
    Err(match answer.status {
        401 if wrong.sort.ends_with(":wrong-sign-in") => Trouble::WrongSignIn,
        401 => Trouble::Ended,
        404 => Trouble::Nothing,
        403 | 422 => Trouble::NotSo(wrong.detail),
        429 => Trouble::TooOften(answer.retry_after_s.unwrap_or(WAIT_S)),
        502..=504 => Trouble::Busy,
        _ => Trouble::Failed,
    })
}

async fn get<T: DeserializeOwned>(path: &str) -> Answer<T> {
    let body = ask("GET", path, None).await?;
    serde_json::from_str(&body).map_err(|_| Trouble::Failed)
}

async fn post(path: &str, said: &impl Serialize) -> Answer<String> {
    let json = serde_json::to_string(said).map_err(|_| Trouble::Failed)?;
    ask("POST", path, Some(&json)).await
}

async fn post_for<T: DeserializeOwned>(path: &str, said: &impl Serialize) -> Answer<T> {
    let body = post(path, said).await?;
    serde_json::from_str(&body).map_err(|_| Trouble::Failed)
}

/// How one may sign in; by passphrase alone where the hub does not say.
pub(crate) async fn ways() -> Answer<Ways> {
    match get("/v1/admin/ways").await {
        Err(Trouble::Nothing) => Ok(Ways { oidc: None }),
        answer => answer,
    }
}

/// Who is signed in.
pub(crate) async fn session() -> Answer<Session> {
    get("/v1/admin/session").await
}

/// Signs in.
pub(crate) async fn sign_in(credentials: Credentials) -> Answer<Session> {
    post("/v1/admin/sign-in", &credentials).await?;
    session().await
}

/// Signs out.
pub(crate) async fn sign_out() -> Answer<()> {
    ask("POST", "/v1/admin/sign-out", None).await.map(drop)
}

/// The districts that they administer.
pub(crate) async fn districts() -> Answer<Vec<District>> {
    get("/v1/admin/districts").await
}

/// A district at one look.
pub(crate) async fn overview(district: String) -> Answer<Overview> {
    get(&of(&district, "overview")).await
}

/// A district's tablets.
pub(crate) async fn devices(district: String) -> Answer<Vec<Device>> {
    get(&of(&district, "devices")).await
}

/// A district's figures of a period; of the last month that is over where none is named.
pub(crate) async fn figures(district: String, period: Option<Period>) -> Answer<Report> {
    let period = period.map(|period| format!("&period={period}")).unwrap_or_default();
    get(&(of(&district, "figures") + &period)).await
}

/// Codes of districts are plain letters; one that is not must not become another question.
fn of(district: &str, what: &str) -> String {
    let code = String::from(web_sys::js_sys::encode_uri_component(district));
    format!("/v1/admin/{what}?district={code}")
}

/// What waits in a district for somebody to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Desk {
    /// Refused uploads.
    pub(crate) uploads: Vec<Upload>,
    /// Appeals.
    pub(crate) appeals: Vec<Appeal>,
    /// Messages that a channel did not take.
    pub(crate) letters: Vec<DeadLetter>,
}

/// What waits in a district for somebody to decide.
pub(crate) async fn desk(district: String) -> Answer<Desk> {
    let mut uploads: Vec<Upload> = get("/v1/admin/quarantine").await?;
    let mut appeals: Vec<Appeal> = get("/v1/admin/appeals").await?;
    let mut letters: Vec<DeadLetter> = get("/v1/admin/dead-letters").await?;
    uploads.retain(|one| one.district == district && one.refused_at.is_none());
    appeals.retain(|one| one.district == district);
    letters.retain(|one| one.district == district);
    Ok(Desk {
        uploads,
        appeals,
        letters,
    })
}

/// Shuts a tablet out.
pub(crate) async fn shut_out(author: String) -> Answer<()> {
    let path = format!("/v1/admin/devices/{author}/revoke");
    post(&path, &ShutOut { hand_in: true }).await.map(drop)
}

/// Has a refused upload judged again; says whether all of it was taken.
pub(crate) async fn release(number: i64) -> Answer<bool> {
    let path = format!("/v1/admin/quarantine/{number}/release");
    let body = ask("POST", &path, None).await?;
    let judged: Vec<Judged> = serde_json::from_str(&body).map_err(|_| Trouble::Failed)?;
    Ok(judged.iter().all(|one| one.taken))
}

/// Refuses an upload for good.
pub(crate) async fn refuse(number: i64, author: String) -> Answer<()> {
    let path = format!("/v1/admin/quarantine/{number}/refuse");
    post(&path, &Confirmed { confirm: author }).await.map(drop)
}

/// Says yes to an appeal; says whether it is settled.
pub(crate) async fn grant(number: i64, words: String) -> Answer<bool> {
    let path = format!("/v1/admin/appeals/{number}/grant");
    let granted: Granted = post_for(&path, &Decision { words }).await?;
    Ok(granted.left == 0)
}

/// Says no to an appeal.
pub(crate) async fn decline(number: i64, words: String) -> Answer<()> {
    let path = format!("/v1/admin/appeals/{number}/decline");
    post(&path, &Decision { words }).await.map(drop)
}

/// Tries a dead letter anew.
pub(crate) async fn send_again(channel: String, record: String) -> Answer<()> {
    let path = format!("/v1/admin/dead-letters/{channel}/send-again");
    post(&path, &Again { record: Some(record) }).await.map(drop)
}

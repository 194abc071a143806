//! A provider that lies, or somebody in its place.

use std::sync::Arc;

use serde_json::json;
use sync_server::clock::StandingClock;

use super::forged::{Describes, Forger, Signed};
use super::*;
use crate::command::administer;
use crate::office::Shared;
use crate::staff::Clerk;

const NOW_MS: i64 = 1_795_000_000_000;
const NOW_S: i64 = NOW_MS / 1_000;

/// What is done to a good token.
type Lie = fn(&mut Json);

struct Scene {
    forger: Forger,
    hub: TestHub,
    clock: Arc<StandingClock>,
}

impl Scene {
    fn new(more: &str) -> Self {
        let forger = Forger::start();
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(StandingClock::at(NOW_MS));
        let more = format!("patience_ms = 1000\n{more}\n[limits]\nwrong_codes = 1000\n");
        let text = settings(&forger.issuer, folder.path(), &more);
        let hub = TestHub::start_at(&text, Box::new(Shared(clock.clone())));
        Clerk::added(&hub, "asha", &["--all"]);
        administer(&hub.hub, &["staff", "link", "asha", "uid-7"]).unwrap();
        Self { forger, hub, clock }
    }

    /// Sets out, and comes back with a token that is good but for what `change` does to it.
    fn come(&self, change: impl FnOnce(&mut Json)) -> (Browser, Response) {
        let mut browser = Browser::of(&self.hub);
        let asked = query(&browser.depart());
        let mut claims = json!({
            "iss": self.forger.issuer,
            "sub": "uid-7",
            "aud": CLIENT,
            "nonce": asked["nonce"],
            "iat": NOW_S,
            "exp": NOW_S + 300,
            "acr": "two-factors",
        });
        change(&mut claims);
        self.forger.has(|script| {
            script.claims = claims;
            script.challenge.clone_from(&asked["code_challenge"]);
        });
        let back = format!("{BACK}?code=whatever&state={}", asked["state"]);
        let answer = browser.get(&back);
        (browser, answer)
    }
}

#[test]
fn a_token_is_believed_only_if_it_is_the_providers_and_of_this_sign_in_for_this_hub_and_of_now() {
    let scene = Scene::new("acr = 'two-factors'");
    let (mut browser, answer) = scene.come(|_| {});
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(browser.session().is_some());
    let lies: [(&str, Lie); 22] = [
        ("another issuer", |token| token["iss"] = "https://other.example".into()),
        ("almost the issuer", |token| {
            token["iss"] = format!("{}/", token["iss"].as_str().unwrap()).into();
        }),
        ("no issuer", |token| drop(token.as_object_mut().unwrap().remove("iss"))),
        ("another hub", |token| token["aud"] = "another-hub".into()),
        ("another hub, too", |token| {
            token["aud"] = json!([CLIENT, "another-hub"]);
        }),
        ("no hub", |token| token["aud"] = json!([])),
        ("given to another", |token| token["azp"] = "another-hub".into()),
        ("another sign-in", |token| token["nonce"] = "0".repeat(64).into()),
        ("no nonce", |token| drop(token.as_object_mut().unwrap().remove("nonce"))),
        ("over", |token| token["exp"] = NOW_S.into()),
        ("long over", |token| token["exp"] = (NOW_S - 3_600).into()),
        ("never over", |token| drop(token.as_object_mut().unwrap().remove("exp"))),
        ("from tomorrow", |token| token["iat"] = (NOW_S + 61).into()),
        ("made long ago", |token| token["iat"] = (NOW_S - 600).into()),
        ("made at no time", |token| {
            drop(token.as_object_mut().unwrap().remove("iat"));
        }),
        ("another subject", |token| token["sub"] = "uid-8".into()),
        ("no subject", |token| drop(token.as_object_mut().unwrap().remove("sub"))),
        ("an empty subject", |token| token["sub"] = "".into()),
        ("a number", |token| token["sub"] = 7.into()),
        ("a list", |token| token["sub"] = json!(["uid-7"])),
        ("one factor", |token| token["acr"] = "password".into()),
        ("no way", |token| drop(token.as_object_mut().unwrap().remove("acr"))),
    ];
    for (lie, change) in lies {
        let (mut browser, answer) = scene.come(change);
        assert!(!answer.status().is_success(), "{lie}");
        assert!(browser.session().is_none(), "{lie}");
    }
    for signed in [Signed::AnotherKey, Signed::Secret, Signed::Not, Signed::Key(2)] {
        scene.forger.has(|script| script.signed = signed);
        let (mut browser, answer) = scene.come(|_| {});
        assert!(!answer.status().is_success(), "{signed:?}");
        assert!(browser.session().is_none(), "{signed:?}");
    }
    scene.forger.has(|script| script.signed = Signed::ThenChanged);
    is_not_let_in(scene.come(|token| token["sub"] = "uid-8".into()).1);
    scene.forger.has(|script| script.signed = Signed::Key(1));
    assert_eq!(
        scene.come(|token| token["azp"] = CLIENT.into()).1.status(),
        StatusCode::OK
    );
    assert_eq!(
        scene.come(|token| token["iat"] = (NOW_S + 60).into()).1.status(),
        StatusCode::OK
    );
}

#[test]
fn a_sign_in_ends_once_at_the_hub_also_where_the_provider_takes_a_code_twice() {
    let scene = Scene::new("");
    let mut browser = Browser::of(&scene.hub);
    let asked = query(&browser.depart());
    let claims = json!({
        "iss": scene.forger.issuer, "sub": "uid-7", "aud": CLIENT, "nonce": asked["nonce"], "iat": NOW_S, "exp": NOW_S + 300,
    });
    scene.forger.has(|script| {
        script.claims = claims;
        script.challenge.clone_from(&asked["code_challenge"]);
    });
    let ticket = browser.cookie(TICKET).unwrap().clone();
    let back = format!("{BACK}?code=whatever&state={}", asked["state"]);
    assert_eq!(browser.get(&back).status(), StatusCode::OK);
    browser.set_cookie(TICKET, &ticket);
    is_not_let_in(browser.get(&back));
    assert_eq!(scene.forger.asked("/token"), 2);
    // A ticket holds for ten minutes, whatever the browser keeps.
    let mut late = Browser::of(&scene.hub);
    let asked = query(&late.depart());
    scene.clock.advance_ms(10 * 60_000);
    is_not_let_in(late.get(&format!("{BACK}?code=whatever&state={}", asked["state"])));
    assert_eq!(scene.forger.asked("/token"), 2, "the provider is not asked");
}

#[test]
fn new_keys_are_asked_for_when_they_are_used_and_no_more_than_once_a_minute() {
    let scene = Scene::new("");
    assert_eq!(scene.come(|_| {}).1.status(), StatusCode::OK);
    scene.clock.advance_ms(60_000);
    scene
        .forger
        .has(|script| (script.key, script.signed) = (2, Signed::Key(2)));
    assert_eq!(scene.forger.asked("/keys"), 1);
    assert_eq!(scene.come(|_| {}).1.status(), StatusCode::OK);
    assert_eq!(scene.forger.asked("/keys"), 2);
    // Tokens under keys that there are not have the provider asked now and then.
    scene.forger.has(|script| script.signed = Signed::Key(3));
    for _ in 0..3 {
        is_not_let_in(scene.come(|_| {}).1);
    }
    assert_eq!(scene.forger.asked("/keys"), 2);
    scene.clock.advance_ms(60_000);
    is_not_let_in(scene.come(|_| {}).1);
    is_not_let_in(scene.come(|_| {}).1);
    assert_eq!(scene.forger.asked("/keys"), 3);
    // After an hour everything is asked for anew.
    scene.clock.advance_ms(60 * 60_000);
    scene.forger.has(|script| script.signed = Signed::Key(2));
    Browser::of(&scene.hub).depart();
    assert_eq!(scene.forger.asked("/keys"), 4);
}

#[test]
fn a_provider_that_describes_itself_as_none_does_is_away_and_is_not_asked_by_everybody() {
    for describes in [
        Describes::Endlessly,
        Describes::Slowly,
        Describes::Another,
        Describes::Elsewhere,
        Describes::PlainSignIn,
        Describes::Nonsense,
    ] {
        let scene = Scene::new("");
        scene.forger.has(|script| script.describes = describes);
        for _ in 0..3 {
            let answer = Browser::of(&scene.hub).get(&format!("{PUBLIC}/v1/admin/oidc"));
            let (status, sort, _) = problem(answer);
            assert_eq!(
                (status, sort.as_str()),
                (StatusCode::SERVICE_UNAVAILABLE, "elsewhere-is-away"),
                "{describes:?}"
            );
        }
        assert_eq!(
            scene.forger.asked("/.well-known/openid-configuration"),
            1,
            "{describes:?}"
        );
        assert_eq!(scene.forger.asked("/elsewhere"), 0);
        // Back in its senses, it is asked again in a while.
        scene.forger.has(|script| script.describes = Describes::Well);
        scene.clock.advance_ms(5_000);
        assert_eq!(scene.come(|_| {}).1.status(), StatusCode::OK, "{describes:?}");
    }
    // The hub shows its secret to nobody in plain.
    let scene = Scene::new("");
    scene.forger.has(|script| script.describes = Describes::PlainTokens);
    assert_eq!(problem(scene.come(|_| {}).1).0, StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn an_address_that_comes_back_with_nothing_good_is_heard_no_more() {
    let forger = Forger::start();
    let folder = tempfile::tempdir().unwrap();
    let text = settings(&forger.issuer, folder.path(), "[limits]\nwrong_codes = 2\n");
    let hub = TestHub::start_with(&text);
    for expected in [
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
        StatusCode::TOO_MANY_REQUESTS,
    ] {
        let mut browser = Browser::of(&hub);
        let state = query(&browser.depart())["state"].clone();
        let answer = browser.get(&format!("{BACK}?code=guessed&state={state}"));
        assert_eq!(answer.status(), expected);
    }
    assert_eq!(forger.asked("/token"), 2);
}

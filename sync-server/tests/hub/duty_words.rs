//! Text messages to officers on duty: that there is something, and nothing of what it is; and that nothing waits for them.

use std::net::TcpListener;

use sync_server::duty::HookConfig;
use sync_server::health::Health;

use crate::duty::roster_always;
use crate::feed::{Portal, SECRET};
use crate::inbound::{example, post};
use crate::pulled::fetched;
use crate::support::{TestHub, eventually};

fn hub(duty: &str) -> TestHub {
    TestHub::start_with(&format!("{}[duty]\n{duty}\n", fetched("helpline")))
}

fn counted(hub: &TestHub, outcome: &str) -> bool {
    count(hub, outcome, 1)
}

fn count(hub: &TestHub, outcome: &str, times: u32) -> bool {
    let text = hub.hub.metrics.text(&Health::of(&hub.hub)).unwrap();
    text.contains(&format!("duty_words_total{{outcome=\"{outcome}\"}} {times}"))
}

#[test]
fn a_command_is_told_who_and_how_much_and_nothing_of_the_case() {
    let dir = tempfile::tempdir().unwrap();
    let said = dir.path().join("said");
    let script = format!("printf '%s|' \"$@\" >> {}", said.display());
    let hub = hub(&format!(
        "command = ['/bin/sh', '-c', \"{}\", 'text']",
        script.replace('"', "\\\"")
    ));
    let user = hub.user("Asha", "po_nic");
    roster_always(&hub, user);
    assert_eq!(post(&hub, "helpline", &example("helpline")).0, 201);
    eventually(|| counted(&hub, "passed_on").then_some(()));
    let user = uuid::Uuid::from_bytes(user.0);
    assert_eq!(std::fs::read_to_string(said).unwrap(), format!("{user}|1 urgent item|"));
}

#[test]
fn a_command_holds_nothing_up_and_one_that_hangs_is_ended_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let go = dir.path().join("go");
    let until = format!("until [ -e {} ]; do sleep 0.05; done", go.display());
    let hub_that_waits = hub(&format!(
        "command = ['/bin/sh', '-c', '{until}', 'text']\ntimeout_seconds = 60"
    ));
    roster_always(&hub_that_waits, hub_that_waits.user("Asha", "po_nic"));
    let mut body = example("helpline");
    for number in 1..=2 {
        body["data"]["reference"] = format!("1098-{number}").into();
        assert_eq!(post(&hub_that_waits, "helpline", &body).0, 201);
        eventually(|| {
            let asked = hub_that_waits.hub.storage.waiting_askings(None).unwrap().len();
            let noted = hub_that_waits.hub.storage.unnoted(9).unwrap().is_empty();
            (asked == number && noted).then_some(())
        });
    }
    assert!(
        !counted(&hub_that_waits, "passed_on"),
        "the first has not come to its end"
    );
    std::fs::write(go, "").unwrap();
    eventually(|| count(&hub_that_waits, "passed_on", 2).then_some(()));

    let hub_that_ends_it = hub("command = ['/bin/sleep', '600']\ntimeout_seconds = 1");
    roster_always(&hub_that_ends_it, hub_that_ends_it.user("Asha", "po_nic"));
    assert_eq!(post(&hub_that_ends_it, "helpline", &example("helpline")).0, 201);
    eventually(|| counted(&hub_that_ends_it, "failed").then_some(()));
}

#[test]
fn a_webhook_is_signed_and_says_who_and_how_much() {
    let portal = Portal::start(TcpListener::bind("127.0.0.1:0").unwrap(), &[]);
    let hub = hub(&format!(
        "webhook = 'http://{}/text'\nsecret = '{SECRET}'",
        portal.address
    ));
    let user = hub.user("Asha", "po_nic");
    roster_always(&hub, user);
    assert_eq!(post(&hub, "helpline", &example("helpline")).0, 201);
    eventually(|| counted(&hub, "passed_on").then_some(()));
    let user = uuid::Uuid::from_bytes(user.0).to_string();
    assert_eq!(
        portal.received(),
        [serde_json::json!({ "user": user, "text": "1 urgent item" })]
    );
}

#[test]
fn what_cannot_be_a_way_to_tell_is_refused_with_the_configuration() {
    for bad in [
        "",
        "command = []",
        "command = ['a']\nwebhook = 'https://x.example'\nsecret = 'whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh'",
        "webhook = 'https://x.example'",
        "webhook = 'http://x.example'\nsecret = 'whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh'",
        "command = ['a']\ntimeout_seconds = 61",
        "command = ['a']\ntext = 'a child at platform 3'",
    ] {
        assert!(toml::from_str::<HookConfig>(bad).is_err(), "{bad}");
    }
    assert!(toml::from_str::<HookConfig>("command = ['a', '--to']").is_ok());
}

//! Packs that are published: signed, named in the close, fetched with its token, in force at the hub.

use std::collections::BTreeMap;

use casework::PackBundle;
use protocol::PublicKey;
use protocol::enrol::EnrolReply;
use protocol::pack::{SignedPack, path};
use sync_server::packs::{self, state_of};

use crate::support::{DISTRICT, TestDevice, TestHub};

/// The pack of the district's own state.
fn own() -> String {
    format!("states/{}", state_of(DISTRICT))
}

fn relabelled(id: &str, version: &str, title: &str) -> PackBundle {
    let head = format!("id = '{id}'\nover = 'national'\nversion = '{version}'\nin_force_from = '2027-01-01'\n");
    let relabel = format!("[[relabel]]\nkind = 'form'\nid = '17'\nlabel = {{ en = '{title}', hi = 'प्रपत्र' }}\n");
    PackBundle {
        id: id.to_owned(),
        version: version.to_owned(),
        files: BTreeMap::from([("pack.toml".to_owned(), head), ("relabel.toml".to_owned(), relabel)]),
    }
}

/// Publishes a pack and gives its name.
pub(crate) fn publish_one(hub: &TestHub) -> protocol::ids::Sha256 {
    let row = packs::publish(&*hub.hub.storage, &relabelled(&own(), "2027.1", "Form A"), 1).unwrap();
    row.sha256
}

fn title(hub: &TestHub) -> String {
    let pack = hub.hub.pack_of(DISTRICT).unwrap();
    pack.form("17").unwrap().title.get("en").to_owned()
}

#[test]
fn a_published_pack_is_named_fetched_and_opens_with_the_key_told_at_enrolment() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    assert_eq!(worker.sync().close.unwrap().packs, None);
    let storage = &*hub.hub.storage;
    let row = packs::publish(storage, &relabelled(&own(), "2027.1", "Form A"), 1).unwrap();
    assert_eq!(row.number, 1);
    let close = worker.sync().close.unwrap();
    let named = close.packs.unwrap();
    assert_eq!(named.len(), 1);
    assert_eq!(
        (named[0].scope.as_str(), named[0].number),
        (state_of(DISTRICT).as_str(), 1)
    );
    let get = |token: Option<&str>| {
        let request = worker.client.get(format!("{}{}", worker.url, path(&named[0].sha256)));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().unwrap()
    };
    assert_eq!(get(None).status(), 401);
    assert_eq!(get(Some("stolen")).status(), 401);
    let bytes = get(Some(&close.token.0)).bytes().unwrap();
    assert_eq!(SignedPack::name(&bytes), named[0].sha256);
    let key = sync_server::identity::pack_key(storage).unwrap().public();
    let text = SignedPack::from_cbor(&bytes).unwrap().open(key).unwrap();
    assert_eq!(PackBundle::decode(&text).unwrap().version, "2027.1");
}

#[test]
fn enrolment_tells_the_key_of_packs() {
    let hub = TestHub::start();
    let link = hub.link(hub.user("A counsellor", "counsellor"));
    let reply = TestDevice::unenrolled(&hub.url).enrol(&link);
    let EnrolReply::Enrolled(enrolled) = reply else {
        panic!("{reply:?}");
    };
    let key = sync_server::identity::pack_key(&*hub.hub.storage).unwrap().public();
    assert_eq!(enrolled.pack_key.map(PublicKey), Some(key));
}

#[test]
fn the_latest_pack_is_in_force_at_once_and_going_back_is_a_new_number() {
    let hub = TestHub::start();
    let storage = &*hub.hub.storage;
    let shipped = title(&hub);
    packs::publish(storage, &relabelled(&own(), "2027.1", "Form A"), 1).unwrap();
    assert_eq!(title(&hub), "Form A");
    packs::publish(storage, &relabelled(&own(), "2027.2", "Form B"), 2).unwrap();
    assert_eq!(title(&hub), "Form B");
    let back = packs::roll_back(storage, &state_of(DISTRICT), 1, 3).unwrap();
    assert_eq!((back.number, title(&hub).as_str()), (3, "Form A"));
    packs::publish(storage, &relabelled("states/zz", "2027.1", "Form Z"), 4).unwrap();
    assert_eq!(
        title(&hub),
        "Form A",
        "another state's pack is no concern of this district"
    );
    assert_ne!(shipped, "Form A");
}

#[test]
fn a_pack_with_a_mistake_is_not_published() {
    let hub = TestHub::start();
    let storage = &*hub.hub.storage;
    let mut broken = relabelled(&own(), "2027.1", "Form A");
    broken
        .files
        .insert("dictionary/x.toml".into(), "[[fact]]\nid = 3".into());
    assert!(packs::publish(storage, &broken, 1).is_err());
    assert!(packs::roll_back(storage, &state_of(DISTRICT), 1, 1).is_err());
    assert_eq!(storage.packs().unwrap(), []);
}

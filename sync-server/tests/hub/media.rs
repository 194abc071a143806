use std::collections::BTreeMap;

use casefile::Edit;
use casework::{Compartment, RowId, Value, attachment};
use protocol::ids::Sha256;
use protocol::media::kind::{MediaKind, NotMedia};
use protocol::media::{MediaSize, PIECE_CONTENT_TYPE, UPLOAD_LENGTH, UPLOAD_OFFSET, path};
use reqwest::blocking::Response;
use reqwest::{Method, StatusCode};
use sha2::Digest;

use crate::bucket::Bucket;
use crate::cluster;
use crate::destroyed::order;
use crate::hubs::Beside;
use crate::support::{TestDevice, TestHub, document, eventually, now_ms, random};

pub(crate) struct Caller<'a> {
    pub(crate) device: &'a TestDevice,
    pub(crate) token: String,
}

impl Caller<'_> {
    pub(crate) fn call(&self, method: Method, sha256: Sha256, headers: &[(&str, String)], body: Vec<u8>) -> Response {
        let url = format!("{}{}", self.device.url, path(&sha256, MediaSize::Field));
        let mut request = self.device.client.request(method, url).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        request.body(body).send().unwrap()
    }

    pub(crate) fn begin(&self, sha256: Sha256, bytes: usize) -> Response {
        self.call(Method::POST, sha256, &[(UPLOAD_LENGTH, bytes.to_string())], Vec::new())
    }

    pub(crate) fn piece(&self, sha256: Sha256, offset: usize, piece: &[u8]) -> Response {
        let headers = [
            (UPLOAD_OFFSET, offset.to_string()),
            ("content-type", PIECE_CONTENT_TYPE.to_owned()),
        ];
        self.call(Method::PATCH, sha256, &headers, piece.to_vec())
    }
}

pub(crate) fn caller(device: &mut TestDevice) -> Caller<'_> {
    let token = device.sync().close.unwrap().token.0;
    Caller { device, token }
}

pub(crate) fn offset(response: &Response) -> &str {
    response.headers()[UPLOAD_OFFSET].to_str().unwrap()
}

/// Bytes in the outline of a JPEG.
pub(crate) fn picture(pixels: &[u8]) -> Vec<u8> {
    let head = b"\xFF\xD8\xFF\xC0\0\x02\xFF\xDA\0\x02";
    [head.as_slice(), pixels, b"\xFF\xD9"].concat()
}

/// A case with a picture named in its identity document.
pub(crate) fn case_with_picture(device: &mut TestDevice, picture: &[u8]) -> ([u8; 16], Sha256) {
    case_with(device, Compartment::Identity, picture)
}

/// A case that names bytes in one of its documents.
fn case_with(device: &mut TestDevice, compartment: Compartment, bytes: &[u8]) -> ([u8; 16], Sha256) {
    let case = device.open_case();
    (case, name_in(device, case, compartment, bytes))
}

/// Names another picture in a case.
pub(crate) fn another_picture(device: &mut TestDevice, case: [u8; 16], picture: &[u8]) -> Sha256 {
    name_in(device, case, Compartment::Identity, picture)
}

pub(crate) fn name_in(device: &mut TestDevice, case: [u8; 16], compartment: Compartment, bytes: &[u8]) -> Sha256 {
    let sha256 = Sha256(sha2::Sha256::digest(bytes).into());
    let cells = BTreeMap::from([("sha_full".to_owned(), Value::Text(sha256.to_string()))]);
    let row = Edit::AddRow {
        row: RowId::from_bytes(random()),
        table: attachment::table_of(compartment).unwrap().into(),
        cells,
    };
    device.edit(document(case, compartment), &[row]);
    sha256
}

#[test]
fn recordings_papers_and_signatures_are_kept_and_what_is_none_of_them_is_not() {
    const RECORDING: &[u8] = include_bytes!("../../../fuzz/corpus/recording/kept");
    const RECORDER: &[u8] = include_bytes!("../../../fuzz/corpus/recording/chromium");
    const PAPER: &[u8] = include_bytes!("../../../fuzz/corpus/paper/scan");
    // The same paper, with a script in the place of words that a picture can do without.
    let place = PAPER
        .windows(19)
        .position(|window| window == b"/BitsPerComponent 8")
        .unwrap();
    let acting = [&PAPER[..place], b"/JavaScript 9      ", &PAPER[place + 19..]].concat();
    assert_eq!(MediaKind::check(&acting), Err(NotMedia::Active));
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    for (bytes, status) in [
        (RECORDING.to_vec(), StatusCode::NO_CONTENT),
        (PAPER.to_vec(), StatusCode::NO_CONTENT),
        (b"{\"strokes\":[[[1,2,0],[90,40,9]]]}".to_vec(), StatusCode::NO_CONTENT),
        (picture(b"x"), StatusCode::NO_CONTENT),
        // A recorder's own file says who made it; a device would have made it anew.
        (RECORDER.to_vec(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (acting, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (b"MZ\x90\0 a program".to_vec(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            [picture(b"x"), b"PK".to_vec()].concat(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
    ] {
        let (_, sha256) = case_with_picture(&mut worker, &bytes);
        let up = caller(&mut worker);
        up.begin(sha256, bytes.len());
        assert_eq!(up.piece(sha256, 0, &bytes).status(), status, "{:?}", &bytes[..8]);
        let kept = up.call(Method::GET, sha256, &[], Vec::new()).status() == StatusCode::OK;
        assert_eq!(kept, status == StatusCode::NO_CONTENT);
        if !kept {
            let forgotten = up.call(Method::HEAD, sha256, &[], Vec::new()).status();
            assert_eq!(forgotten, StatusCode::NOT_FOUND, "nothing of it stays");
        }
    }
}

#[test]
fn a_paper_of_the_court_is_for_those_who_read_what_belongs_to_the_court() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let bytes = picture(b"an order");
    let (case, sha256) = case_with(&mut worker, Compartment::Legal, &bytes);
    let up = caller(&mut worker);
    up.begin(sha256, bytes.len());
    assert_eq!(up.piece(sha256, 0, &bytes).status(), StatusCode::NO_CONTENT);
    for (role, status) in [("lpo", StatusCode::OK), ("counsellor", StatusCode::NOT_FOUND)] {
        let mut other = hub.officer(role);
        hub.assign(&other, case);
        let theirs = caller(&mut other);
        assert_eq!(
            theirs.call(Method::GET, sha256, &[], Vec::new()).status(),
            status,
            "{role}"
        );
    }
}

#[test]
fn naming_a_strangers_picture_in_ones_own_case_does_not_open_it() {
    let hub = TestHub::start();
    let (mut worker, mut stranger) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let picture = picture(&random::<1000>());
    let (_, sha256) = case_with_picture(&mut worker, &picture);
    let up = caller(&mut worker);
    up.begin(sha256, picture.len());
    assert_eq!(up.piece(sha256, 0, &picture).status(), StatusCode::NO_CONTENT);
    assert_eq!(up.call(Method::GET, sha256, &[], Vec::new()).status(), StatusCode::OK);

    case_with_picture(&mut stranger, &picture);
    let theirs = caller(&mut stranger);
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(
            theirs.call(method, sha256, &[], Vec::new()).status(),
            StatusCode::NOT_FOUND
        );
    }
    // Whoever brings it is answered as if nobody had, whatever they bring.
    let begun = theirs.begin(sha256, picture.len());
    assert_eq!((begun.status(), offset(&begun)), (StatusCode::CREATED, "0"));
    let wrong = vec![b'x'; picture.len()];
    assert_eq!(theirs.piece(sha256, 0, &wrong).status().as_u16(), 460);
    assert_eq!(
        theirs.call(Method::GET, sha256, &[], Vec::new()).status(),
        StatusCode::NOT_FOUND
    );

    // In another case of one's own it does: whoever may see it may use it again.
    let (_, again) = case_with_picture(&mut worker, &picture);
    assert_eq!(
        caller(&mut worker).call(Method::GET, again, &[], Vec::new()).status(),
        StatusCode::OK
    );
}

#[test]
fn the_same_picture_in_two_cases_is_for_both_once_both_have_brought_it() {
    let hub = TestHub::start();
    let (mut worker, mut stranger) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let mut colleague = hub.officer("po_nic");
    let picture = picture(&random::<1000>());
    let (_, sha256) = case_with_picture(&mut worker, &picture);
    let up = caller(&mut worker);
    up.begin(sha256, picture.len());
    up.piece(sha256, 0, &picture[..300]);
    let (case, _) = case_with_picture(&mut stranger, &picture);
    let theirs = caller(&mut stranger);
    assert_eq!(theirs.begin(sha256, picture.len()).status(), StatusCode::CREATED);
    assert_eq!(offset(&theirs.piece(sha256, 0, &picture[..200])), "200");
    let head = |up: &Caller<'_>| up.call(Method::HEAD, sha256, &[], Vec::new());
    assert_eq!(offset(&head(&theirs)), "200");
    assert_eq!(offset(&head(&up)), "300", "each brings their own");
    // What nobody has brought whole goes on from where the others are.
    let shown = theirs.piece(sha256, 200, &picture[200..]);
    assert_eq!((shown.status(), offset(&shown)), (StatusCode::CONFLICT, "300"));
    let got = |up: &Caller<'_>| up.call(Method::GET, sha256, &[], Vec::new());
    assert_eq!(got(&theirs).status(), StatusCode::NOT_FOUND);
    assert_eq!(
        theirs.piece(sha256, 300, &picture[300..]).status(),
        StatusCode::NO_CONTENT
    );
    for has in [&up, &theirs] {
        assert_eq!(got(has).bytes().unwrap(), picture);
    }
    hub.assign(&colleague, case);
    assert_eq!(got(&caller(&mut colleague)).bytes().unwrap(), picture);

    // The third finds it whole, and shows all the same that it is there.
    let mut third = hub.officer("po_nic");
    case_with_picture(&mut third, &picture);
    let thirds = caller(&mut third);
    thirds.begin(sha256, picture.len());
    assert_eq!(thirds.piece(sha256, 0, &picture).status(), StatusCode::NO_CONTENT);
    assert_eq!(got(&thirds).bytes().unwrap(), picture);
}

#[test]
fn whoever_gave_a_case_away_brings_its_picture_for_another_case_and_then_has_it_there() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let picture = picture(&random::<1000>());
    let (first, sha256) = case_with_picture(&mut worker, &picture);
    let up = caller(&mut worker);
    up.begin(sha256, picture.len());
    up.piece(sha256, 0, &picture);
    hub.unassign(&worker, first);
    worker.sync();
    case_with_picture(&mut worker, &picture);
    let up = caller(&mut worker);
    assert_eq!(up.begin(sha256, picture.len()).status(), StatusCode::CREATED);
    assert_eq!(up.piece(sha256, 0, &picture).status(), StatusCode::NO_CONTENT);
    let got = up.call(Method::GET, sha256, &[], Vec::new());
    assert_eq!(got.bytes().unwrap(), picture);
}

#[test]
fn what_is_brought_to_show_that_it_is_there_counts_in_its_case_and_goes_with_it() {
    let mut bucket = Bucket::start();
    let hub = TestHub::start_with(&format!("{}\n[limits]\nmedia_mb_of_a_case = 1\n", bucket.settings()));
    let (mut worker, mut stranger) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let picture = picture(&vec![7; 600_000]);
    let (_, sha256) = case_with_picture(&mut worker, &picture);
    let up = caller(&mut worker);
    up.begin(sha256, picture.len());
    let (case, _) = case_with_picture(&mut stranger, &picture);
    let other = another_picture(&mut stranger, case, &super::media::picture(b"another"));
    let theirs = caller(&mut stranger);
    theirs.begin(sha256, picture.len());
    assert_eq!(offset(&theirs.piece(sha256, 0, &picture[..9000])), "9000");
    assert_eq!(theirs.begin(other, 600_000).status(), StatusCode::INSUFFICIENT_STORAGE);
    let pieces = bucket.objects("sealing");
    assert!(pieces > 0);
    hub.hub.storage.destroy(&order(case), &[], now_ms()).unwrap();
    eventually(|| (bucket.objects("sealing") == 0).then_some(()));
    let gone = theirs.call(Method::HEAD, sha256, &[], Vec::new());
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    bucket.stop();
}

#[test]
fn a_picture_goes_up_in_pieces_and_comes_down_to_those_who_may_read_the_case() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let picture = picture(&(0..40).flat_map(|_| random::<1000>()).collect::<Vec<u8>>());
    let (_, sha256) = case_with_picture(&mut worker, &picture);
    let up = caller(&mut worker);
    assert_eq!(
        up.call(Method::HEAD, sha256, &[], Vec::new()).status(),
        StatusCode::NOT_FOUND
    );
    let begun = up.begin(sha256, picture.len());
    assert_eq!((begun.status(), offset(&begun)), (StatusCode::CREATED, "0"));
    assert_eq!(offset(&up.piece(sha256, 0, &picture[..15_000])), "15000");
    let lost = up.piece(sha256, 0, &picture[..15_000]);
    assert_eq!((lost.status(), offset(&lost)), (StatusCode::CONFLICT, "15000"));
    assert_eq!(
        up.call(Method::GET, sha256, &[], Vec::new()).status(),
        StatusCode::NOT_FOUND,
        "not whole yet"
    );
    let begun = up.begin(sha256, picture.len());
    assert_eq!((begun.status(), offset(&begun)), (StatusCode::OK, "15000"));
    assert_eq!(
        up.piece(sha256, 15_000, &picture[15_000..]).status(),
        StatusCode::NO_CONTENT
    );

    let mut head = hub.officer("dcpo");
    let down = caller(&mut head);
    assert_eq!(
        down.call(Method::GET, sha256, &[], Vec::new()).bytes().unwrap(),
        picture
    );
    let rest = down.call(Method::GET, sha256, &[("range", "bytes=39000-".to_owned())], Vec::new());
    assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(rest.bytes().unwrap(), picture[39_000..]);

    let mut stranger = hub.officer("po_nic");
    let nosy = caller(&mut stranger);
    for method in [Method::GET, Method::HEAD, Method::POST, Method::PATCH] {
        let status = nosy.call(method.clone(), sha256, &[], Vec::new()).status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{method}");
    }
}

#[test]
fn bytes_that_are_not_what_they_are_called_are_forgotten() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let whole = picture(b"the picture");
    let (_, sha256) = case_with_picture(&mut worker, &whole);
    let up = caller(&mut worker);
    up.begin(sha256, whole.len());
    assert_eq!(up.piece(sha256, 0, &picture(b"not picture")).status().as_u16(), 460);
    assert_eq!(
        up.call(Method::HEAD, sha256, &[], Vec::new()).status(),
        StatusCode::NOT_FOUND
    );
    up.begin(sha256, whole.len());
    assert_eq!(
        up.piece(sha256, 0, &picture(b"the picture and more")).status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(up.piece(sha256, 0, &whole).status(), StatusCode::NO_CONTENT);
}

#[test]
fn without_a_living_token_nothing_is_given() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let whole = picture(b"the picture");
    let (case, sha256) = case_with_picture(&mut worker, &whole);
    let mut up = caller(&mut worker);
    up.begin(sha256, whole.len());
    up.piece(sha256, 0, &whole);
    let token = std::mem::replace(&mut up.token, "ff".repeat(32));
    assert_eq!(
        up.call(Method::GET, sha256, &[], Vec::new()).status(),
        StatusCode::UNAUTHORIZED
    );
    up.token = token.clone();
    assert_eq!(up.call(Method::GET, sha256, &[], Vec::new()).status(), StatusCode::OK);
    hub.unassign(&worker, case);
    let after = Caller { device: &worker, token };
    assert_eq!(
        after.call(Method::GET, sha256, &[], Vec::new()).status(),
        StatusCode::NOT_FOUND,
        "the case is gone"
    );
    hub.hub.storage.revoke_author(worker.author, 0).unwrap();
    assert_eq!(
        after.call(Method::GET, sha256, &[], Vec::new()).status(),
        StatusCode::UNAUTHORIZED
    );
}

#[test]
fn whoever_is_shut_out_and_may_hand_in_brings_pictures_and_gets_none() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let (first, another) = (picture(b"the picture"), picture(b"another"));
    let (case, here) = case_with_picture(&mut worker, &first);
    let up = caller(&mut worker);
    up.begin(here, first.len());
    assert_eq!(up.piece(here, 0, &first).status(), StatusCode::NO_CONTENT);
    let late = Sha256(sha2::Sha256::digest(&another).into());
    let cells = BTreeMap::from([("sha_field".to_owned(), Value::Text(late.to_string()))]);
    let row = Edit::AddRow {
        row: RowId::from_bytes(random()),
        table: "attachments".into(),
        cells,
    };
    worker.edit(document(case, Compartment::Identity), &[row]);
    let before = caller(&mut worker).token;
    hub.hub.storage.dismiss_author(worker.author, true, 0).unwrap();

    let old = Caller {
        device: &worker,
        token: before,
    };
    let status = old.call(Method::GET, here, &[], Vec::new()).status();
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a token of before has ended");
    let leaving = caller(&mut worker);
    assert_eq!(
        leaving.call(Method::GET, here, &[], Vec::new()).status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(leaving.begin(late, another.len()).status(), StatusCode::CREATED);
    assert_eq!(leaving.piece(late, 0, &another).status(), StatusCode::NO_CONTENT);
    assert_eq!(
        leaving.call(Method::GET, late, &[], Vec::new()).status(),
        StatusCode::FORBIDDEN,
        "nor what they brought"
    );
    let mut head = hub.officer("dcpo");
    let brought = caller(&mut head).call(Method::GET, late, &[], Vec::new());
    assert_eq!(brought.bytes().unwrap().as_ref(), another);
}

#[test]
fn a_picture_begun_at_one_hub_is_finished_at_another_that_shares_the_bucket() {
    let mut bucket = Bucket::start();
    let beside = Beside::new(Some(&cluster::shared().database()), &bucket.settings());
    let hubs = [beside.process(), beside.process()];
    let mut worker = beside.device(&hubs[0], "po_nic");
    let bytes = picture(&random::<3000>());
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let token = caller(&mut worker).token;
    let at = |device: &mut TestDevice, hub: usize| device.url.clone_from(&hubs[hub].url);
    let call = |device: &TestDevice, call: &dyn Fn(Caller<'_>) -> Response| {
        let token = token.clone();
        call(Caller { device, token })
    };
    call(&worker, &|up| up.begin(sha256, bytes.len()));
    assert_eq!(
        offset(&call(&worker, &|up| up.piece(sha256, 0, &bytes[..1000]))),
        "1000"
    );
    at(&mut worker, 1);
    let there = call(&worker, &|up| up.call(Method::HEAD, sha256, &[], Vec::new()));
    assert_eq!(offset(&there), "1000");
    let crossed = call(&worker, &|up| up.piece(sha256, 0, &bytes[..1000]));
    assert_eq!((crossed.status(), offset(&crossed)), (StatusCode::CONFLICT, "1000"));
    let whole = call(&worker, &|up| up.piece(sha256, 1000, &bytes[1000..]));
    assert_eq!(whole.status(), StatusCode::NO_CONTENT);
    for hub in 0..2 {
        at(&mut worker, hub);
        let got = call(&worker, &|up| up.call(Method::GET, sha256, &[], Vec::new()));
        assert_eq!(got.bytes().unwrap(), bytes);
    }
    assert_eq!(bucket.objects("sealed"), 1);
    assert_eq!(bucket.objects("sealing"), 0, "pieces are taken away");
    assert!(
        !beside.dir.path().join("data/media").exists(),
        "nothing lies in the folder"
    );

    // What is not what its name says leaves nothing.
    let named = picture(b"named");
    let (_, other) = case_with_picture(&mut worker, &named);
    worker.sync();
    call(&worker, &|up| up.begin(other, named.len()));
    let wrong = call(&worker, &|up| up.piece(other, 0, &vec![b'x'; named.len()]));
    assert_eq!(wrong.status().as_u16(), protocol::media::STATUS_HASH_MISMATCH);
    assert_eq!((bucket.objects("sealed"), bucket.objects("sealing")), (1, 0));

    bucket.stop();
    let out_of_reach = call(&worker, &|up| up.call(Method::GET, sha256, &[], Vec::new()));
    assert_eq!(out_of_reach.status(), StatusCode::SERVICE_UNAVAILABLE);
}

//! A picture that was not sent when the case was given to somebody else is handed in before the case leaves, and whoever
//! has the case now sees it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::Role;
use ipc::{FailureCode, PictureSize, Reply, Request};
use tests::{
    demo::pictures,
    scene::{Scene, new_case},
    tablet::Tablet,
};

#[test]
fn a_picture_taken_before_anybody_told_reaches_the_next_worker() {
    let scene = Scene::new();
    let before = scene.officer_with(Tablet::by_hand(31), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let after = scene.officer_with(Tablet::by_hand(32), &scene.hub.url(), "Birsa Munda", &Role::PoNic);
    let case = before.tablet.open_case(new_case("Meena"));
    before.tablet.sync_until_in_step();
    scene.assign(case, &after.user);
    scene.admin.unassign(case, &before.user).unwrap();
    before.tablet.ask(Request::AddPhoto {
        case,
        caption: "Where she was found".into(),
        picture: STANDARD.encode(pictures::as_jpeg(&pictures::draw(5, 240, 180), 60)),
    });

    before.tablet.sync_until_in_step();
    let asked = Request::Case { case, reveal: true };
    assert_eq!(before.tablet.call(asked).unwrap_err().code, FailureCode::NoSuchCase);

    after.tablet.sync_until_in_step();
    let attachment = after.tablet.case(case).attachments.pop().unwrap();
    assert_eq!(attachment.caption, "Where she was found");
    let request = Request::Picture {
        case,
        attachment: attachment.row,
        size: PictureSize::Field,
    };
    assert!(matches!(after.tablet.call(request), Ok(Reply::Picture { .. })));
}

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::Role;
use image::{ImageFormat, RgbImage};
use ipc::{FailureCode, PictureSize, Reply, Request};

use crate::bench::{Bench, Tablet};

pub(crate) fn photo() -> String {
    let picture = RgbImage::from_fn(900, 700, |x, y| {
        image::Rgb([
            u8::try_from(x % 256).unwrap(),
            u8::try_from(y % 256).unwrap(),
            u8::try_from(x * y % 256).unwrap(),
        ])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    STANDARD.encode(bytes.into_inner())
}

fn get(tablet: &Tablet, case: casework::CaseId, size: PictureSize) -> Result<String, FailureCode> {
    let attachment = tablet.case(case).unwrap().attachments[0].row;
    match tablet.call(Request::Picture { case, attachment, size })? {
        Reply::Picture { jpeg } => Ok(jpeg),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_photo_is_here_at_once_and_reaches_the_other_tablet_small_sizes_first() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    bench.hub.state().faults.offline = true;
    asha.call(Request::AddPhoto {
        case,
        caption: "At the station".into(),
        picture: photo(),
    })
    .unwrap();
    let view = &asha.case(case).unwrap().attachments[0];
    assert_eq!(
        (view.caption.as_str(), view.here.len(), view.on_hub),
        ("At the station", 3, false)
    );
    let thumb = get(&asha, case, PictureSize::Thumb).unwrap();
    assert_eq!(asha.status().pictures_waiting, 3);

    bench.hub.state().faults.offline = false;
    asha.sync_well();
    assert_eq!(asha.status().pictures_waiting, 0);
    assert!(asha.case(case).unwrap().attachments[0].on_hub);

    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    assert_eq!(
        bina.case(case).unwrap().attachments[0].here,
        [PictureSize::Thumb, PictureSize::Field]
    );
    assert_eq!(get(&bina, case, PictureSize::Thumb).unwrap(), thumb);
    assert_eq!(
        get(&bina, case, PictureSize::Full).unwrap_err(),
        FailureCode::NotHereYet
    );
    bina.sync_well();
    assert!(
        get(&bina, case, PictureSize::Full).is_ok(),
        "a full picture comes when it was asked for"
    );
}

#[test]
fn the_same_picture_in_two_cases_stays_while_one_of_them_is_here_and_is_offered_for_each() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let cases = ["Meena", "Sunil"].map(|name| asha.open_case(name));
    let add = |case| {
        asha.call(Request::AddPhoto {
            case,
            caption: "The two of them".into(),
            picture: photo(),
        })
        .unwrap();
    };
    add(cases[0]);
    asha.sync_well();
    assert!(asha.case(cases[0]).unwrap().attachments[0].on_hub);
    add(cases[1]);
    assert_eq!(
        asha.status().pictures_waiting,
        3,
        "the hub says what it has for this case"
    );
    asha.sync_well();
    bench.hub.unassign("Asha", cases[0]);
    asha.sync_well();
    assert!(asha.case(cases[0]).is_err());
    let view = &asha.case(cases[1]).unwrap().attachments[0];
    assert_eq!((view.here.len(), view.on_hub), (3, true));
    assert!(get(&asha, cases[1], PictureSize::Full).is_ok());
    bench.hub.unassign("Asha", cases[1]);
    asha.sync_well();
    assert!(asha.case(cases[1]).is_err());
    assert_eq!(asha.status().pictures_waiting, 0);
}

#[test]
fn a_picture_that_was_changed_on_the_way_is_not_taken() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.call(Request::AddPhoto {
        case,
        caption: String::new(),
        picture: photo(),
    })
    .unwrap();
    asha.sync_well();
    bench.hub.state().media.values_mut().for_each(|bytes| bytes[100] ^= 1);
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    assert!(matches!(bina.sync(), ipc::NetState::Trouble { code, .. } if code == "garbled"));
    assert_eq!(bina.case(case).unwrap().attachments[0].here, []);
}

#[test]
fn a_file_that_is_no_picture_is_told_as_one() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let add = |picture: String| {
        asha.call(Request::AddPhoto {
            case,
            caption: String::new(),
            picture,
        })
        .unwrap_err()
    };
    assert_eq!(add(STANDARD.encode("MZ, not a picture")), FailureCode::NotAPicture);
    assert_eq!(add("%%%".into()), FailureCode::BadCall);
    let too_large = FailureCode::PictureTooLarge {
        bytes_max: ipc::PICTURE_BYTES_MAX,
    };
    assert_eq!(add("A".repeat(ipc::PICTURE_BYTES_MAX * 4 / 3 + 8)), too_large);
    assert!(asha.case(case).unwrap().attachments.is_empty());
}

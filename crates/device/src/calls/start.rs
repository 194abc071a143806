//! Who is on the tablet: enrol, unlock, lock.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ipc::{FailureCode, PackView, Session as SessionView, Start, TabletUser};
use protocol::{EnrolCode, EnrolLink, HubUrl, enrol_link::EnrolLinkError};

use super::keys::ask_view;
use crate::{
    Device,
    failure::{Answer, Failed},
    farewell,
    media::{PictureError, read_qr as read_qr_picture},
    packs, rotation,
    session::{Session, mend_file},
    space,
    store::StoreError,
    sync,
    vault::{MasterKey, VaultFolder},
};

pub(super) fn start(device: &Device) -> Answer<Start> {
    let now_ms = device.platform.clock.now_ms();
    let mut users = Vec::new();
    for vault in VaultFolder::all(&device.data_dir).map_err(|_| FailureCode::Storage)? {
        // One damaged key file must not keep the others out.
        let Ok(state) = vault.state(now_ms) else { continue };
        if state.label.is_empty() {
            continue;
        }
        users.push(TabletUser {
            id: vault.id(),
            name: state.label,
            wait_until_ms: (state.wait_ms > 0 && !state.erased).then_some(now_ms + state.wait_ms),
            erased_after: state.erased_after,
            erased: state.erased,
            bound: state.bound,
            recoverable: vault.sealed_to().is_some(),
            recovery: vault.asked().ok().flatten().map(|request| ask_view(&request)),
        });
    }
    users.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(Start {
        users,
        session: device.session_before_hub().ok().map(|session| view(&session)),
        link: device.link().as_ref().map(link_view),
        version: device.platform.app_version.clone(),
        opening: device.news.opening(),
        keystore: device.platform.keystore.is_there(),
        file_chooser: device.platform.files.is_there(),
        farewells: farewell::all(&device.data_dir),
    })
}

pub(super) fn read_qr(picture: &str) -> Answer<ipc::EnrolLink> {
    let text = read_qr_picture(&picture_file(picture)?).map_err(picture_failure)?;
    let link = text
        .and_then(|text| text.parse::<EnrolLink>().ok())
        .ok_or(FailureCode::NoQrCode)?;
    Ok(link_view(&link))
}

pub(super) fn enrol(device: &Device, hub: &str, code: &str, passphrase: &str) -> Answer<SessionView> {
    let hub: HubUrl = hub.parse().map_err(|_| FailureCode::BadAddress)?;
    let code: EnrolCode = code.parse().map_err(|_: EnrolLinkError| FailureCode::MistypedCode)?;
    let transport = device.options.transport.as_ref();
    let _one_at_a_time = device.step_to_the_door();
    let session = sync::enrol(
        &device.data_dir,
        &device.platform,
        transport,
        &device.news,
        (&hub, &code, passphrase),
    )?;
    let session = device.sign_in(session)?;
    *device.link() = None;
    Ok(view(&session))
}

pub(super) fn unlock(device: &Device, user: &str, passphrase: &str) -> Answer<SessionView> {
    let _one_at_a_time = device.step_to_the_door();
    let vault = found(device, user)?;
    Ok(view(&*entered(device, &vault, passphrase)?))
}

/// The vault of a user of this tablet.
pub(super) fn found(device: &Device, user: &str) -> Answer<VaultFolder> {
    let found = VaultFolder::by_id(&device.data_dir, user).map_err(|_| FailureCode::Storage)?;
    found.ok_or_else(|| FailureCode::NoSuchUser.into())
}

/// Tries the passphrase and signs the user in.
pub(super) fn entered(device: &Device, vault: &VaultFolder, passphrase: &str) -> Answer<Arc<Session>> {
    // Opening writes, too: a try is counted, the access log says who came.
    space::with_room(vault, || entered_once(device, vault, passphrase))
}

fn entered_once(device: &Device, vault: &VaultFolder, passphrase: &str) -> Answer<Arc<Session>> {
    let unlocked = vault.unlock(passphrase, &device.platform).map_err(|error| {
        // The moment to wait for is told before anything is written, which takes a while.
        let failed = Failed::of_vault(&error, device.platform.clock.now_ms());
        vault.note_knock(&error, &device.platform);
        failed
    })?;
    // Whoever was signed in is out before the store is opened: it may be the same one.
    device.sign_out();
    let master = rotation::settled(vault, &unlocked, &device.platform)?;
    match entered_with(device, vault, master.clone()) {
        // What entering writes stands on a page that is damaged: nobody could come in, to the doctor neither.
        Err(Failed(FailureCode::DamagedFile)) => {
            mend_file(vault, &master, &device.platform, &device.news)?;
            entered_with(device, vault, master)
        }
        entered => entered,
    }
}

fn entered_with(device: &Device, vault: &VaultFolder, master: MasterKey) -> Answer<Arc<Session>> {
    let session = Session::open(vault, master, &device.platform, &device.news)?;
    let session = session.ok_or(FailureCode::NoSuchUser)?;
    session.log_knocks(vault)?;
    device.sign_in(session)
}

/// After how many idle minutes the tablet locks itself.
pub(super) fn set_idle(device: &Device, minutes: u32) -> Answer<()> {
    if !(1..=ipc::IDLE_MINUTES_MAX).contains(&minutes) {
        return Err(FailureCode::BadCall.into());
    }
    device.session()?.set_idle_minutes(minutes)?;
    device.news.tell([ipc::Topic::Session]);
    Ok(())
}

pub(super) fn lock(device: &Device) -> Answer<()> {
    if device.sign_out() {
        Ok(())
    } else {
        Err(FailureCode::Locked.into())
    }
}

pub(super) fn packs(session: &Session) -> Answer<PackView> {
    let district = &session.enrolment.district;
    let pack = session.pack;
    let (parts, unusable_since_ms) = session.store.read(|read| {
        let parts = packs::parts(read, district, pack)?;
        Ok::<_, StoreError>((parts, read.number(sync::UNUSABLE)?))
    })?;
    let next = packs::in_force(&session.store, district)?;
    Ok(PackView {
        parts,
        in_force_from: pack.in_force_from().to_string(),
        not_known: u32::try_from(pack.not_known()).unwrap_or(u32::MAX),
        waiting: (!std::ptr::eq(next, pack)).then(|| next.version().to_owned()),
        unusable_since_ms,
    })
}

/// The bytes of a picture file in a call, within the limit.
pub(super) fn picture_file(base64: &str) -> Answer<Vec<u8>> {
    if base64.len() > ipc::PICTURE_BYTES_MAX.div_ceil(3) * 4 {
        return Err(picture_failure(PictureError::TooLarge));
    }
    STANDARD.decode(base64).map_err(|_| FailureCode::BadCall.into())
}

pub(super) fn picture_failure(error: PictureError) -> Failed {
    Failed(match error {
        PictureError::NotAPicture => FailureCode::NotAPicture,
        PictureError::Other(kind) => FailureCode::OtherKind { kind },
        PictureError::TooLarge => FailureCode::PictureTooLarge {
            bytes_max: ipc::PICTURE_BYTES_MAX,
        },
    })
}

fn link_view(link: &EnrolLink) -> ipc::EnrolLink {
    ipc::EnrolLink {
        hub: link.hub.to_string(),
        code: link.code.to_string(),
    }
}

pub(super) fn view(session: &Session) -> SessionView {
    let rights = session.pack.rights().of(&session.role);
    SessionView {
        name: session.enrolment.user_name.clone(),
        role: session.role.clone(),
        role_label: rights.map(|rights| rights.label.clone()).unwrap_or_default(),
        district: session.enrolment.district_name.clone(),
        hub: session.enrolment.hub_address().to_owned(),
        opens_cases: rights.is_some_and(|rights| rights.opens_cases) && !session.is_read_only(),
        read_only: session.is_read_only(),
        reads_institutions: session.may_read(casework::DocumentKind::Institution),
        reads_reports: session.may_read(casework::DocumentKind::Missing),
        idle_minutes: session.idle_minutes(),
        bound: session.bound,
        recoverable: session.vault.sealed_to().is_some(),
        open_until_ms: session.lease().ends_by_own_clock_ms(),
        hub_first: session.hub_first(),
    }
}

//! What says nothing of a record is handed on as it is. A retraction says nothing of the record whose key is about to go.

use std::path::Path;

use protocol::access_log::AccessRow;
use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, Epoch, Refusal, UserId};

use super::Sealing;
use crate::storage::{
    Access, AccessFilter, AccessLine, AccessLog, AccessLogs, Acknowledged, Acknowledgement, ArchivedChange, Archives,
    Asking, Assigned, Audit, AuditRow, Author, Backups, Contents, Deed, Destruction, Destructions, Device, District,
    Districts, Duties, Ear, Enrolment, Grants, Held, HolderDevice, Institution, InstitutionRow, KeyCopy, LetIn, Link,
    Load, Media, MediaClaim, MediaRow, MediaToDestroy, NewAsking, NewOpening, NewPack, NewReceipt, Notices, Opened,
    Openings, Order, Overviews, PackRow, Packs, Parcel, People, ReadUpto, Readable, Receipt, Receipts, Recoveries,
    Recovery, Referral, Result, Return, RosterRow, Seal, SignedIn, StaffId, StaffKeys, StaffLinks, StaffMember,
    StaffRoll, StaffSession, Survey, TokenHolder, Try, Unanswered, User,
};

impl AccessLogs for Sealing {
    fn append_access(&self, user: UserId, author: AuthorId, rows: &[AccessRow], now_ms: i64) -> Result<bool> {
        self.inner.append_access(user, author, rows, now_ms)
    }

    fn access_upto(&self, author: AuthorId) -> Result<u64> {
        self.inner.access_upto(author)
    }

    fn access_lines(&self, filter: AccessFilter, limit: u32) -> Result<Vec<AccessLine>> {
        self.inner.access_lines(filter, limit)
    }

    fn check_access_logs(&self, author: Option<AuthorId>) -> Result<Vec<AccessLog>> {
        self.inner.check_access_logs(author)
    }
}

impl Audit for Sealing {
    fn audit_rows(&self, limit: u32) -> Result<Vec<AuditRow>> {
        self.inner.audit_rows(limit)
    }

    fn audit_rows_after(&self, after: i64, limit: u32) -> Result<Vec<AuditRow>> {
        self.inner.audit_rows_after(after, limit)
    }

    fn note(&self, deed: Deed, detail: &str, now_ms: i64) -> Result<()> {
        self.inner.note(deed, detail, now_ms)
    }

    fn broken_audit_row(&self) -> Result<Option<i64>> {
        self.inner.broken_audit_row()
    }
}

impl Archives for Sealing {
    fn read_upto(&self, district: &str, heard_since_ms: i64) -> Result<ReadUpto> {
        self.inner.read_upto(district, heard_since_ms)
    }

    fn not_folded(&self, district: &str, upto: u64, after: Option<DocumentId>, limit: u32) -> Result<Vec<DocumentId>> {
        self.inner.not_folded(district, upto, after, limit)
    }

    fn archivable(&self, district: &str, after: u64, upto: u64, limit: u32) -> Result<Vec<ArchivedChange>> {
        self.inner.archivable(district, after, upto, limit)
    }

    fn set_archived_upto(&self, district: &str, upto: u64) -> Result<()> {
        self.inner.set_archived_upto(district, upto)
    }

    fn empty_archived(&self, district: &str, numbers: &[u64]) -> Result<u64> {
        self.inner.empty_archived(district, numbers)
    }

    fn put_back(&self, district: &str, changes: &[ArchivedChange]) -> Result<u64> {
        self.inner.put_back(district, changes)
    }
}

impl Backups for Sealing {
    fn back_up(&self, file: &Path) -> Result<Contents> {
        self.inner.back_up(file)
    }

    fn contents(&self) -> Result<Contents> {
        self.inner.contents()
    }

    fn damage(&self) -> Result<Option<String>> {
        self.inner.damage()
    }

    fn new_epoch(&self, now_ms: i64) -> Result<Epoch> {
        self.inner.new_epoch(now_ms)
    }

    fn epoch_since_ms(&self) -> Result<Option<i64>> {
        self.inner.epoch_since_ms()
    }
}

impl Destructions for Sealing {
    fn record_keys(&self, fresh: Option<[u8; 16]>) -> Result<Option<[u8; 16]>> {
        self.inner.record_keys(fresh)
    }

    fn survey(&self, subject: [u8; 16]) -> Result<Option<Survey>> {
        self.inner.survey(subject)
    }

    fn destroy(&self, order: &Order, retractions: &[Parcel], now_ms: i64) -> Result<u64> {
        self.inner.destroy(order, retractions, now_ms)
    }

    fn destruction(&self, subject: [u8; 16]) -> Result<Option<Destruction>> {
        self.inner.destruction(subject)
    }

    fn destroyed_after(&self, number: u64) -> Result<Vec<(u64, [u8; 16])>> {
        self.inner.destroyed_after(number)
    }

    fn media_to_destroy(&self, limit: u32) -> Result<Vec<MediaToDestroy>> {
        self.inner.media_to_destroy(limit)
    }

    fn media_destroyed(&self, number: u64, sha256: Sha256) -> Result<()> {
        self.inner.media_destroyed(number, sha256)
    }

    fn subjects_of_media(&self, sha256: Sha256) -> Result<Vec<[u8; 16]>> {
        self.inner.subjects_of_media(sha256)
    }

    fn whole_media_after(&self, after: Option<Sha256>, limit: u32) -> Result<Vec<Sha256>> {
        self.inner.whole_media_after(after, limit)
    }

    fn media_sealed_upto(&self, set: Option<Sha256>) -> Result<Option<Sha256>> {
        self.inner.media_sealed_upto(set)
    }

    fn key_copy_is_cut(&self, copy: [u8; 16], upto: u64, now_ms: i64) -> Result<()> {
        self.inner.key_copy_is_cut(copy, upto, now_ms)
    }

    fn key_copies(&self) -> Result<Vec<KeyCopy>> {
        self.inner.key_copies()
    }

    fn unscrubbed(&self) -> Result<Vec<u64>> {
        self.inner.unscrubbed()
    }

    fn scrub(&self, numbers: &[u64], now_ms: i64) -> Result<()> {
        self.inner.scrub(numbers, now_ms)
    }

    fn holders(&self, subject: [u8; 16]) -> Result<Vec<HolderDevice>> {
        self.inner.holders(subject)
    }

    fn seal_plain(&self, seal: Seal<'_>, limit: u32) -> Result<u32> {
        self.inner.seal_plain(seal, limit)
    }
}

impl Districts for Sealing {
    fn add_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()> {
        self.inner.add_district(code, name, now_ms)
    }

    fn district(&self, code: &str) -> Result<Option<District>> {
        self.inner.district(code)
    }

    fn districts(&self) -> Result<Vec<District>> {
        self.inner.districts()
    }

    fn rename_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()> {
        self.inner.rename_district(code, name, now_ms)
    }

    fn set_lease_days(&self, code: &str, days: u32, now_ms: i64) -> Result<()> {
        self.inner.set_lease_days(code, days, now_ms)
    }

    fn set_recovery(&self, code: &str, recipient: Option<&str>, now_ms: i64) -> Result<()> {
        self.inner.set_recovery(code, recipient, now_ms)
    }

    fn add_institution(&self, institution: &Institution, now_ms: i64) -> Result<()> {
        self.inner.add_institution(institution, now_ms)
    }

    fn institutions(&self, district: &str) -> Result<Vec<Institution>> {
        self.inner.institutions(district)
    }
}

/// Codes, numbers and times; the words that decide who is asked stand in the record only.
impl Duties for Sealing {
    fn roster(&self, district: &str) -> Result<Vec<RosterRow>> {
        self.inner.roster(district)
    }

    fn set_roster(&self, district: &str, of: Option<UserId>, rows: &[RosterRow], now_ms: i64) -> Result<()> {
        self.inner.set_roster(district, of, rows, now_ms)
    }

    fn loads(&self, district: &str) -> Result<Vec<Load>> {
        self.inner.loads(district)
    }

    fn add_referral(&self, subject: [u8; 16], district: &str, now_ms: i64) -> Result<()> {
        self.inner.add_referral(subject, district, now_ms)
    }

    fn due_referrals(&self, now_ms: i64, limit: u32) -> Result<Vec<Referral>> {
        self.inner.due_referrals(now_ms, limit)
    }

    fn asked(&self, subject: [u8; 16]) -> Result<Vec<Asking>> {
        self.inner.asked(subject)
    }

    fn ask(&self, new: &NewAsking<'_>) -> Result<bool> {
        self.inner.ask(new)
    }

    fn put_off_referral(&self, subject: [u8; 16], steps: u32, next_ms: i64) -> Result<()> {
        self.inner.put_off_referral(subject, steps, next_ms)
    }

    fn unnoted(&self, limit: u32) -> Result<Vec<Asking>> {
        self.inner.unnoted(limit)
    }

    fn noted(&self, subject: [u8; 16], step: u32) -> Result<()> {
        self.inner.noted(subject, step)
    }

    fn waiting_askings(&self, of: Option<UserId>) -> Result<Vec<Asking>> {
        self.inner.waiting_askings(of)
    }

    fn waiting_referrals(&self, district: &str, limit: u32) -> Result<Vec<Referral>> {
        self.inner.waiting_referrals(district, limit)
    }

    fn unanswered(&self) -> Result<Unanswered> {
        self.inner.unanswered()
    }
}

impl Grants for Sealing {
    fn access(&self, user: UserId, author: AuthorId, document: DocumentId) -> Result<Access> {
        self.inner.access(user, author, document)
    }

    fn assign(&self, subject: [u8; 16], user: UserId, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.inner.assign(subject, user, readable, now_ms)
    }

    fn unassign(&self, subject: [u8; 16], user: UserId, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.inner.unassign(subject, user, readable, now_ms)
    }

    fn assigned(&self, subject: [u8; 16]) -> Result<Vec<Assigned>> {
        self.inner.assigned(subject)
    }

    fn assignments(&self, user: UserId) -> Result<Vec<[u8; 16]>> {
        self.inner.assignments(user)
    }

    fn readable(&self, user: UserId) -> Result<Vec<Readable>> {
        self.inner.readable(user)
    }

    fn confirm_destroyed(&self, user: UserId, author: AuthorId, document: DocumentId, now_ms: i64) -> Result<()> {
        self.inner.confirm_destroyed(user, author, document, now_ms)
    }
}

impl Media for Sealing {
    fn may_have_media(&self, user: UserId, sha256: Sha256) -> Result<bool> {
        self.inner.may_have_media(user, sha256)
    }

    fn may_bring_media(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<bool> {
        self.inner.may_bring_media(user, sha256, until_ms)
    }

    fn media_claim(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<Option<MediaClaim>> {
        self.inner.media_claim(user, sha256, until_ms)
    }

    fn media_proven(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<()> {
        self.inner.media_proven(user, sha256, until_ms)
    }

    fn media(&self, sha256: Sha256) -> Result<Option<MediaRow>> {
        self.inner.media(sha256)
    }

    fn begin_media(&self, sha256: Sha256, bytes: u64, now_ms: i64) -> Result<()> {
        self.inner.begin_media(sha256, bytes, now_ms)
    }

    fn unfinished_media(&self, begun_before_ms: i64, at_most: u32) -> Result<Vec<Sha256>> {
        self.inner.unfinished_media(begun_before_ms, at_most)
    }

    fn media_bytes_of(&self, subject: [u8; 16]) -> Result<u64> {
        self.inner.media_bytes_of(subject)
    }

    fn complete_media(&self, sha256: Sha256) -> Result<()> {
        self.inner.complete_media(sha256)
    }

    fn forget_media(&self, sha256: Sha256) -> Result<()> {
        self.inner.forget_media(sha256)
    }
}

impl Notices for Sealing {
    fn on_growth(&self, ear: Ear) {
        self.inner.on_growth(ear);
    }
}

impl Openings for Sealing {
    fn open_request(&self, opening: &NewOpening<'_>) -> Result<Opened> {
        self.inner.open_request(opening)
    }

    fn token_holder(&self, token_hash: [u8; 32], now_ms: i64) -> Result<Option<TokenHolder>> {
        self.inner.token_holder(token_hash, now_ms)
    }
}

impl Overviews for Sealing {
    fn cases_by_stage(&self, district: &str) -> Result<Vec<(String, String, u64)>> {
        self.inner.cases_by_stage(district)
    }

    fn overdue_by_clock(&self, district: &str, now_ms: i64) -> Result<Vec<(String, u64)>> {
        self.inner.overdue_by_clock(district, now_ms)
    }

    fn overdue_by_user(&self, district: &str, now_ms: i64) -> Result<Vec<(Option<UserId>, u64)>> {
        self.inner.overdue_by_user(district, now_ms)
    }

    fn overdue_by_institution(&self, district: &str, now_ms: i64) -> Result<Vec<([u8; 16], u64)>> {
        self.inner.overdue_by_institution(district, now_ms)
    }

    fn occupancy(&self, district: &str) -> Result<Vec<([u8; 16], InstitutionRow)>> {
        self.inner.occupancy(district)
    }
}

impl Packs for Sealing {
    fn pack_seed(&self, fresh: [u8; 32]) -> Result<[u8; 32]> {
        self.inner.pack_seed(fresh)
    }

    fn publish_pack(&self, pack: &NewPack<'_>) -> Result<()> {
        self.inner.publish_pack(pack)
    }

    fn packs(&self) -> Result<Vec<PackRow>> {
        self.inner.packs()
    }

    fn signed_pack(&self, sha256: Sha256) -> Result<Option<Vec<u8>>> {
        self.inner.signed_pack(sha256)
    }
}

impl People for Sealing {
    fn add_user(&self, user: &User, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.inner.add_user(user, readable, now_ms)
    }

    fn user(&self, id: UserId) -> Result<Option<User>> {
        self.inner.user(id)
    }

    fn users(&self, district: &str) -> Result<Vec<User>> {
        self.inner.users(district)
    }

    fn add_enrol_code(&self, user: UserId, code_hash: [u8; 32], expires_ms: i64, now_ms: i64) -> Result<()> {
        self.inner.add_enrol_code(user, code_hash, expires_ms, now_ms)
    }

    fn enrol(&self, enrolment: &Enrolment, now_ms: i64) -> Result<Result<User, Refusal>> {
        self.inner.enrol(enrolment, now_ms)
    }

    fn author(&self, id: AuthorId) -> Result<Option<Author>> {
        self.inner.author(id)
    }

    fn authors(&self, user: UserId) -> Result<Vec<Author>> {
        self.inner.authors(user)
    }

    fn devices(&self, district: Option<&str>) -> Result<Vec<Device>> {
        self.inner.devices(district)
    }

    fn set_role(&self, user: UserId, role: &str, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.inner.set_role(user, role, readable, now_ms)
    }

    fn rename_user(&self, user: UserId, name: &str, now_ms: i64) -> Result<()> {
        self.inner.rename_user(user, name, now_ms)
    }

    fn drop_enrol_codes(&self, user: UserId, now_ms: i64) -> Result<u64> {
        self.inner.drop_enrol_codes(user, now_ms)
    }

    fn dismiss_author(&self, id: AuthorId, hand_in: bool, now_ms: i64) -> Result<()> {
        self.inner.dismiss_author(id, hand_in, now_ms)
    }

    fn confirm_device_destroyed(&self, id: AuthorId, now_ms: i64) -> Result<()> {
        self.inner.confirm_device_destroyed(id, now_ms)
    }
}

impl Receipts for Sealing {
    fn settle(&self, receipt: &NewReceipt<'_>) -> Result<Held> {
        self.inner.settle(receipt)
    }

    fn acknowledge(&self, acknowledgement: &Acknowledgement<'_>) -> Result<Acknowledged> {
        self.inner.acknowledge(acknowledgement)
    }

    fn latest_receipts(&self, document: DocumentId) -> Result<Vec<Receipt>> {
        self.inner.latest_receipts(document)
    }

    fn last_accepted(&self, channel: &str) -> Result<Option<i64>> {
        self.inner.last_accepted(channel)
    }
}

/// But for what codes are made of, which is sealed; see beside.
impl StaffRoll for Sealing {
    fn add_staff(&self, member: &StaffMember, keys: &StaffKeys, now_ms: i64) -> Result<()> {
        self.inner
            .add_staff(member, &self.sealed_keys(member.id, keys)?, now_ms)
    }

    fn staff(&self) -> Result<Vec<StaffMember>> {
        self.inner.staff()
    }

    fn staff_named(&self, name: &str) -> Result<Option<(StaffMember, StaffKeys)>> {
        let found = self.inner.staff_named(name)?;
        found
            .map(|(member, keys)| Ok((member.clone(), self.opened_keys(member.id, keys)?)))
            .transpose()
    }

    fn renew_staff(&self, id: StaffId, keys: &StaffKeys, now_ms: i64) -> Result<()> {
        self.inner.renew_staff(id, &self.sealed_keys(id, keys)?, now_ms)
    }

    fn set_passphrase(&self, id: StaffId, passphrase: &str, keep: [u8; 32], now_ms: i64) -> Result<()> {
        self.inner.set_passphrase(id, passphrase, keep, now_ms)
    }

    fn shut_out_staff(&self, id: StaffId, now_ms: i64) -> Result<()> {
        self.inner.shut_out_staff(id, now_ms)
    }

    fn begin_try(&self, id: StaffId, now_ms: i64) -> Result<Try> {
        self.inner.begin_try(id, now_ms)
    }

    fn note_wrong_try(&self, id: StaffId, now_ms: i64) -> Result<()> {
        self.inner.note_wrong_try(id, now_ms)
    }

    fn sign_in(
        &self,
        id: StaffId,
        step: u64,
        session: [u8; 32],
        now_ms: i64,
        forget_before_ms: i64,
    ) -> Result<SignedIn> {
        self.inner.sign_in(id, step, session, now_ms, forget_before_ms)
    }

    fn use_code(&self, id: StaffId, step: u64) -> Result<SignedIn> {
        self.inner.use_code(id, step)
    }

    fn staff_session(&self, session: [u8; 32]) -> Result<Option<StaffSession>> {
        self.inner.staff_session(session)
    }

    fn touch_staff_session(&self, session: [u8; 32], now_ms: i64) -> Result<()> {
        self.inner.touch_staff_session(session, now_ms)
    }

    fn sign_out(&self, session: [u8; 32], now_ms: i64) -> Result<()> {
        self.inner.sign_out(session, now_ms)
    }

    fn note_staff(&self, id: StaffId, what: &str, now_ms: i64) -> Result<()> {
        self.inner.note_staff(id, what, now_ms)
    }
}

impl StaffLinks for Sealing {
    fn link_staff(&self, id: StaffId, link: &Link, ways: LetIn, now_ms: i64) -> Result<()> {
        self.inner.link_staff(id, link, ways, now_ms)
    }

    fn unlink_staff(&self, id: StaffId, now_ms: i64) -> Result<()> {
        self.inner.unlink_staff(id, now_ms)
    }

    fn staff_links(&self) -> Result<Vec<(StaffId, Link, LetIn)>> {
        self.inner.staff_links()
    }

    fn return_staff(
        &self,
        back: &Return<'_>,
        now_ms: i64,
        forget_before_ms: i64,
    ) -> Result<Option<(StaffMember, SignedIn)>> {
        self.inner.return_staff(back, now_ms, forget_before_ms)
    }

    fn note_unlinked(&self, issuer: &str, now_ms: i64) -> Result<()> {
        self.inner.note_unlinked(issuer, now_ms)
    }
}

impl Recoveries for Sealing {
    fn ask_recovery(&self, id: Sha256, author: AuthorId, request: &[u8], now_ms: i64) -> Result<bool> {
        self.inner.ask_recovery(id, author, request, now_ms)
    }

    fn recovery(&self, id: Sha256) -> Result<Option<Recovery>> {
        self.inner.recovery(id)
    }

    fn open_recoveries(&self) -> Result<Vec<Recovery>> {
        self.inner.open_recoveries()
    }

    fn answer_recovery(&self, id: Sha256, answer: &[u8], now_ms: i64) -> Result<()> {
        self.inner.answer_recovery(id, answer, now_ms)
    }

    fn refuse_recovery(&self, id: Sha256, now_ms: i64) -> Result<()> {
        self.inner.refuse_recovery(id, now_ms)
    }
}

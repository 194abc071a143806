//! The commit of changes. While it is done others wait in the district's line, so it asks all it has to know in one exchange
//! with the database, and what it writes stands with the next.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use protocol::ids::Sha256;
use protocol::{DocumentId, UserId};

use super::destructions::destroyed_as;
use super::documents::read_stored;
use super::grants::{GRANTED, NewGrants, find_access};
use super::media;
use super::transaction::{FIND_BY_KEYS, Tx};
use super::value::{Fixed, Number, at, fixed, number};
use super::write::STAND_IN_LINE;
use crate::storage::media::name_of_claim;
use crate::storage::write::{KIND_CHANGE, runs};
use crate::storage::{
    Access, CommitError, Committed, Deed, NewChange, NewSubject, Result, StorageError, StoredChange, Writing,
};

/// Which of these stand in the log. Each is looked up by its whole key: as a plain join this was done by the author alone, over
/// all of an index that does not begin with it. To ask for the order leaves no other index: while the log is small they seem
/// alike, and the plan is kept.
const SELECT_MANY_STORED: &str = "
    SELECT asked.document, asked.seq, l.number, l.hash, l.at_ms
    FROM unnest($1::bytea[], $2::bigint[]) AS asked (document, seq),
    LATERAL (
        SELECT number, hash, at_ms FROM log
        WHERE kind = 1 AND document = asked.document AND author = $3 AND seq BETWEEN asked.seq AND asked.seq
        ORDER BY seq LIMIT 1) AS l";
/// Which of these documents there are, and what the user may do with them.
const SELECT_MANY_GRANTED: &str = "
    SELECT d.id, g.writable
    FROM unnest($2::bytea[]) AS asked (document),
    LATERAL (SELECT id FROM document WHERE id = asked.document LIMIT 1) AS d
    LEFT JOIN LATERAL (SELECT writable FROM granted WHERE user_id = $1 AND document = d.id LIMIT 1) AS g ON TRUE";
/// Everything that changes leave, under the district's next numbers; gives the number before them. The subjects' rows are
/// read from the documents', which therefore are locked before them, as by who folds. A hold on a subject stays: whoever
/// folds it now finds, when they are done, that there is more.
const APPEND_CHANGES: &str = "
    WITH next AS (
        UPDATE district SET last_number = last_number + $12 WHERE code = $1 RETURNING last_number - $12 AS before),
    entry AS (
        INSERT INTO log (district, number, kind, at_ms, document, user_id, author, seq, hash, late, bytes)
        SELECT $1, before + place, $2, $3, document, $4, $5, seq, hash, late, bytes
        FROM next, unnest($6::bytea[], $7::bigint[], $8::bytea[], $9::boolean[], $10::bytea[]) WITH ORDINALITY
            AS given (document, seq, hash, late, bytes, place)),
    run AS (
        SELECT document, before + first AS first, before + last AS last
        FROM next, unnest($13::bytea[], $14::bigint[], $15::bigint[]) AS run (document, first, last)),
    audited AS (
        INSERT INTO audit (at_ms, deed, user_id, author, document, detail)
        SELECT $3, $11, $4, $5, document, CASE first WHEN last THEN first::text ELSE first || '-' || last END
        FROM run ORDER BY first),
    grown AS (
        UPDATE document SET last_number = newest.number
        FROM (SELECT document, max(last) AS number FROM run GROUP BY document) AS newest WHERE id = newest.document
        RETURNING document.subject, document.last_number),
    unread AS (
        INSERT INTO unfolded (subject, number) SELECT subject, max(last_number) FROM grown GROUP BY subject
        ON CONFLICT (subject) DO UPDATE SET number = excluded.number)
    SELECT before FROM next";

/// Takes changes of one author into the log of their district, all of them or none.
pub(super) fn commit(tx: &Tx<'_>, changes: &[NewChange<'_>]) -> Result<Vec<Committed>, CommitError> {
    let Some(first) = changes.first() else {
        return Ok(Vec::new());
    };
    let mut line = Line::stand_in(tx, first, changes)?;
    let mut new = Vec::new();
    for change in changes {
        match line.known.get(&(change.document, change.seq)) {
            Some(stored) if stored.hash == change.hash => {}
            Some(_) => return Err(CommitError::Fork),
            None => new.push((change, line.is_late(tx, change)?)),
        }
    }
    if new.iter().any(|(change, _)| !line.documents.contains(&change.document)) {
        return Err(StorageError::NoSuch("document").into());
    }
    let mut numbers = append(tx, &new)?..;
    let mut lateness = new.iter().map(|(_, late)| *late);
    let committed = changes
        .iter()
        .map(|change| match line.known.get(&(change.document, change.seq)) {
            Some(stored) => Committed::Duplicate {
                number: stored.number,
                received_ms: stored.received_ms,
            },
            None => Committed::New {
                number: numbers.next().unwrap_or_default(),
                late: lateness.next().unwrap_or_default(),
            },
        });
    Ok(committed.collect())
}

/// What is known by who stands in a district's line: nobody else writes there, so it stays so until the commit.
struct Line {
    /// Those of the changes that the log has.
    known: HashMap<(DocumentId, u64), StoredChange>,
    /// Those of the documents that there are.
    documents: BTreeSet<DocumentId>,
    /// What the author may do with those that they were asked for.
    access: HashMap<DocumentId, Access>,
}

impl Line {
    /// Waits for the line, and asks all that can be asked before anything is written.
    fn stand_in(tx: &Tx<'_>, first: &NewChange<'_>, changes: &[NewChange<'_>]) -> Result<Self> {
        let documents: Vec<_> = changes.iter().map(|change| Fixed(change.document.0)).collect();
        let seqs: Vec<_> = changes.iter().map(|change| Number(change.seq)).collect();
        let written: BTreeSet<_> = changes.iter().map(|change| change.document).collect();
        let written: Vec<_> = written.into_iter().map(|document| Fixed(document.0)).collect();
        let (user, author) = (Fixed(first.user.0), Fixed(first.author.0));
        let answers = tx.rows_in_turn(&[
            (FIND_BY_KEYS, &[]),
            (STAND_IN_LINE, &[&first.district]),
            (SELECT_MANY_STORED, &[&documents, &seqs, &author]),
            (SELECT_MANY_GRANTED, &[&user, &written]),
        ])?;
        let [_, there, stored, granted] = answers.as_slice() else {
            unreachable!("four were asked");
        };
        if there.is_empty() {
            return Err(StorageError::NoSuch("district"));
        }
        let mut line = Self {
            known: HashMap::new(),
            documents: BTreeSet::new(),
            access: HashMap::new(),
        };
        for row in stored {
            let key = (DocumentId(fixed(row, 0)?), number(row, 1)?);
            line.known.insert(key, read_stored(row, 2)?);
        }
        for row in granted {
            let document = DocumentId(fixed(row, 0)?);
            line.documents.insert(document);
            if let Some(writable) = at(row, 1)? {
                line.access.insert(document, granted_access(writable));
            }
        }
        Ok(line)
    }

    /// Whether a change that the log does not have is taken though its writer has lost the document; an error where it is not
    /// taken at all. What begins with it is begun.
    fn is_late(&mut self, tx: &Tx<'_>, change: &NewChange<'_>) -> Result<bool, CommitError> {
        if let Writing::Begins(subject) | Writing::Founds(subject) = &change.writing {
            let writable = begin(tx, change, subject)?;
            for document in &subject.documents {
                self.documents.insert(*document);
                self.access.remove(document);
            }
            if let Some(writable) = writable {
                self.access.insert(change.document, granted_access(writable));
            }
        }
        match &change.writing {
            Writing::Founds(_) | Writing::Notes => Ok(false),
            writing => match (writing, self.access(tx, change)?) {
                (Writing::Granted | Writing::Begins(_), Access::Write) => Ok(false),
                // Between the check and here the document may have been taken away; the words are not lost for that.
                (Writing::Granted | Writing::Late, Access::Formerly { .. }) => Ok(true),
                _ => Err(CommitError::RightGone),
            },
        }
    }

    fn access(&mut self, tx: &Tx<'_>, change: &NewChange<'_>) -> Result<Access> {
        if let Some(access) = self.access.get(&change.document) {
            return Ok(*access);
        }
        let access = find_access(tx, change.user, change.author, change.document)?;
        self.access.insert(change.document, access);
        Ok(access)
    }
}

const fn granted_access(writable: bool) -> Access {
    if writable { Access::Write } else { Access::Read }
}

/// Begins a subject, and says whether the author may write in the document that the change is of; `None` where it is not even
/// read.
fn begin(tx: &Tx<'_>, change: &NewChange<'_>, subject: &NewSubject) -> Result<Option<bool>, CommitError> {
    let mut id = [0; 16];
    id.copy_from_slice(&change.document.0[..16]);
    // What was destroyed does not begin again out of somebody's old copy.
    if destroyed_as(tx, id)?.is_some() {
        return Err(CommitError::RightGone);
    }
    let id = Fixed(id);
    let documents: Vec<_> = subject.documents.iter().map(|document| Fixed(document.0)).collect();
    let assigned: Vec<_> = subject.assigned.iter().map(|user| Fixed(user.0)).collect();
    // What was entered by the hub itself has its own line in the audit.
    let told: Vec<bool> = (!matches!(change.writing, Writing::Founds(_)))
        .then_some(true)
        .into_iter()
        .collect();
    let grants = NewGrants::of(&subject.by_reader());
    let answers = tx.rows_in_turn(&[
        (
            "INSERT INTO document (id, subject, district, snapshot, snapshot_number, last_number)
             SELECT id, $2, $3, ''::bytea, 0, 0 FROM unnest($1::bytea[]) AS id ON CONFLICT DO NOTHING
             RETURNING 1",
            &[&documents, &id, &change.district],
        ),
        (
            "INSERT INTO assignment (subject, user_id, since_ms) SELECT $1, assigned, $3
             FROM unnest($2::bytea[]) AS assigned ON CONFLICT DO NOTHING",
            &[&id, &assigned, &change.now_ms],
        ),
        (NewGrants::SQL, &grants.values(&change.district, &change.now_ms)),
        (
            "INSERT INTO audit (at_ms, deed, user_id, author, document, detail)
             SELECT $1, $2, $3, $4, $5, '' FROM unnest($6::boolean[])",
            &[
                &change.now_ms,
                &Deed::OpenCase.word(),
                &Fixed(change.user.0),
                &Fixed(change.author.0),
                &Fixed(change.document.0),
                &told,
            ],
        ),
        (GRANTED, &[&Fixed(change.user.0), &Fixed(change.document.0)]),
    ])?;
    // Somebody has begun the same subject meanwhile: it is theirs, and this user may not know.
    if answers.first().map_or(0, Vec::len) != documents.len() {
        return Err(CommitError::RightGone);
    }
    tx.has_grown(change.district);
    let granted = answers.last().and_then(|rows| rows.first());
    Ok(granted.map(|row| at(row, 0)).transpose()?)
}

/// Writes changes of one author into the log, under numbers that follow each other; gives the first.
fn append(tx: &Tx<'_>, changes: &[(&NewChange<'_>, bool)]) -> Result<u64> {
    let Some((first, _)) = changes.first() else {
        return Ok(0);
    };
    let documents: Vec<_> = changes.iter().map(|(change, _)| Fixed(change.document.0)).collect();
    let seqs: Vec<_> = changes.iter().map(|(change, _)| Number(change.seq)).collect();
    let hashes: Vec<_> = changes.iter().map(|(change, _)| Fixed(change.hash)).collect();
    let late: Vec<bool> = changes.iter().map(|(_, late)| *late).collect();
    let bytes: Vec<&[u8]> = changes.iter().map(|(change, _)| change.bytes).collect();
    let runs = runs((1..).zip(changes).map(|(place, (change, _))| (change.document, place)));
    let told: Vec<_> = runs.iter().map(|run| Fixed(run.document.0)).collect();
    let firsts: Vec<_> = runs.iter().map(|run| Number(run.first)).collect();
    let lasts: Vec<_> = runs.iter().map(|run| Number(run.last)).collect();
    let mut media = BTreeMap::<DocumentId, BTreeSet<Sha256>>::new();
    for (change, _) in changes.iter().filter(|(change, _)| !change.media.is_empty()) {
        media.entry(change.document).or_default().extend(&change.media);
    }
    tx.has_grown(first.district);
    // Media are named before the entries stand, so that the entries can end the transaction.
    for (document, named) in media {
        name_media(tx, first.user, document, named)?;
    }
    let row = tx.last_row(
        APPEND_CHANGES,
        &[
            &first.district,
            &i16::from(KIND_CHANGE),
            &first.now_ms,
            &Fixed(first.user.0),
            &Fixed(first.author.0),
            &documents,
            &seqs,
            &hashes,
            &late,
            &bytes,
            &Deed::Accept.word(),
            &Number(changes.len() as u64),
            &told,
            &firsts,
            &lasts,
        ],
    )?;
    Ok(number(&row.ok_or(StorageError::NoSuch("district"))?, 0)? + 1)
}

/// Binds media to the document that names them.
fn name_media(tx: &Tx<'_>, user: UserId, document: DocumentId, media: BTreeSet<Sha256>) -> Result<()> {
    if media.is_empty() {
        return Ok(());
    }
    let named: Vec<Fixed<32>> = media.into_iter().map(|sha256| Fixed(sha256.0)).collect();
    let new = tx.rows(
        "SELECT DISTINCT sha256 FROM unnest($1::bytea[]) AS named (sha256)
         WHERE NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = named.sha256 AND a.document = $2)
         ORDER BY sha256",
        &[&named, &Fixed(document.0)],
    )?;
    for row in &new {
        let sha256 = Sha256(fixed(row, 0)?);
        media::lock(tx, sha256)?;
        // To name somebody else's picture does not open it: it takes being new, or a document with it that one may read.
        tx.execute(
            "INSERT INTO attachment (sha256, document)
             SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = $1) OR EXISTS (
                SELECT 1 FROM attachment a JOIN granted g ON g.document = a.document
                WHERE a.sha256 = $1 AND g.user_id = $3)
             ON CONFLICT DO NOTHING",
            &[&Fixed(sha256.0), &Fixed(document.0), &Fixed(user.0)],
        )?;
        // Where it does not, whoever has the bytes may show it.
        let name = name_of_claim(sha256, document);
        tx.execute(
            "INSERT INTO media_claim (sha256, document, name)
             SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = $1 AND document = $2)
             ON CONFLICT DO NOTHING",
            &[&Fixed(sha256.0), &Fixed(document.0), &Fixed(name.0)],
        )?;
    }
    Ok(())
}

//! One save as several changes, where one would be more than a hub takes.

use casefile::Edit;
use casework::{EntryId, Value};

/// What a portion has beside its texts, for each edit: ids, names, numbers, all rounded up.
const EDIT_BYTES: usize = 120;

/// The texts of an edit, bytes of UTF-8, and what it has beside them.
fn bytes_of(edit: &Edit) -> usize {
    let of_value = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Set(codes) => codes.iter().map(|code| code.len() + EDIT_BYTES).sum(),
        _ => 0,
    };
    let texts = match edit {
        Edit::SetFact { value, .. } | Edit::SetCell { value: Some(value), .. } => of_value(value),
        Edit::AddRow { cells, .. } => cells.values().map(|value| of_value(value) + EDIT_BYTES).sum(),
        Edit::AddEntry { text, .. } => text.len(),
        Edit::ClearFact { .. } | Edit::SetCell { .. } | Edit::RemoveRow { .. } | Edit::RestoreRow { .. } => 0,
    };
    EDIT_BYTES + texts
}

/// The edits in as few portions as have at most so many bytes each, in their order. An edit that is larger stands alone.
pub(crate) fn portions(edits: &[Edit], bytes_max: usize) -> Vec<&[Edit]> {
    let mut portions = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, edit) in edits.iter().enumerate() {
        let more = bytes_of(edit);
        if at > from && bytes + more > bytes_max {
            portions.push(&edits[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += more;
    }
    if from < edits.len() {
        portions.push(&edits[from..]);
    }
    portions
}

/// The edits with every entry that has more text than that cut into several, where a paragraph, a sentence or a word ends.
/// `new_id` gives the ids of those that are added, growing.
pub(crate) fn with_short_entries(edits: Vec<Edit>, bytes_max: usize, mut new_id: impl FnMut() -> EntryId) -> Vec<Edit> {
    let mut short = Vec::new();
    for edit in edits {
        match edit {
            Edit::AddEntry { entry, kind, text } if text.len() > bytes_max => {
                let mut entry = Some(entry);
                for piece in pieces(&text, bytes_max) {
                    short.push(Edit::AddEntry {
                        entry: entry.take().unwrap_or_else(&mut new_id),
                        kind: kind.clone(),
                        text: piece.to_owned(),
                    });
                }
            }
            other => short.push(other),
        }
    }
    short
}

/// Where a text may be cut, the best first. `।` ends a sentence in Hindi and its neighbours, `۔` in Urdu.
const ENDS: [&[&str]; 3] = [&["\n"], &[". ", "। ", "۔ ", "? ", "! "], &[" "]];

/// The text in pieces of at most so many bytes, nothing lost but the white space where it was cut.
fn pieces(text: &str, bytes_max: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while rest.len() > bytes_max {
        let room = &rest[..rest.floor_char_boundary(bytes_max)];
        // Not for a few words at the beginning: the pieces would be many.
        let cut = ENDS.iter().find_map(|ends| {
            let last = ends.iter().filter_map(|end| room.rfind(end).map(|at| at + end.len()));
            last.max().filter(|at| *at > bytes_max / 2)
        });
        let (piece, behind) = rest.split_at(cut.unwrap_or(room.len()).max(1));
        pieces.push(piece.trim_end());
        rest = behind.trim_start();
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Edit {
        Edit::AddEntry {
            entry: EntryId::from_bytes([1; 16]),
            kind: "note".into(),
            text: text.into(),
        }
    }

    #[test]
    fn portions_are_few_keep_the_order_and_leave_out_nothing() {
        let edits: Vec<Edit> = (0..20).map(|n| entry(&"x".repeat(n * 30))).collect();
        for bytes_max in [0, 200, 500, 1_000, 100_000] {
            let portions = portions(&edits, bytes_max);
            assert_eq!(portions.concat(), edits);
            for portion in &portions {
                let bytes: usize = portion.iter().map(bytes_of).sum();
                assert!(bytes <= bytes_max || portion.len() == 1, "{bytes} of {bytes_max}");
            }
        }
        assert_eq!(portions(&edits, 100_000).len(), 1);
        assert!(portions(&[], 10).is_empty());
    }

    #[test]
    fn a_long_entry_is_cut_where_something_ends_and_every_word_stays() {
        let text = "वह स्टेशन पर अकेली मिली। उसने अपना नाम बताया। ".repeat(40)
            + "\nThe second day. "
            + &"word ".repeat(300);
        let mut next = 0;
        let cut = with_short_entries(vec![entry(&text), entry("short")], 600, || {
            next += 1;
            EntryId::from_bytes([next; 16])
        });
        let texts: Vec<&str> = cut
            .iter()
            .map(|edit| match edit {
                Edit::AddEntry { text, .. } => text.as_str(),
                _ => unreachable!(),
            })
            .collect();
        assert!(texts.iter().all(|text| text.len() <= 600 && !text.is_empty()));
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&texts.join(" ")), words(&format!("{text} short")));
        assert!(texts[0].ends_with('।'));
        assert_eq!(cut.last(), Some(&entry("short")));
    }

    #[test]
    fn text_without_any_end_is_cut_between_characters() {
        let text = "क".repeat(1_000);
        let pieces = pieces(&text, 100);
        assert_eq!(pieces.concat(), text);
        assert!(pieces.iter().all(|piece| piece.len() <= 100));
    }
}

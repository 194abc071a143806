use std::fs;
use std::path::PathBuf;

use clap::Parser;
use tempfile::TempDir;

use super::{DedupeCommand, MatchCommand, dedupe, match_lists};

#[derive(Parser)]
struct Match {
    #[command(flatten)]
    command: MatchCommand,
}

#[derive(Parser)]
struct Dedupe {
    #[command(flatten)]
    command: DedupeCommand,
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name).display().to_string()
    }

    fn rows(&self, name: &str) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(self.path(name)).unwrap();
        reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    /// Matches two lists; what was said, or the mistake.
    fn match_lists(&self, missing: &str, found: &str) -> Result<String, String> {
        let out = self.path("pairs.csv").display().to_string();
        let command = Match::parse_from(["", "--missing", missing, "--found", found, "--out", &out]).command;
        let mut said = Vec::new();
        match_lists(&command, &mut said).map_err(|error| format!("{error:#}"))?;
        Ok(String::from_utf8(said).unwrap())
    }

    fn dedupe(&self, register: &str, more: &[&str]) -> Result<String, String> {
        let out = self.path("pairs.csv").display().to_string();
        let arguments = ["", "--in", register, "--out", &out]
            .into_iter()
            .chain(more.iter().copied());
        let mut said = Vec::new();
        dedupe(&Dedupe::parse_from(arguments).command, &mut said).map_err(|error| format!("{error:#}"))?;
        Ok(String::from_utf8(said).unwrap())
    }
}

const MISSING: &str = "\u{feff}ID,Name,father_name,sex,age,event_date,district,station\n\
    =1+1,Ramesh Kumar,Mohan Lal,M,8,2026-03-01,Gaya,12\n\
    m2,Fatima Khatun,,F,11,2026-02-01,Purnia,12\n";
const FOUND: &str = "id,name,father_name,sex,age,event_date,district\n\
    f1,फ़ातिमा खातून,,F,11,2026-02-20,पूर्णिया\n\
    f2,রমেশ কুমার,মোহন লাল,M,8,2026-03-09,গয়া\n\
    f3,Lakhan,,M,15,2020-01-01,Patna\n";

#[test]
fn the_right_child_comes_first_with_reasons_and_ids_as_they_came() {
    let folder = Folder::new();
    let missing = folder.write("a.csv", MISSING.as_bytes());
    let found = folder.write("b.csv", FOUND.as_bytes());
    let said = folder.match_lists(&missing, &found).unwrap();
    assert!(said.contains("line 1, column 8: `station` is not used"), "{said}");
    let rows = folder.rows("pairs.csv");
    let first = |id: &str| rows.iter().find(|row| row[0] == id && row[2] == "1").unwrap();
    assert_eq!(first("=1+1")[1], "f2", "{rows:#?}");
    assert_eq!(first("m2")[1], "f1", "{rows:#?}");
    assert!(
        first("=1+1")[5].contains("name sounds the same: ramesh / রমেশ +"),
        "{rows:#?}"
    );
    assert!(first("=1+1")[4].parse::<f32>().unwrap() > 0.9);
    assert!(
        rows.iter().all(|row| row[5].starts_with(char::is_alphabetic)),
        "no cell of ours is a formula"
    );
    let before = fs::read(folder.path("pairs.csv")).unwrap();
    folder.match_lists(&missing, &found).unwrap();
    assert_eq!(
        fs::read(folder.path("pairs.csv")).unwrap(),
        before,
        "the same every time"
    );
    assert!(!folder.path("pairs.csv.part").exists());
}

#[test]
fn a_bad_row_is_told_by_line_and_column_and_the_rest_goes_on() {
    for end in ["\n", "\r\n"] {
        let folder = Folder::new();
        let before = ["id,name,sex", "r1,Ramesh Kumar,M", ",Nobody,M", "r3,Lat"].join(end);
        let after = [
            ",F",
            "r4,too,many,cells",
            "r1,again,M",
            "\"r5\",\"Gita",
            "Das\",F",
            "r6,Ramesh Kumar,M",
            "r7,one",
            "",
        ];
        let bytes = [before.as_bytes(), b"\xff\xfe", after.join(end).as_bytes()].concat();
        let register = folder.write("a.csv", &bytes);
        let said = folder.dedupe(&register, &[]).unwrap();
        for told in [
            "line 3, column 1 (id): empty",
            "line 4, column 2 (name): not UTF-8",
            "line 5, column 4: 4 columns where the header has 3",
            "line 6, column 1 (id): there twice",
            "line 10, column 3: 2 columns where the header has 3",
            "3 rows",
        ] {
            assert!(said.contains(told), "{end:?}, {told}: {said}");
        }
        assert!(
            said.lines().all(|line| !line.contains("Nobody")),
            "no word of a row is told"
        );
    }
}

#[test]
fn a_mark_that_is_not_closed_costs_its_own_row_and_no_other() {
    let folder = Folder::new();
    let text = "id,name,place\r\nr1,\"Ramesh Kumar,Gaya\r\nr2,Ramesh Kumar,Gaya\r\nr3,\"Gita\r\nDas\",\"near the mill,\r\n\
                Gaya\"\r\nr4,Ramesh Kumar,Gaya\r\nr5,\"Sita Devi,Patna\r\nr6,Sita Devi,Patna";
    let register = folder.write("a.csv", text.as_bytes());
    let said = folder.dedupe(&register, &[]).unwrap();
    for told in [
        "line 2, column 2: a quotation mark that is not closed",
        "line 8, column 2: a quotation",
        "4 rows",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let pairs: Vec<_> = folder
        .rows("pairs.csv")
        .iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(pairs, [("r2".to_owned(), "r4".to_owned())]);
}

#[test]
fn a_cell_that_cannot_be_read_is_told_and_its_row_is_compared_without_it() {
    let folder = Folder::new();
    let text = "id,name,father_name,age,date_of_birth,sex,height_cm,pin\nr1,Ramesh Kumar,N/A,abc,someday,Q,tall,none\n\
                r2,Ramesh Kumar,N/A,unknown,-,?,,823 001\nr3,Ramesh Kumar,unknown,eight,2014,boy,4'2\",823001.0\n";
    let register = folder.write("a.csv", text.as_bytes());
    let said = folder.dedupe(&register, &[]).unwrap();
    for told in [
        "column 4 (age)",
        "column 5 (date_of_birth)",
        "column 6 (sex)",
        "column 7 (height_cm)",
    ] {
        assert!(
            said.contains(&format!("line 2, {told}: cannot be read")),
            "{told}: {said}"
        );
    }
    assert_eq!(
        said.matches("cannot be read").count(),
        4,
        "what only says that nothing is known is no slip: {said}"
    );
    assert!(said.contains("3 rows"), "{said}");
    let rows = folder.rows("pairs.csv");
    assert_eq!(rows.len(), 3, "{rows:#?}");
    assert!(
        rows.iter().all(|row| !row[4].contains("father")),
        "nobody is called N/A: {rows:#?}"
    );
    assert!(rows.iter().any(|row| row[4].contains("PIN agrees")), "{rows:#?}");
}

#[test]
fn what_is_no_list_is_said_so() {
    let folder = Folder::new();
    let good = folder.write("b.csv", FOUND.as_bytes());
    for (text, told) in [
        ("name,sex\nA,M\n", "line 1: no column is called `id`"),
        ("id,station\n1,2\n", "line 1: no column but `id` is known"),
        ("id,name,name\n1,A,B\n", "line 1, column 3: `name` is there twice"),
        ("", "line 1: no column is called `id`"),
    ] {
        let list = folder.write("a.csv", text.as_bytes());
        let error = folder.match_lists(&list, &good).unwrap_err();
        assert!(error.contains(told), "{told}: {error}");
        assert!(!folder.path("pairs.csv").exists());
    }
    let error = folder.match_lists("/nowhere/a.csv", &good).unwrap_err();
    assert!(error.contains("cannot read /nowhere/a.csv"), "{error}");
}

#[test]
fn cells_may_be_parted_by_semicolons_or_tabs_and_utf_16_is_said_to_be_it() {
    let folder = Folder::new();
    let found = folder.write("b.csv", FOUND.as_bytes());
    for separator in [";", "\t"] {
        // The row after a mark left open is known by its own separators.
        let open = MISSING.replace("m2,", "m3,\"Lost,,,,,,\nm2,").replace(',', separator);
        let missing = folder.write("a.csv", open.as_bytes());
        let said = folder.match_lists(&missing, &found).unwrap();
        assert!(
            said.contains("line 3, column 2: a quotation mark that is not closed"),
            "{said}"
        );
        let rows = folder.rows("pairs.csv");
        assert!(rows.iter().any(|row| row[..3] == ["=1+1", "f2", "1"]), "{rows:?}");
        assert!(rows.iter().any(|row| row[..3] == ["m2", "f1", "1"]), "{rows:?}");
    }
    let utf_16: Vec<u8> = MISSING.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let missing = folder.write("a.csv", &utf_16);
    let said = folder.match_lists(&missing, &found).unwrap_err();
    assert!(said.contains("UTF-16"), "{said}");
}

#[test]
fn duplicates_are_found_and_what_was_learned_can_be_reckoned_with() {
    let folder = Folder::new();
    let mut text = String::from("id,name,father_name,date_of_birth,district\n");
    for (at, given) in ["Arjun", "Bina", "Chetan", "Divya", "Gopal", "Hema", "Jyoti", "Kiran"]
        .iter()
        .enumerate()
    {
        let born = 2010 + at;
        let line = format!(
            "a{at},{given} Sharma,Omkar Sharma {given},{born}-0{}-1{at},Salem\n",
            at + 1
        );
        text.push_str(&line);
    }
    text += "b3,दिव्या शर्मा,,2013-04-13,सेलम\n";
    let register = folder.write("a.csv", text.as_bytes());
    let weights = folder.path("matching.toml").display().to_string();
    folder.dedupe(&register, &["--save-weights", &weights]).unwrap();
    let rows = folder.rows("pairs.csv");
    assert_eq!((rows[0][0].as_str(), rows[0][1].as_str()), ("a3", "b3"), "{rows:#?}");
    folder.dedupe(&register, &["--weights", &weights]).unwrap();
    assert_eq!(folder.rows("pairs.csv")[0][1], "b3");
    let broken = folder.write("broken.toml", b"[matching]\n");
    assert!(
        folder
            .dedupe(&register, &["--weights", &broken])
            .unwrap_err()
            .contains("broken.toml")
    );
}

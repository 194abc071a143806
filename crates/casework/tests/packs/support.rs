//! A small pack to break.

use std::collections::BTreeMap;

/// The files of a small, sound pack.
pub(crate) fn small() -> BTreeMap<String, String> {
    let files = [
        (
            "pack.toml",
            "id = \"national\"\nversion = \"1\"\nin_force_from = \"2016-01-15\"\n",
        ),
        (
            "roles.toml",
            r#"[[role]]
role = "social_worker"
label = { en = "Social worker", hi = "सामाजिक कार्यकर्ता" }
reads = ["core", "identity", "care"]
writes = ["core", "care"]
opens_cases = true
sees_district = false
"#,
        ),
        (
            "vocabularies/common.toml",
            r#"[[vocabulary]]
id = "sex"
term = [
  { code = "female", label = { en = "Girl", hi = "लड़की" } },
  { code = "male", label = { en = "Boy", hi = "लड़का" } },
]
"#,
        ),
        (
            "dictionary/child.toml",
            r#"[[fact]]
id = "child.sex"
type = "choice"
vocabulary = "sex"
compartment = "care"
sensitivity = "ordinary"
label = { en = "Sex", hi = "लिंग" }

[[fact]]
id = "child.age"
type = "integer"
min = 0
max = 25
compartment = "care"
sensitivity = "ordinary"
label = { en = "Age", hi = "आयु" }

[[fact]]
id = "child.seen_at"
type = "instant"
compartment = "core"
sensitivity = "ordinary"
label = { en = "Seen", hi = "देखा गया" }

[[table]]
id = "family"
compartment = "care"
label = { en = "Family", hi = "परिवार" }
column = [ { id = "name", type = "text", label = { en = "Name", hi = "नाम" } } ]
"#,
        ),
        (
            "forms/1.toml",
            r#"id = "1"
title = { en = "Report", hi = "रिपोर्ट" }
source = "MR r.1"
checked = "C"
filled_by = ["social_worker"]

[[section]]
id = "child"
title = { en = "Child", hi = "बच्चा" }
field = [
  { fact = "child.sex", required = true },
  { fact = "child.age", shown_when = "child.sex == \"female\"" },
  { table = "family" },
]
"#,
        ),
    ];
    files.map(|(path, text)| (path.to_owned(), text.to_owned())).into()
}

/// The small pack with `old` replaced by `new` in one file.
pub(crate) fn with(path: &str, old: &str, new: &str) -> BTreeMap<String, String> {
    let mut files = small();
    let text = files.get_mut(path).expect("the small pack has the file");
    assert!(text.contains(old), "{path} has no {old}");
    *text = text.replacen(old, new, 1);
    files
}

/// The small pack with one file more, or another in its place.
pub(crate) fn and(path: &str, text: &str) -> BTreeMap<String, String> {
    let mut files = small();
    files.insert(path.to_owned(), text.to_owned());
    files
}

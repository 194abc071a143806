//! Turns the locale files into one typed function for each sentence, so that a missing, extra or ill-fitting sentence
//! in any language stops the build.
//!
//! `locales/en.toml` is the pattern: `[section] key = "…"` becomes `Words::section_key()`. `{name}` makes a parameter.
//! A table with `other` is a plural and takes `n`. An array is a fixed list. Another language is another file with the
//! same keys; its `[meta]` says its own name, its direction and its plural rule.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::Path,
};

use toml::{Table, Value};

/// The language whose keys all others must have.
const PATTERN: &str = "en";

#[derive(Debug, Clone, PartialEq)]
enum Text {
    Plain(String),
    Plural(BTreeMap<String, String>),
    List(Vec<String>),
}

impl Text {
    fn texts(&self) -> Vec<&String> {
        match self {
            Self::Plain(text) => vec![text],
            Self::Plural(forms) => forms.values().collect(),
            Self::List(texts) => texts.iter().collect(),
        }
    }

    fn placeholders(&self) -> BTreeSet<String> {
        self.texts().into_iter().flat_map(|text| placeholders(text)).collect()
    }
}

struct Locale {
    code: String,
    name: String,
    direction: String,
    one_covers_zero: bool,
    texts: BTreeMap<String, Text>,
}

fn main() {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<_> = fs::read_dir("locales")
        .expect("ui/locales is there")
        .map(|entry| entry.expect("ui/locales can be listed").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut locales: Vec<Locale> = files.iter().map(|path| read(path)).collect();
    locales.sort_by_key(|locale| locale.code != PATTERN);
    let (pattern, others) = locales.split_first().expect("ui/locales/en.toml is there");
    for other in others {
        compare(pattern, other);
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("words.rs");
    fs::write(out, generate(&locales)).expect("OUT_DIR can be written");
}

fn read(path: &Path) -> Locale {
    let code = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .expect("a locale file is named by its code")
        .to_owned();
    let file = fs::read_to_string(path).expect("a locale file can be read");
    let mut table: Table = file
        .parse()
        .unwrap_or_else(|error| panic!("locales/{code}.toml: {error}"));
    let Some(Value::Table(meta)) = table.remove("meta") else {
        panic!("locales/{code}.toml has no [meta]")
    };
    let said = |key: &str| -> String {
        meta.get(key)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("locales/{code}.toml: meta.{key}"))
            .to_owned()
    };
    let one_covers_zero = match said("plural").as_str() {
        "one_is_1" => false,
        "one_is_0_and_1" => true,
        other => panic!("locales/{code}.toml: unknown plural rule {other}"),
    };
    let mut texts = BTreeMap::new();
    for (section, entries) in &table {
        let Value::Table(entries) = entries else {
            panic!("locales/{code}.toml: {section} is no section")
        };
        for (key, value) in entries {
            let text = text(value).unwrap_or_else(|| panic!("locales/{code}.toml: {section}.{key} is no text"));
            texts.insert(format!("{section}_{key}"), text);
        }
    }
    Locale {
        name: said("name"),
        direction: said("direction"),
        one_covers_zero,
        texts,
        code,
    }
}

fn text(value: &Value) -> Option<Text> {
    let string = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    match value {
        Value::String(_) => string(value).map(Text::Plain),
        Value::Array(items) => items.iter().map(string).collect::<Option<_>>().map(Text::List),
        Value::Table(forms) => {
            let forms: BTreeMap<_, _> = forms
                .iter()
                .map(|(form, value)| Some((form.clone(), string(value)?)))
                .collect::<Option<_>>()?;
            (forms.keys().map(String::as_str).eq(["one", "other"])).then_some(Text::Plural(forms))
        }
        _ => None,
    }
}

fn placeholders(text: &str) -> Vec<String> {
    let named = text.split('{').skip(1);
    named
        .map(|rest| {
            rest.split_once('}')
                .unwrap_or_else(|| panic!("`{text}` has an open brace"))
                .0
                .to_owned()
        })
        .inspect(|name| {
            let plain = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(plain, "`{text}`: {{{name}}}");
        })
        .collect()
}

fn compare(pattern: &Locale, other: &Locale) {
    let file = format!("locales/{}.toml", other.code);
    for (key, text) in &pattern.texts {
        let Some(theirs) = other.texts.get(key) else {
            panic!("{file} has no `{key}`")
        };
        let same_shape = match (text, theirs) {
            (Text::List(a), Text::List(b)) => a.len() == b.len(),
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        };
        assert!(same_shape, "{file}: `{key}` is of another shape than in English");
        assert_eq!(
            text.placeholders(),
            theirs.placeholders(),
            "{file}: `{key}` has other placeholders than English"
        );
    }
    for key in other.texts.keys() {
        assert!(pattern.texts.contains_key(key), "{file}: `{key}` is not in English");
    }
}

fn variant(code: &str) -> String {
    code.split('-')
        .map(|part| part[..1].to_uppercase() + &part[1..])
        .collect()
}

fn generate(locales: &[Locale]) -> String {
    let mut out = String::new();
    generate_lang(locales, &mut out);
    out.push_str("impl Words {\n");
    for (key, pattern) in &locales[0].texts {
        let sample = pattern
            .texts()
            .last()
            .map(|text| text.replace('\n', " "))
            .unwrap_or_default();
        let _ = writeln!(out, "    #[doc = {sample:?}]");
        generate_function(key, pattern, locales, &mut out);
    }
    out.push_str("}\n");
    out
}

fn generate_lang(locales: &[Locale], out: &mut String) {
    out.push_str("/// A language of the screens.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Lang {\n");
    for locale in locales {
        let _ = writeln!(out, "    /// {}\n    {},", locale.name, variant(&locale.code));
    }
    let list: Vec<_> = locales.iter().map(|l| format!("Self::{}", variant(&l.code))).collect();
    let _ = writeln!(
        out,
        "}}\nimpl Lang {{\n    /// All of them.\n    pub const ALL: &'static [Self] = &[{}];",
        list.join(", ")
    );
    let mut table = |doc: &str, name: &str, of: &dyn Fn(&Locale) -> String| {
        let _ = writeln!(
            out,
            "    /// {doc}\n    pub const fn {name}(self) -> &'static str {{\n        match self {{"
        );
        for locale in locales {
            let _ = writeln!(out, "            Self::{} => {:?},", variant(&locale.code), of(locale));
        }
        out.push_str("        }\n    }\n");
    };
    table("Its BCP 47 code.", "code", &|l| l.code.clone());
    table("What its speakers call it.", "name", &|l| l.name.clone());
    table("Which way it is written: `ltr` or `rtl`.", "direction", &|l| {
        l.direction.clone()
    });
    let zero: Vec<_> = locales
        .iter()
        .filter(|l| l.one_covers_zero)
        .map(|l| format!("Self::{}", variant(&l.code)))
        .collect();
    let zero = if zero.is_empty() {
        "false".into()
    } else {
        format!("n == 0 && matches!(self, {})", zero.join(" | "))
    };
    let _ = writeln!(
        out,
        "    const fn is_one(self, n: u64) -> bool {{\n        n == 1 || {zero}\n    }}\n}}"
    );
}

fn generate_function(key: &str, pattern: &Text, locales: &[Locale], out: &mut String) {
    // Parameters come in the order in which the English sentence names them.
    let mut names: Vec<String> = Vec::new();
    for name in pattern.texts().into_iter().flat_map(|text| placeholders(text)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let plural = matches!(pattern, Text::Plural(_));
    if plural {
        names.retain(|name| name != "n");
    }
    let mut parameters: Vec<String> = names
        .iter()
        .map(|name| format!("{name}: impl std::fmt::Display"))
        .collect();
    if plural {
        parameters.insert(0, "n: u64".into());
    }
    parameters.insert(0, "self".into());
    let parameters = parameters.join(", ");
    let returns = match pattern {
        Text::List(texts) => format!("[&'static str; {}]", texts.len()),
        Text::Plain(_) if names.is_empty() => "&'static str".into(),
        _ => "String".into(),
    };
    let said = |text: &str| {
        if returns == "String" {
            format!("format!({text:?})")
        } else {
            format!("{text:?}")
        }
    };
    let _ = writeln!(
        out,
        "    pub fn {key}({parameters}) -> {returns} {{\n        match self.0 {{"
    );
    for locale in locales {
        let body = match &locale.texts[key] {
            Text::Plain(text) => said(text),
            Text::Plural(forms) => {
                format!(
                    "if self.0.is_one(n) {{ {} }} else {{ {} }}",
                    said(&forms["one"]),
                    said(&forms["other"])
                )
            }
            Text::List(texts) => format!("{texts:?}"),
        };
        let _ = writeln!(out, "            Lang::{} => {body},", variant(&locale.code));
    }
    out.push_str("        }\n    }\n");
}

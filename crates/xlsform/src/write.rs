//! The files of a pack as text, in the house's hand: the same for the same workbook.

use std::collections::BTreeMap;
use std::fmt::Write;

use casework::{FactType, Labels, Sensitivity};

use crate::Options;
use crate::layer::{Asks, Assembled, FactDraft, FieldDraft, Rule, SectionDraft, TableDraft};

/// A text in quotes, as TOML has it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn labels(labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(code, text)| format!("{code} = {}", quoted(text)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// The name of a type in a pack.
fn type_name(kind: FactType) -> &'static str {
    match kind {
        FactType::Text => "text",
        FactType::LongText => "long_text",
        FactType::Phone => "phone",
        FactType::Integer => "integer",
        FactType::Number => "number",
        FactType::Date => "date",
        FactType::Instant => "instant",
        FactType::Choice => "choice",
        FactType::Choices => "choices",
        FactType::Flag | FactType::Unknown => "flag",
    }
}

/// The name of a sensitivity in a pack.
fn sensitivity_name(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Ordinary => "ordinary",
        Sensitivity::Identifying => "identifying",
        Sensitivity::Sensitive => "sensitive",
    }
}

/// The three files by path.
pub(crate) fn files(draft: &Assembled, options: &Options) -> BTreeMap<String, String> {
    let head = format!(
        "# From a workbook: {}. Change the workbook and import it again.\n",
        comment(&draft.source)
    );
    let mut dictionary = head.clone();
    draft.facts.iter().for_each(|each| fact(&mut dictionary, each));
    draft.tables.iter().for_each(|each| table(&mut dictionary, each));
    let mut files = BTreeMap::from([
        (format!("dictionary/{}.toml", draft.id), dictionary),
        (format!("forms/{}.toml", draft.id), form(head.clone(), draft, options)),
    ]);
    if !draft.vocabularies.is_empty() {
        let mut text = head;
        for (id, terms) in &draft.vocabularies {
            let _ = write!(text, "\n[[vocabulary]]\nid = {}\nterm = [\n", quoted(id));
            for term in terms {
                let _ = writeln!(
                    text,
                    "  {{ code = {}, label = {} }},",
                    quoted(&term.code),
                    labels(&term.label)
                );
            }
            text.push_str("]\n");
        }
        files.insert(format!("vocabularies/{}.toml", draft.id), text);
    }
    files
}

/// A comment is one line, whatever a title says.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn fact(text: &mut String, fact: &FactDraft) {
    let _ = write!(
        text,
        "\n[[fact]]\nid = {}\ntype = \"{}\"\n",
        quoted(&fact.id),
        type_name(fact.kind)
    );
    if let Some(vocabulary) = &fact.vocabulary {
        let _ = writeln!(text, "vocabulary = {}", quoted(vocabulary));
    }
    range(text, fact.range, "\n");
    let _ = writeln!(text, "compartment = \"{}\"", fact.compartment.code());
    let _ = writeln!(text, "sensitivity = \"{}\"", sensitivity_name(fact.sensitivity));
    let _ = writeln!(text, "label = {}", labels(&fact.label));
    if !fact.help.is_empty() {
        let _ = writeln!(text, "help = {}", labels(&fact.help));
    }
    if let Some(rule) = &fact.derived {
        let _ = writeln!(text, "derived = {}", quoted(&rule.text));
    }
    if let Some((rule, says)) = &fact.check {
        let _ = writeln!(
            text,
            "check = [{{ when = {}, says = {} }}]",
            quoted(&rule.text),
            labels(says)
        );
    }
}

fn range(text: &mut String, (min, max): (Option<i64>, Option<i64>), after: &str) {
    for (name, bound) in [("min", min), ("max", max)] {
        if let Some(bound) = bound {
            let _ = write!(text, "{name} = {bound}{after}");
        }
    }
}

fn table(text: &mut String, table: &TableDraft) {
    let _ = write!(
        text,
        "\n[[table]]\nid = {}\ncompartment = \"{}\"\n",
        quoted(&table.id),
        table.compartment.code()
    );
    let _ = write!(text, "label = {}\ncolumn = [\n", labels(&table.label));
    for column in &table.columns {
        let _ = write!(
            text,
            "  {{ id = {}, type = \"{}\", ",
            quoted(&column.id),
            type_name(column.kind)
        );
        if let Some(vocabulary) = &column.vocabulary {
            let _ = write!(text, "vocabulary = {}, ", quoted(vocabulary));
        }
        range(text, column.range, ", ");
        let sensitivity = sensitivity_name(column.sensitivity);
        let _ = writeln!(
            text,
            "sensitivity = \"{sensitivity}\", label = {} }},",
            labels(&column.label)
        );
    }
    text.push_str("]\n");
}

fn form(mut text: String, draft: &Assembled, options: &Options) -> String {
    let roles: Vec<String> = options.filled_by.iter().map(|role| quoted(role.code())).collect();
    let _ = writeln!(text, "id = {}", quoted(&draft.id.replace('_', "-")));
    let _ = writeln!(text, "title = {}", labels(&draft.title));
    let _ = writeln!(text, "source = {}", quoted(&draft.source));
    let _ = writeln!(text, "checked = \"C\"\nin_force_from = \"{}\"", options.in_force_from);
    let _ = writeln!(
        text,
        "about = \"case\"\nfilled_by = [{}]\nfiled = \"signed\"",
        roles.join(", ")
    );
    draft.sections.iter().for_each(|each| section(&mut text, each));
    text
}

fn section(text: &mut String, section: &SectionDraft) {
    let _ = write!(
        text,
        "\n[[section]]\nid = {}\ntitle = {}\n",
        quoted(&section.id),
        labels(&section.title)
    );
    if !section.why.is_empty() {
        let _ = writeln!(text, "why = {}", labels(&section.why));
    }
    if !section.shown_when.is_empty() {
        let rules: Vec<&str> = section.shown_when.iter().map(|rule| rule.text.as_str()).collect();
        let _ = writeln!(text, "shown_when = {}", quoted(&rules.join(" && ")));
    }
    text.push_str("field = [\n");
    section.fields.iter().for_each(|each| field(text, each));
    text.push_str("]\n");
}

fn field(text: &mut String, field: &FieldDraft) {
    let (key, name) = match &field.asks {
        Asks::Fact(id) => ("fact", id),
        Asks::Table(id) => ("table", id),
    };
    let _ = write!(text, "  {{ {key} = {}", quoted(name));
    if field.required {
        text.push_str(", required = true");
    }
    let when = |text: &mut String, key: &str, rule: &Option<Rule>| {
        if let Some(rule) = rule {
            let _ = write!(text, ", {key} = {}", quoted(&rule.text));
        }
    };
    when(text, "shown_when", &field.shown_when);
    when(text, "required_when", &field.required_when);
    text.push_str(" },\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_would_end_the_quotes_stays_a_text() {
        for text in ["a\"]\nid = \"x", "\\", "\u{7}\t\r\n", "पाठ"] {
            let toml: toml::Table = format!("a = {}", quoted(text)).parse().unwrap();
            assert_eq!(toml["a"].as_str(), Some(text));
        }
    }
}

//! A question: its fact or column, its place on the form, and the cells beside it.

use casework::{Compartment, FactType, Labels, Sensitivity};

use super::Builder;
use crate::columns::{complete, same};
use crate::finding::{Finding, What};
use crate::layer::{Asks, ColumnDraft, FactDraft, FieldDraft, Rule};
use crate::outline::{Item, RowKind, is_no, is_yes};
use crate::translate::Kind;

/// Cells that a row may have without anything to say of them.
const SILENT: [&str; 10] = [
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "disabled",
    "vatsalya::compartment",
    "vatsalya::sensitivity",
    "$given_name",
    "constraint_message",
];

/// Cells that say how a question looks or what a telephone says.
const LOOKS: [&str; 6] = [
    "appearance",
    "autoplay",
    "rows",
    "required_message",
    "noapperrorstring",
    "no_app_error_string",
];

fn fact_type(kind: &Kind, long: bool, phone: bool) -> FactType {
    match kind {
        Kind::Integer => FactType::Integer,
        Kind::Number => FactType::Number,
        Kind::Date => FactType::Date,
        Kind::Moment => FactType::Instant,
        Kind::Code(_) => FactType::Choice,
        Kind::Codes(_) => FactType::Choices,
        Kind::Flag => FactType::Flag,
        _ if phone => FactType::Phone,
        _ if long => FactType::LongText,
        _ => FactType::Text,
    }
}

fn bounds(item: &Item<'_>) -> (Option<i64>, Option<i64>) {
    let is_range = item
        .line
        .text("type")
        .is_some_and(|written| written.trim().eq_ignore_ascii_case("range"));
    if !is_range {
        return (None, None);
    }
    // Without numbers of its own a range goes from 0 to 10.
    let text = item.line.text("parameters").unwrap_or_default();
    let bound = |name: &str, usual: i64| {
        let words = text.split([' ', ',', ';']).filter_map(|word| word.split_once('='));
        let mut named = words.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        named
            .next()
            .map_or(Some(usual), |(_, number)| number.trim().parse().ok())
    };
    (bound("start", 0), bound("end", 10))
}

impl Builder<'_> {
    /// Tells of every cell that does not become part of the form; `taken` are those that the caller reads.
    pub(super) fn told(item: &Item<'_>, taken: &[&str], found: &mut Vec<Finding>) {
        for (column, heading, text) in item.line.cells() {
            let key = heading.key.as_str();
            let what = match key {
                _ if SILENT.contains(&key) || taken.contains(&key) => continue,
                "appearance" if text == "multiline" => continue,
                _ if LOOKS.contains(&key) || key.starts_with("sms_") || key == "compact_tag" => {
                    What::LookOnly(heading.written.clone())
                }
                "read_only" | "required" if is_no(text) => continue,
                // A value that is calculated is written by nobody.
                "read_only" if item.line.cell("calculation").is_some() => continue,
                // A heading that nothing reads is told once, at the heading.
                _ if !super::READ.contains(&key) => continue,
                _ => What::NotKept(heading.written.clone()),
            };
            found.push(item.line.finding(column, what));
        }
    }

    /// Groups and notes have no place for a hint.
    pub(super) fn no_hint(item: &Item<'_>, found: &mut Vec<Finding>) {
        let hints = item.line.cells();
        let hints = hints.filter(|(_, heading, _)| matches!(heading.key.as_str(), "hint" | "guidance_hint"));
        found.extend(
            hints.map(|(column, heading, _)| item.line.finding(column, What::NotKept(heading.written.clone()))),
        );
    }

    pub(super) fn compartment(&self, item: &Item<'_>, found: &mut Vec<Finding>) -> Compartment {
        let Some((column, text)) = item.line.cell("vatsalya::compartment") else {
            return self.options.compartment;
        };
        let known = Compartment::ALL.into_iter().find(|known| known.code() == text);
        known.unwrap_or_else(|| {
            found.push(item.line.finding(column, What::UnknownCode(text.to_owned())));
            self.options.compartment
        })
    }

    /// Whoever drew the workbook knew nothing of sensitivities, so what somebody writes freely counts as identifying, and
    /// the rest as sensitive, unless the workbook says otherwise.
    fn sensitivity(item: &Item<'_>, kind: &Kind, found: &mut Vec<Finding>) -> Sensitivity {
        let usual = if *kind == Kind::Text {
            Sensitivity::Identifying
        } else {
            Sensitivity::Sensitive
        };
        match item.line.cell("vatsalya::sensitivity") {
            None => usual,
            Some((_, "ordinary")) => Sensitivity::Ordinary,
            Some((_, "identifying")) => Sensitivity::Identifying,
            Some((_, "sensitive")) => Sensitivity::Sensitive,
            Some((column, text)) => {
                found.push(item.line.finding(column, What::UnknownCode(text.to_owned())));
                usual
            }
        }
    }

    fn label(&self, item: &Item<'_>, missing: What, found: &mut Vec<Finding>) -> Labels {
        let words = item.line.words("label", &self.settings.language);
        if words.is_empty() {
            let column = item.line.cell("name").map_or(0, |(column, _)| column);
            found.push(item.line.finding(column, missing));
            return same(&item.name);
        }
        complete(&item.line, "label", words, found)
    }

    /// Hint and guidance, one under the other.
    fn help(&self, item: &Item<'_>, found: &mut Vec<Finding>) -> Labels {
        let mut help = Labels::default();
        for key in ["hint", "guidance_hint"] {
            let words = item.line.words(key, &self.settings.language);
            if words.is_empty() {
                continue;
            }
            let more = complete(&item.line, key, words, found);
            let joined: Vec<(String, String)> = more
                .iter()
                .map(|(code, text)| {
                    let before = if help.has(code) {
                        format!("{}\n", help.get(code))
                    } else {
                        String::new()
                    };
                    (code.to_owned(), before + text)
                })
                .collect();
            help.lay_over(&Labels::from_pairs(
                joined.iter().map(|(code, text)| (code.as_str(), text.as_str())),
            ));
        }
        help
    }

    pub(super) fn question(&mut self, item: &Item<'_>, found: &mut Vec<Finding>) {
        let RowKind::Question {
            kind,
            long,
            phone,
            other,
        } = &item.kind
        else {
            return;
        };
        if self.in_repeat() {
            self.column(item, kind, (*long, *phone, *other), found);
            return;
        }
        let mut taken = vec!["relevant", "constraint", "required", "calculation"];
        if bounds(item) != (None, None) {
            taken.push("parameters");
        }
        Self::told(item, &taken, found);
        let id = self.fact_id(&item.word);
        let vocabulary = match kind {
            Kind::Code(list) | Kind::Codes(list) => Some(self.vocabulary(list, *other)),
            _ => None,
        };
        let shown_when = self.rule(item, "relevant", None, found);
        let fact = FactDraft {
            id: id.clone(),
            kind: fact_type(kind, *long, *phone),
            vocabulary,
            range: bounds(item),
            compartment: self.compartment(item, found),
            sensitivity: Self::sensitivity(item, kind, found),
            label: self.label(item, What::NoLabel, found),
            help: self.help(item, found),
            check: self.check(item, &id, kind, found),
            derived: self.calculation(item, found).map(|(rule, _)| rule),
        };
        let (required, required_when) = self.required(item, found);
        self.out.facts.push(fact.clone());
        self.section().fields.push(FieldDraft {
            asks: Asks::Fact(id.clone()),
            required,
            required_when,
            shown_when,
        });
        if *other {
            self.specify(fact, kind);
        }
    }

    /// The text that `or_other` asks for.
    fn specify(&mut self, mut fact: FactDraft, kind: &Kind) {
        let of = fact.id.clone();
        fact.id.push_str("_other");
        (fact.kind, fact.vocabulary) = (FactType::Text, None);
        fact.sensitivity = Sensitivity::Identifying;
        fact.label = Labels::from_pairs([("en", "Specify other"), ("hi", "अन्य, स्पष्ट करें")]);
        (fact.help, fact.check, fact.derived) = (Labels::default(), None, None);
        let text = match kind {
            Kind::Codes(_) => format!("(\"other\" in {of})"),
            _ => format!("({of} == \"other\")"),
        };
        let at = crate::layer::Place {
            sheet: "survey".to_owned(),
            row: 0,
            column: 0,
        };
        let asks = Asks::Fact(fact.id.clone());
        self.out.facts.push(fact);
        self.section().fields.push(FieldDraft {
            asks,
            required: false,
            required_when: None,
            shown_when: Some(Rule { text, at }),
        });
    }

    fn required(&self, item: &Item<'_>, found: &mut Vec<Finding>) -> (bool, Option<Rule>) {
        match item.line.text("required") {
            None => (false, None),
            Some(text) if is_yes(text) => (true, None),
            Some(text) if is_no(text) => (false, None),
            Some(_) => (false, self.rule(item, "required", None, found)),
        }
    }

    /// A constraint is asked of an answer, never of a blank.
    fn check(&self, item: &Item<'_>, id: &str, kind: &Kind, found: &mut Vec<Finding>) -> Option<(Rule, Labels)> {
        let mut rule = self.rule(item, "constraint", Some((id, kind)), found)?;
        rule.text = format!("(!has({id}) || {})", rule.text);
        found.push(item.line.finding(
            item.line.cell("constraint").map_or(0, |(column, _)| column),
            What::Warns,
        ));
        let words = item.line.words("constraint_message", &self.settings.language);
        let says = if words.is_empty() {
            Labels::from_pairs([
                ("en", "Please look at this answer again."),
                ("hi", "कृपया इस उत्तर को फिर देखें।"),
            ])
        } else {
            complete(&item.line, "constraint_message", words, found)
        };
        Some((rule, says))
    }

    /// A question in a repeat: a column, which has no rules of its own.
    fn column(
        &mut self,
        item: &Item<'_>,
        kind: &Kind,
        (long, phone, other): (bool, bool, bool),
        found: &mut Vec<Finding>,
    ) {
        let innermost = self.frames.iter().rposition(|frame| frame.is_repeat);
        let Some(at) = innermost.filter(|at| self.frames[*at].table.is_some()) else {
            // The table was left out, and told.
            return;
        };
        let rules = [
            "relevant",
            "constraint",
            "required",
            "calculation",
            "hint",
            "guidance_hint",
        ];
        let mut taken = rules.to_vec();
        if bounds(item) != (None, None) {
            taken.push("parameters");
        }
        Self::told(item, &taken, found);
        for (column, heading, text) in item.line.cells() {
            if rules.contains(&heading.key.as_str()) && !is_no(text) {
                found.push(item.line.finding(column, What::InRepeat(heading.written.clone())));
            }
        }
        if matches!(kind, Kind::Codes(_)) {
            let written = item.line.text("type").unwrap_or_default().to_owned();
            found.push(item.line.finding(0, What::InRepeat(written)));
            return;
        }
        if other {
            found.push(item.line.finding(0, What::InRepeat("or_other".to_owned())));
        }
        if let Some((column, _)) = item.line.cell("vatsalya::compartment") {
            found.push(
                item.line
                    .finding(column, What::InRepeat("vatsalya::compartment".to_owned())),
            );
        }
        let column = ColumnDraft {
            id: item.word.clone(),
            kind: fact_type(kind, long, phone),
            vocabulary: match kind {
                Kind::Code(list) => Some(self.vocabulary(list, other)),
                _ => None,
            },
            range: bounds(item),
            sensitivity: Self::sensitivity(item, kind, found),
            label: self.label(item, What::NoLabel, found),
        };
        if let Some(table) = &mut self.frames[at].table {
            table.columns.push(column);
        }
    }

    /// A value that nobody writes and the form does not show.
    pub(super) fn calculated(&mut self, item: &Item<'_>, found: &mut Vec<Finding>) {
        if self.in_repeat() {
            found.push(item.line.finding(0, What::InRepeat("calculate".to_owned())));
            return;
        }
        Self::told(item, &["calculation", "required", "constraint", "hint"], found);
        for key in ["required", "constraint"] {
            if let Some((column, text)) = item.line.cell(key)
                && !is_no(text)
            {
                found.push(item.line.finding(column, What::NotKept(key.to_owned())));
            }
        }
        let Some((rule, kind)) = self.calculation(item, found) else {
            return;
        };
        let vocabulary = match &kind {
            Kind::Code(list) | Kind::Codes(list) => Some(self.vocabulary(list, false)),
            _ => None,
        };
        let fact = FactDraft {
            id: self.fact_id(&item.word),
            kind: fact_type(&kind, false, false),
            vocabulary,
            range: (None, None),
            compartment: self.compartment(item, found),
            sensitivity: Self::sensitivity(item, &kind, found),
            label: self.label(item, What::NameAsLabel, found),
            help: self.help(item, found),
            check: None,
            derived: Some(rule),
        };
        self.out.facts.push(fact);
    }
}

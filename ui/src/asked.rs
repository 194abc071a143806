//! What a form asks while somebody fills it: the rules of the pack over what stands on the form at this moment.
//!
//! The device says the same of what was saved; this says it of what was just written, so that a question comes and goes
//! as its reason does. Only what the device answers is ever stored.

use std::collections::BTreeMap;

use casework::{Expression, FactId, Labels, Record, RecordRow, Value};
use ipc::{FieldView, FormItem, FormView, MissingItem, SectionGap, TableView};
use jiff::civil::Date;

/// Derived facts may stand on derived facts, but not deeper than this.
const DERIVED_DEPTH_MAX: usize = 4;

/// What was written and not yet read back from the device; `None` was emptied.
pub type Unsaved = BTreeMap<FactId, Option<Value>>;

/// What the rules say of a place on the form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// Whether it is on the screen. What holds a value always is.
    pub shown: bool,
    /// Whether the form is incomplete without it.
    pub required: bool,
    /// Whether something stands there.
    pub held: bool,
    /// Sentences of the rules that are not met.
    pub warnings: Vec<Labels>,
    /// The value, where nobody writes it.
    pub derived: Option<Value>,
}

/// What the rules say of a section.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AskedSection {
    /// Its name.
    pub id: String,
    /// Its heading.
    pub title: Labels,
    /// Whether it is on the screen.
    pub shown: bool,
    /// Required answers that are there.
    pub filled: u32,
    /// Required answers that are asked.
    pub required: u32,
    /// Its places, by fact or table.
    pub places: BTreeMap<String, Place>,
    /// What it lacks.
    pub missing: Vec<MissingItem>,
}

/// What the rules say of a form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// Its sections, hidden ones too.
    pub sections: Vec<AskedSection>,
}

impl Asked {
    /// What `form` asks, with what was written since.
    pub fn of(form: &FormView, unsaved: &Unsaved) -> Self {
        let today = form.context.today.parse().unwrap_or(Date::MIN);
        let sheet = Sheet::new(form, unsaved, today);
        Self {
            sections: form.sections.iter().map(|section| sheet.section(section)).collect(),
        }
    }

    /// Required answers that are there, and that are asked.
    pub fn counts(&self) -> (u32, u32) {
        let add = |sum: (u32, u32), section: &AskedSection| (sum.0 + section.filled, sum.1 + section.required);
        self.sections.iter().fold((0, 0), add)
    }

    /// What is there, of a hundred; 100 only where nothing is missing.
    pub fn percent(&self) -> u32 {
        let (filled, required) = self.counts();
        (filled * 100).checked_div(required).unwrap_or(100)
    }

    /// The section of that name.
    pub fn section(&self, id: &str) -> Option<&AskedSection> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// The sections that lack something.
    pub fn gaps(&self) -> Vec<SectionGap> {
        let lacking = self.sections.iter().filter(|section| !section.missing.is_empty());
        lacking
            .map(|section| SectionGap {
                section: section.id.clone(),
                title: section.title.clone(),
                filled: section.filled,
                required: section.required,
                missing: section.missing.clone(),
            })
            .collect()
    }
}

struct Sheet {
    record: Record,
    today: Date,
}

impl Sheet {
    fn new(form: &FormView, unsaved: &Unsaved, today: Date) -> Self {
        let mut record = form.context.record.clone();
        let items = || form.sections.iter().flat_map(|section| &section.items);
        for item in items() {
            match item {
                FormItem::Field(field) => {
                    let value = unsaved.get(&field.fact).unwrap_or(&field.value).clone();
                    record.facts.extend(value.map(|value| (field.fact.clone(), value)));
                }
                FormItem::Table(table) => record.rows.extend(table.rows.iter().map(|row| RecordRow {
                    id: row.row,
                    table: table.table.clone(),
                    cells: BTreeMap::new(),
                })),
            }
        }
        let derived: Vec<(&FactId, &Expression)> = items()
            .filter_map(|item| match item {
                FormItem::Field(field) => Some((&field.fact, field.derived.as_ref()?)),
                FormItem::Table(_) => None,
            })
            .collect();
        for _ in 0..DERIVED_DEPTH_MAX {
            let mut grown = false;
            for (fact, rule) in &derived {
                let value = rule.in_record(&record, today).into_value();
                // What the device worked out from facts that are not on this screen stands where we cannot.
                let Some(value) = value else { continue };
                grown |= record.facts.get(*fact) != Some(&value);
                record.facts.insert((*fact).clone(), value);
            }
            if !grown {
                break;
            }
        }
        Self { record, today }
    }

    /// A rule that is not there holds; one of which nothing is known does not.
    fn holds(&self, rule: Option<&Expression>) -> bool {
        rule.is_none_or(|rule| rule.in_record(&self.record, self.today).is_true())
    }

    fn section(&self, section: &ipc::SectionView) -> AskedSection {
        let holds = self.holds(section.shown_when.as_ref());
        let mut found = AskedSection {
            id: section.id.clone(),
            title: section.title.clone(),
            shown: holds,
            ..AskedSection::default()
        };
        for item in &section.items {
            let (name, place, readable) = match item {
                FormItem::Field(field) => (field.fact.to_string(), self.field(field, holds), field.readable),
                FormItem::Table(table) => (table.table.clone(), self.table(table, holds), table.readable),
            };
            found.shown |= place.held;
            if place.required && readable {
                found.required += 1;
                // What was filed last month fills no place of this month's.
                let stale = matches!(item, FormItem::Table(table) if table.stale);
                if place.held && !stale {
                    found.filled += 1;
                } else {
                    found.missing.push(missing(item));
                }
            }
            found.places.insert(name, place);
        }
        found
    }

    fn field(&self, field: &FieldView, section_holds: bool) -> Place {
        let held = self.record.facts.contains_key(&field.fact);
        let asked = section_holds && self.holds(field.shown_when.as_ref());
        let broken = field
            .checks
            .iter()
            .filter(|check| check.when.in_record(&self.record, self.today).is_false());
        Place {
            shown: asked || held,
            required: asked && self.required(field.always_required, field.required_when.as_ref()),
            held,
            warnings: broken.map(|check| check.says.clone()).collect(),
            derived: field
                .derived
                .as_ref()
                .and_then(|_| self.record.facts.get(&field.fact).cloned()),
        }
    }

    fn table(&self, table: &TableView, section_holds: bool) -> Place {
        let held = !table.rows.is_empty();
        let asked = section_holds && self.holds(table.shown_when.as_ref());
        Place {
            shown: asked || held,
            required: asked && self.required(table.always_required, table.required_when.as_ref()),
            held,
            ..Place::default()
        }
    }

    fn required(&self, always: bool, when: Option<&Expression>) -> bool {
        always || when.is_some_and(|rule| rule.in_record(&self.record, self.today).is_true())
    }
}

fn missing(item: &FormItem) -> MissingItem {
    match item {
        FormItem::Field(field) => MissingItem {
            fact: Some(field.fact.clone()),
            table: None,
            label: field.label.clone(),
            writable: field.writable,
            who: field.who.clone(),
            stale: false,
        },
        FormItem::Table(table) => MissingItem {
            fact: None,
            table: Some(table.table.clone()),
            label: table.label.clone(),
            writable: table.writable,
            who: table.who.clone(),
            stale: table.stale,
        },
    }
}

#[cfg(test)]
mod tests {
    use casework::{Checked, Compartment, FactType};
    use ipc::{CheckView, FormContext, FormUse, SectionView};
    use serde_json::json;

    use super::*;

    fn rule(tree: &serde_json::Value) -> Option<Expression> {
        serde_json::from_value(json!({ "is": tree })).unwrap()
    }

    fn field(fact: &str) -> FieldView {
        FieldView {
            fact: fact.parse().unwrap(),
            kind: FactType::Text,
            label: Labels::default(),
            help: Labels::default(),
            unit: None,
            terms: Vec::new(),
            min: None,
            max: None,
            always_required: false,
            required_when: None,
            required: false,
            shown_when: None,
            shown: true,
            derived: None,
            checks: Vec::new(),
            writable: true,
            who: Vec::new(),
            readable: true,
            compartment: Compartment::Identity.into(),
            value: None,
            from: None,
            clash: false,
            needs_reason: false,
        }
    }

    /// A form with one section that asks for a runaway's reason, once somebody said that the child ran away.
    fn form(fields: Vec<FieldView>) -> FormView {
        FormView {
            form: "22".into(),
            title: Labels::default(),
            source: String::new(),
            checked: Checked::A,
            sections: vec![SectionView {
                id: "child".into(),
                title: Labels::default(),
                why: Labels::default(),
                shown_when: None,
                repeats: None,
                shown: true,
                filled: 0,
                required: 0,
                items: fields
                    .into_iter()
                    .map(|field| FormItem::Field(Box::new(field)))
                    .collect(),
            }],
            filled: 0,
            required: 0,
            percent: 100,
            missing: Vec::new(),
            context: FormContext {
                record: Record::default(),
                today: "2026-11-23".into(),
            },
            used: FormUse::Fills,
            may_file: Vec::new(),
            filings: Vec::new(),
            begins: None,
            needs_reason: false,
        }
    }

    fn runaway() -> FormView {
        form(vec![
            field("runaway.known"),
            FieldView {
                shown_when: rule(&json!({ "fact": "runaway.known" })),
                always_required: true,
                ..field("runaway.reason")
            },
        ])
    }

    fn place(asked: &Asked, fact: &str) -> Place {
        asked.sections[0].places[fact].clone()
    }

    #[test]
    fn a_question_comes_and_goes_with_what_was_just_written() {
        let form = runaway();
        let asked = Asked::of(&form, &Unsaved::new());
        assert!(!place(&asked, "runaway.reason").shown);
        assert_eq!((asked.counts(), asked.percent()), ((0, 0), 100));
        let known: FactId = "runaway.known".parse().unwrap();
        let asked = Asked::of(&form, &Unsaved::from([(known, Some(Value::Flag(true)))]));
        assert!(place(&asked, "runaway.reason").shown);
        assert_eq!((asked.counts(), asked.percent()), ((0, 1), 0));
        assert_eq!(asked.gaps()[0].missing[0].fact, Some("runaway.reason".parse().unwrap()));
    }

    #[test]
    fn what_holds_a_value_is_never_hidden_and_not_required_where_it_is_not_asked() {
        let mut form = runaway();
        if let FormItem::Field(field) = &mut form.sections[0].items[1] {
            field.value = Some("fear".into());
        }
        let asked = Asked::of(&form, &Unsaved::new());
        let reason = place(&asked, "runaway.reason");
        assert!(reason.shown && reason.held && !reason.required);
    }

    #[test]
    fn what_is_not_readable_is_not_counted() {
        let form = form(vec![FieldView {
            readable: false,
            always_required: true,
            ..field("police.statement")
        }]);
        assert_eq!(Asked::of(&form, &Unsaved::new()).counts(), (0, 0));
    }

    #[test]
    fn ages_are_worked_out_and_doubts_are_said() {
        let birth = "child.birth_date";
        let age = rule(&json!({ "between": ["years", [{ "fact": birth }, "today"]] }));
        let past = rule(&json!({ "binary": ["less_or_equal", [{ "fact": birth }, "today"]] })).unwrap();
        let says = Labels::from_pairs([("en", "In the future.")]);
        let check = CheckView {
            when: past,
            says,
            failing: false,
        };
        let form = form(vec![
            FieldView {
                checks: vec![check],
                ..field(birth)
            },
            FieldView {
                derived: age,
                ..field("child.age")
            },
        ]);
        let with = |day: &str| Asked::of(&form, &Unsaved::from([(birth.parse().unwrap(), Some(day.into()))]));
        assert_eq!(place(&with("2020-11-23"), "child.age").derived, Some(Value::Integer(6)));
        assert!(place(&with("2020-11-23"), birth).warnings.is_empty());
        assert_eq!(place(&with("2027-01-01"), birth).warnings.len(), 1);
        // Of what nobody wrote nothing is known, and nothing is said.
        assert!(place(&Asked::of(&form, &Unsaved::new()), birth).warnings.is_empty());
    }
}

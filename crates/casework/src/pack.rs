//! A pack: the law, the dictionary, the forms and the roles as dated data.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Fact, FactId, Form, FormField, Labels, Rights, RoleRights, Table, clock::Clock};

/// What is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The file is not TOML of the right shape; `reason` names line and column.
    #[error("{file}: {reason}")]
    Unreadable {
        /// The file within the pack.
        file: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// Two items of one name.
    #[error("{file}: {id} is there twice")]
    Twice {
        /// The file within the pack.
        file: &'static str,
        /// The name.
        id: String,
    },
    /// A name that nothing defines.
    #[error("{file}: {from} names {missing}, which the pack does not define")]
    Missing {
        /// The file within the pack.
        file: &'static str,
        /// The item that names it.
        from: String,
        /// The name.
        missing: String,
    },
}

/// One term of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The code that is stored.
    pub code: String,
    /// What it is called.
    pub label: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
}

/// A vocabulary: the terms of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Its name.
    pub id: String,
    /// Its terms, in the order they are shown.
    #[serde(rename = "term")]
    pub terms: Vec<Term>,
}

impl Vocabulary {
    /// The term with this code.
    pub fn term(&self, code: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.code == code)
    }
}

/// A pack, read and checked.
#[derive(Debug, Clone)]
pub struct Pack {
    version: String,
    facts: BTreeMap<FactId, Fact>,
    tables: BTreeMap<String, Table>,
    vocabularies: BTreeMap<String, Vocabulary>,
    forms: BTreeMap<String, Form>,
    clocks: Vec<Clock>,
    rights: Rights,
}

/// The texts of a pack's files.
struct Source {
    pack: &'static str,
    dictionary: &'static str,
    vocabularies: &'static str,
    clocks: &'static str,
    roles: &'static str,
    forms: &'static [(&'static str, &'static str)],
}

const NATIONAL: Source = Source {
    pack: include_str!("../packs/national/pack.toml"),
    dictionary: include_str!("../packs/national/dictionary.toml"),
    vocabularies: include_str!("../packs/national/vocabularies.toml"),
    clocks: include_str!("../packs/national/clocks.toml"),
    roles: include_str!("../packs/national/roles.toml"),
    forms: &[("forms/17.toml", include_str!("../packs/national/forms/17.toml"))],
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DictionaryFile {
    fact: Vec<Fact>,
    table: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabulariesFile {
    vocabulary: Vec<Vocabulary>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClocksFile {
    clock: Vec<Clock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    role: Vec<RoleRights>,
}

impl Pack {
    /// The national pack that ships with device and hub.
    pub fn national() -> &'static Self {
        static PACK: OnceLock<Pack> = OnceLock::new();
        PACK.get_or_init(|| Self::parse(&NATIONAL).expect("the shipped pack parses, as its test shows"))
    }

    /// The pack's own version, e.g. `2026.11`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The fact of that name.
    pub fn fact(&self, id: &FactId) -> Option<&Fact> {
        self.facts.get(id)
    }

    /// All facts, by name.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// The table of that name.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.get(id)
    }

    /// The vocabulary of that name.
    pub fn vocabulary(&self, id: &str) -> Option<&Vocabulary> {
        self.vocabularies.get(id)
    }

    /// The form of that number.
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.get(id)
    }

    /// All forms, by number.
    pub fn forms(&self) -> impl Iterator<Item = &Form> {
        self.forms.values()
    }

    /// The definitions of the statutory clocks.
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// Who may do what.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    fn parse(source: &Source) -> Result<Self, PackError> {
        let dictionary: DictionaryFile = read("dictionary.toml", source.dictionary)?;
        let vocabularies: VocabulariesFile = read("vocabularies.toml", source.vocabularies)?;
        let forms = source
            .forms
            .iter()
            .map(|(file, text)| read(file, text))
            .collect::<Result<Vec<Form>, _>>()?;
        let pack = Self {
            version: read::<PackFile>("pack.toml", source.pack)?.version,
            facts: keyed("dictionary.toml", dictionary.fact, |fact| fact.id.clone())?,
            tables: keyed("dictionary.toml", dictionary.table, |table| table.id.clone())?,
            vocabularies: keyed("vocabularies.toml", vocabularies.vocabulary, |vocabulary| {
                vocabulary.id.clone()
            })?,
            forms: keyed("forms", forms, |form| form.id.clone())?,
            clocks: read::<ClocksFile>("clocks.toml", source.clocks)?.clock,
            rights: Rights::new(read::<RolesFile>("roles.toml", source.roles)?.role),
        };
        pack.check_names()?;
        Ok(pack)
    }

    /// Every name that an item uses is defined somewhere in the pack.
    fn check_names(&self) -> Result<(), PackError> {
        let missing = |file, from: &str, name: &str| {
            Err(PackError::Missing {
                file,
                from: from.to_owned(),
                missing: name.to_owned(),
            })
        };
        let columns = self.tables.values().flat_map(|table| &table.columns);
        let choices = self.facts.values().map(|fact| (fact.id.as_str(), &fact.vocabulary));
        for (id, vocabulary) in choices.chain(columns.map(|column| (column.id.as_str(), &column.vocabulary))) {
            if let Some(name) = vocabulary.as_ref().filter(|name| self.vocabulary(name).is_none()) {
                return missing("dictionary.toml", id, name);
            }
        }
        for clock in &self.clocks {
            for fact in [Some(&clock.starts_at), Some(&clock.stops_at), clock.journey.as_ref()]
                .into_iter()
                .flatten()
            {
                if self.fact(fact).is_none() {
                    return missing("clocks.toml", &clock.id, fact.as_str());
                }
            }
        }
        for form in self.forms.values() {
            for field in form.sections.iter().flat_map(|section| &section.fields) {
                let (name, defined) = match field {
                    FormField::Fact { fact, .. } => (fact.as_str(), self.fact(fact).is_some()),
                    FormField::Table { table } => (table.as_str(), self.table(table).is_some()),
                };
                if !defined {
                    return missing("forms", &form.id, name);
                }
            }
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, PackError> {
    toml::from_str(text).map_err(|error| PackError::Unreadable {
        file,
        reason: error.to_string(),
    })
}

fn keyed<K: Ord + ToString, T>(
    file: &'static str,
    items: Vec<T>,
    key: impl Fn(&T) -> K,
) -> Result<BTreeMap<K, T>, PackError> {
    let mut map = BTreeMap::new();
    for item in items {
        let id = key(&item);
        let name = id.to_string();
        if map.insert(id, item).is_some() {
            return Err(PackError::Twice { file, id: name });
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_pack_parses() {
        let pack = Pack::parse(&NATIONAL).unwrap();
        assert!(pack.form("17").is_some());
    }

    #[test]
    fn every_label_is_there_in_english_and_hindi() {
        let pack = Pack::national();
        let mut labels: Vec<(String, &Labels)> = Vec::new();
        labels.extend(pack.facts().map(|fact| (fact.id.to_string(), &fact.label)));
        labels.extend(
            pack.facts()
                .filter(|f| !f.help.is_empty())
                .map(|fact| (format!("{} help", fact.id), &fact.help)),
        );
        for table in pack.tables.values() {
            labels.push((table.id.clone(), &table.label));
            labels.extend(
                table
                    .columns
                    .iter()
                    .map(|column| (format!("{}.{}", table.id, column.id), &column.label)),
            );
        }
        for vocabulary in pack.vocabularies.values() {
            labels.extend(
                vocabulary
                    .terms
                    .iter()
                    .map(|t| (format!("{}.{}", vocabulary.id, t.code), &t.label)),
            );
        }
        for form in pack.forms() {
            labels.push((form.id.clone(), &form.title));
            labels.extend(form.sections.iter().map(|section| (section.id.clone(), &section.title)));
        }
        labels.extend(
            pack.clocks()
                .iter()
                .flat_map(|c| [(c.id.clone(), &c.label), (format!("{} who", c.id), &c.who)]),
        );
        labels.extend(
            pack.rights()
                .iter()
                .map(|rights| (rights.role.code().to_owned(), &rights.label)),
        );
        for (name, label) in labels {
            assert!(label.has("en") && label.has("hi"), "{name}");
        }
    }

    #[test]
    fn a_pack_with_a_mistake_says_where_it_is() {
        let unreadable = Pack::parse(&Source {
            roles: "role = 3",
            ..NATIONAL
        })
        .unwrap_err();
        assert!(
            matches!(unreadable, PackError::Unreadable { file: "roles.toml", .. }),
            "{unreadable}"
        );
        let form = (
            "forms/17.toml",
            "id='17'\ntitle={en='x'}\nsource='y'\nchecked='A'\n[[section]]\nid='a'\ntitle={en='x'}\n[[section.field]]\nfact='no.such'",
        );
        let forms: &'static [(&str, &str)] = Box::leak(Box::new([form]));
        let missing = Pack::parse(&Source { forms, ..NATIONAL }).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "forms: 17 names no.such, which the pack does not define"
        );
    }
}

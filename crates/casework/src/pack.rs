//! A pack: the law, the dictionary, the forms and the roles as dated data.

use std::{collections::BTreeMap, sync::OnceLock};

use jiff::civil;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Asked, Fact, FactId, Form, Labels, Rights, RoleRights, Table, clock::Clock};

/// What is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The file is not TOML of the right shape; `reason` names line and column.
    #[error("{file}: {reason}")]
    Unreadable {
        /// The file within the pack.
        file: String,
        /// What the parser says.
        reason: String,
    },
    /// Two items of one name.
    #[error("{file}: {id} is there twice")]
    Twice {
        /// The file within the pack.
        file: String,
        /// The name.
        id: String,
    },
    /// A name that nothing defines.
    #[error("{file}: {from} names {missing}, which the pack does not define")]
    Missing {
        /// The file within the pack.
        file: String,
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
    /// First day on which it is offered.
    pub in_force_from: Option<civil::Date>,
    /// Last day on which it is offered; what was written before stays.
    pub in_force_until: Option<civil::Date>,
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
    id: String,
    version: String,
    in_force_from: civil::Date,
    facts: BTreeMap<FactId, Fact>,
    tables: BTreeMap<String, Table>,
    vocabularies: BTreeMap<String, Vocabulary>,
    forms: BTreeMap<String, Form>,
    clocks: Vec<Clock>,
    rights: Rights,
}

/// Every file of the packs that ship, by path below `packs/`; the build script lists them.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    id: String,
    version: String,
    in_force_from: civil::Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DictionaryFile {
    #[serde(default)]
    fact: Vec<Fact>,
    #[serde(default)]
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
        PACK.get_or_init(|| Self::parse(&shipped("national/")).expect("the shipped pack parses, as its test shows"))
    }

    /// The pack's name, e.g. `national`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// First day on which the pack as a whole is in force.
    pub fn in_force_from(&self) -> civil::Date {
        self.in_force_from
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

    /// All tables, by name.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
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

    fn parse(files: &BTreeMap<String, String>) -> Result<Self, PackError> {
        let all = |folder: &str| -> Vec<(&String, &String)> {
            files.iter().filter(|(path, _)| path.starts_with(folder)).collect()
        };
        let one = |path: &str| files.get(path).map_or("", String::as_str);
        let mut facts = Vec::new();
        let mut tables = Vec::new();
        for (path, text) in all("dictionary/") {
            let file: DictionaryFile = read(path, text)?;
            facts.extend(file.fact);
            tables.extend(file.table);
        }
        let mut vocabularies = Vec::new();
        for (path, text) in all("vocabularies/") {
            vocabularies.extend(read::<VocabulariesFile>(path, text)?.vocabulary);
        }
        let mut clocks = Vec::new();
        for (path, text) in all("clocks/") {
            clocks.extend(read::<ClocksFile>(path, text)?.clock);
        }
        let mut forms = Vec::new();
        for (path, text) in all("forms/") {
            forms.push(read::<Form>(path, text)?);
        }
        let about: PackFile = read("pack.toml", one("pack.toml"))?;
        let pack = Self {
            id: about.id,
            version: about.version,
            in_force_from: about.in_force_from,
            facts: keyed("dictionary", facts, |fact| fact.id.clone())?,
            tables: keyed("dictionary", tables, |table| table.id.clone())?,
            vocabularies: keyed("vocabularies", vocabularies, |vocabulary| vocabulary.id.clone())?,
            forms: keyed("forms", forms, |form| form.id.clone())?,
            clocks,
            rights: Rights::new(read::<RolesFile>("roles.toml", one("roles.toml"))?.role),
        };
        pack.check_names()?;
        Ok(pack)
    }

    /// Every name that an item uses is defined somewhere in the pack.
    fn check_names(&self) -> Result<(), PackError> {
        let missing = |file: &str, from: &str, name: &str| {
            Err(PackError::Missing {
                file: String::from(file),
                from: from.to_owned(),
                missing: name.to_owned(),
            })
        };
        let columns = self.tables.values().flat_map(|table| &table.columns);
        let choices = self.facts.values().map(|fact| (fact.id.as_str(), &fact.vocabulary));
        for (id, vocabulary) in choices.chain(columns.map(|column| (column.id.as_str(), &column.vocabulary))) {
            if let Some(name) = vocabulary.as_ref().filter(|name| self.vocabulary(name).is_none()) {
                return missing("dictionary", id, name);
            }
        }
        for clock in &self.clocks {
            for fact in [Some(&clock.starts_at), Some(&clock.stops_at), clock.journey.as_ref()]
                .into_iter()
                .flatten()
            {
                if self.fact(fact).is_none() {
                    return missing("clocks", &clock.id, fact.as_str());
                }
            }
        }
        for form in self.forms.values() {
            for field in form.sections.iter().flat_map(|section| &section.fields) {
                let (name, defined) = match &field.asks {
                    Asked::Fact(fact) => (fact.as_str(), self.fact(fact).is_some()),
                    Asked::Table(table) => (table.as_str(), self.table(table).is_some()),
                };
                if !defined {
                    return missing("forms", &form.id, name);
                }
            }
        }
        Ok(())
    }
}

/// The files of one shipped pack, by path below its folder.
fn shipped(folder: &str) -> BTreeMap<String, String> {
    let below = SHIPPED.iter().filter_map(|(path, text)| Some((path.strip_prefix(folder)?, text)));
    below.map(|(path, text)| (path.to_owned(), (*text).to_owned())).collect()
}

fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, PackError> {
    toml::from_str(text).map_err(|error| PackError::Unreadable {
        file: file.to_owned(),
        reason: error.to_string(),
    })
}

fn keyed<K: Ord + ToString, T>(
    file: &str,
    items: Vec<T>,
    key: impl Fn(&T) -> K,
) -> Result<BTreeMap<K, T>, PackError> {
    let mut map = BTreeMap::new();
    for item in items {
        let id = key(&item);
        let name = id.to_string();
        if map.insert(id, item).is_some() {
            return Err(PackError::Twice {
                file: file.to_owned(),
                id: name,
            });
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_pack_parses() {
        let pack = Pack::parse(&shipped("national/")).unwrap();
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
        let with = |path: &str, text: &str| {
            let mut files = shipped("national/");
            files.insert(path.to_owned(), text.to_owned());
            Pack::parse(&files).unwrap_err()
        };
        let unreadable = with("roles.toml", "role = 3");
        assert!(
            matches!(&unreadable, PackError::Unreadable { file, .. } if file == "roles.toml"),
            "{unreadable}"
        );
        let form = "id='17'\ntitle={en='x'}\nsource='y'\nchecked='A'\n[[section]]\nid='a'\ntitle={en='x'}\n[[section.field]]\nfact='no.such'";
        let missing = with("forms/17.toml", form);
        assert_eq!(
            missing.to_string(),
            "forms: 17 names no.such, which the pack does not define"
        );
    }
}

//! Words by language, as packs carry them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text in every language a pack ships, keyed by BCP 47 code (`en`, `hi`, …).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Labels from pairs of language code and text.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(lang, text)| (lang.to_owned(), text.to_owned()))
                .collect(),
        )
    }

    /// The text in `lang`, else in English, else in whatever language there is.
    pub fn get(&self, lang: &str) -> &str {
        self.0
            .get(lang)
            .or_else(|| self.0.get("en"))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// Whether there is a text in `lang` itself.
    pub fn has(&self, lang: &str) -> bool {
        self.0.get(lang).is_some_and(|text| !text.trim().is_empty())
    }

    /// The languages there are, with their texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(lang, text)| (lang.as_str(), text.as_str()))
    }

    /// Puts `over` in the place of these, language by language.
    pub fn lay_over(&mut self, over: &Self) {
        let texts = over.0.iter().map(|(lang, text)| (lang.clone(), text.clone()));
        self.0.extend(texts);
    }

    /// No text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_language_falls_back_to_english() {
        let labels = Labels::from_pairs([("en", "Name"), ("hi", "नाम")]);
        assert_eq!(labels.get("hi"), "नाम");
        assert_eq!(labels.get("ta"), "Name");
        assert!(!labels.has("ta"));
    }
}

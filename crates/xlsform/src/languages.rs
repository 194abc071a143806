//! Which language a heading such as `label::Hindi (hi)` means.

/// Languages by the names that people write in headings.
const NAMED: [(&str, &str); 20] = [
    ("english", "en"),
    ("hindi", "hi"),
    ("हिन्दी", "hi"),
    ("हिंदी", "hi"),
    ("assamese", "as"),
    ("bengali", "bn"),
    ("bangla", "bn"),
    ("gujarati", "gu"),
    ("kannada", "kn"),
    ("konkani", "kok"),
    ("maithili", "mai"),
    ("malayalam", "ml"),
    ("marathi", "mr"),
    ("nepali", "ne"),
    ("odia", "or"),
    ("punjabi", "pa"),
    ("santali", "sat"),
    ("tamil", "ta"),
    ("telugu", "te"),
    ("urdu", "ur"),
];

/// The code of a language as it is named in a heading; `None` where nobody could say which one is meant.
pub(crate) fn code_of(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let inner = name.strip_suffix(')').and_then(|name| name.rsplit_once('('));
    let code = inner.map_or(name.as_str(), |(_, code)| code.trim());
    if let Some((_, code)) = NAMED.iter().find(|(known, _)| *known == code) {
        return Some((*code).to_owned());
    }
    let first = code.split('-').next().unwrap_or_default();
    let is_code = matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_lowercase());
    // A region does not change which words an officer reads.
    is_code.then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_names_its_language_by_code_or_by_name() {
        for (name, code) in [
            ("English (en)", "en"),
            ("Hindi", "hi"),
            ("हिन्दी (hi)", "hi"),
            ("en-IN", "en"),
            ("mr", "mr"),
        ] {
            assert_eq!(code_of(name).as_deref(), Some(code), "{name}");
        }
        assert_eq!(code_of("local tongue"), None);
    }
}

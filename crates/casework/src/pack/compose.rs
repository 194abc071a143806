//! The pack that is in force somewhere: what ships, with what was published laid over it.

use std::sync::Arc;

use super::{Pack, PackBundle, PackError, shipped::shipped_files};

impl Pack {
    /// The pack of a state (`br`): a published national pack stands for the shipped one, a published pack of the state
    /// for the shipped one of the state. An error names the published pack's file; the caller then keeps what it had.
    pub fn in_force(
        state: &str,
        national: Option<&PackBundle>,
        of_state: Option<&PackBundle>,
    ) -> Result<Arc<Self>, PackError> {
        if national.is_none() && of_state.is_none() {
            return Ok(Self::of_state(state));
        }
        let base = match national {
            Some(bundle) => Self::parse(&bundle.files, None)?,
            None => Self::national().clone(),
        };
        let shipped = shipped_files(&format!("states/{state}"));
        let over = match of_state {
            Some(bundle) => &bundle.files,
            None if shipped.is_empty() => return Ok(Arc::new(base)),
            None => &shipped,
        };
        Ok(Arc::new(Self::parse(over, Some(&base))?))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn bundle(id: &str, files: &[(&str, &str)]) -> PackBundle {
        PackBundle {
            id: id.to_owned(),
            version: "2027.1".to_owned(),
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect::<BTreeMap<_, _>>(),
        }
    }

    #[test]
    fn what_a_state_publishes_lies_over_what_ships() {
        let relabel = "[[relabel]]\nkind = \"form\"\nid = \"17\"\nlabel = { en = \"Form A\", hi = \"प्रपत्र क\" }\n";
        let head = "id = \"states/br\"\nover = \"national\"\nversion = \"2027.1\"\nin_force_from = \"2027-01-01\"\n";
        let published = bundle("states/br", &[("pack.toml", head), ("relabel.toml", relabel)]);
        let pack = Pack::in_force("br", None, Some(&published)).unwrap();
        assert_eq!(pack.form("17").unwrap().title.get("en"), "Form A");
        let shipped = Pack::in_force("br", None, None).unwrap();
        assert_ne!(shipped.form("17").unwrap().title.get("en"), "Form A");
    }

    #[test]
    fn a_published_pack_with_a_mistake_is_an_error_and_no_panic() {
        let broken = bundle("states/br", &[("pack.toml", "id = 3")]);
        assert!(Pack::in_force("br", None, Some(&broken)).is_err());
        assert!(Pack::in_force("br", Some(&broken), None).is_err());
    }
}

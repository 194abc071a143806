//! A pack as bytes.

use casework::{BundleError, Pack, PackBundle, shipped_files};
use proptest::prelude::*;

use crate::support::small;

fn bundle() -> PackBundle {
    PackBundle {
        id: "national".to_owned(),
        version: "1".to_owned(),
        files: small(),
    }
}

#[test]
fn a_bundle_survives_its_bytes_and_holds_the_whole_national_pack() {
    let national = PackBundle {
        files: shipped_files("national"),
        ..bundle()
    };
    for bundle in [bundle(), national] {
        let bytes = bundle.encode().unwrap();
        let back = PackBundle::decode(&bytes).unwrap();
        assert_eq!(back, bundle);
        assert_eq!(back.encode().unwrap(), bytes, "one encoding and no other");
        assert!(Pack::parse(&back.files, None).is_ok());
    }
}

#[test]
fn what_is_no_bundle_says_why() {
    let bytes = bundle().encode().unwrap();
    assert_eq!(PackBundle::decode(b"GIF89a"), Err(BundleError::Magic));
    for end in 6..bytes.len() {
        assert_eq!(PackBundle::decode(&bytes[..end]), Err(BundleError::Short));
    }
    let longer = [&bytes[..], b"x"].concat();
    assert_eq!(PackBundle::decode(&longer), Err(BundleError::Long));
    let mut outside = bundle();
    outside.files.insert("../../etc".to_owned(), String::new());
    assert_eq!(outside.encode(), Err(BundleError::Paths));
    let mut big = bundle();
    big.files.insert("forms/9.toml".to_owned(), "x".repeat(2 * 1024 * 1024));
    assert_eq!(big.encode(), Err(BundleError::TooBig));
}

proptest! {
    #[test]
    fn any_bytes_are_a_bundle_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut with_magic = b"VFPK1\n".to_vec();
        with_magic.extend(&bytes);
        for bytes in [bytes, with_magic] {
            if let Ok(bundle) = PackBundle::decode(&bytes) {
                prop_assert_eq!(bundle.encode().unwrap(), bytes);
            }
        }
    }
}

use super::*;
use crate::testing::{Bench, HOUR_MS, MemoryKeystore};

const RIGHT: &str = "right enough";

fn made(bench: &Bench) -> (VaultFolder, MasterKey) {
    VaultFolder::create(bench.dir(), RIGHT, "", &bench.platform).unwrap()
}

/// A bench whose tablet has a keystore.
fn with_keystore() -> Bench {
    let mut bench = Bench::new();
    bench.platform.keystore = std::sync::Arc::new(MemoryKeystore::default());
    bench
}

/// A vault as the first app wrote it.
fn first_format(bench: &Bench, database_key: [u8; 32]) -> VaultFolder {
    use chacha20poly1305::{
        KeyInit, XChaCha20Poly1305, XNonce,
        aead::{Aead, Payload},
    };
    let (vault, _) = made(bench);
    let stretch = Stretch::choose(Stretching::Least);
    let (salt, nonce) = ([3; 16], [4; 24]);
    let aad = [b"vatsalya-vault-1".as_slice(), &stretch.to_bytes(), &salt].concat();
    let key = stretch.run(RIGHT.as_bytes(), &salt).unwrap();
    let payload = Payload {
        msg: &database_key,
        aad: &aad,
    };
    let ciphertext = XChaCha20Poly1305::new((&*key).into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .unwrap();
    let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let text = format!(
        r#"{{"version":1,"label":"A. Devi","wrapped":{{"memory_kib":65536,"passes":3,"lanes":1,
            "salt":"{}","nonce":"{}","ciphertext":"{}"}}}}"#,
        base64(&salt),
        base64(&nonce),
        base64(&ciphertext)
    );
    fs::write(vault.key_file(), text).unwrap();
    vault
}

#[test]
fn the_passphrase_opens_the_vault_and_no_other_does() {
    let bench = Bench::new();
    let (vault, key) = made(&bench);
    assert!(vault.unlock(RIGHT, &bench.platform).unwrap().master == key);
    let wrong = vault.unlock("right enoug", &bench.platform);
    assert!(matches!(
        wrong,
        Err(VaultError::WrongPassphrase {
            tries_left: 4,
            erased_after: 9,
            wait_ms: 0
        })
    ));
}

#[test]
fn five_wrong_tries_are_free_and_then_even_the_right_one_waits() {
    let bench = Bench::new();
    let (vault, _) = made(&bench);
    for left in (1..=4).rev() {
        let Err(VaultError::WrongPassphrase {
            tries_left, wait_ms: 0, ..
        }) = vault.unlock("wrong one", &bench.platform)
        else {
            panic!("the first tries are free");
        };
        assert_eq!(tries_left, left);
    }
    let fifth = vault.unlock("wrong one", &bench.platform);
    assert!(matches!(
        fifth,
        Err(VaultError::WrongPassphrase {
            tries_left: 0,
            erased_after: 5,
            wait_ms: 30_000
        })
    ));
    let early = vault.unlock(RIGHT, &bench.platform);
    assert!(matches!(early, Err(VaultError::MustWait { wait_ms: 30_000 })));
    bench.clock.advance(30_000);
    assert!(vault.unlock(RIGHT, &bench.platform).is_ok());
    let state = vault.state(bench.clock.get()).unwrap();
    assert_eq!((state.wait_ms, state.erased_after), (0, 10));
}

#[test]
fn the_tenth_wrong_try_erases_the_wrapped_key_and_it_was_told_before() {
    let bench = Bench::new();
    let (vault, _) = made(&bench);
    for left in (1..=9).rev() {
        bench.clock.advance(HOUR_MS);
        let Err(VaultError::WrongPassphrase { erased_after, .. }) = vault.unlock("wrong one", &bench.platform) else {
            panic!("nine wrong tries erase nothing");
        };
        assert_eq!(erased_after, left);
    }
    let whole = fs::read_to_string(vault.key_file()).unwrap();
    bench.clock.advance(HOUR_MS);
    assert!(matches!(
        vault.unlock("wrong one", &bench.platform),
        Err(VaultError::Erased)
    ));
    assert!(matches!(vault.unlock(RIGHT, &bench.platform), Err(VaultError::Erased)));
    let file = KeyFile::read(&vault.key_file()).unwrap();
    assert!(file.wrapped.is_none() && vault.state(0).unwrap().erased);
    assert!(whole.contains("ciphertext"));
    assert!(!fs::read_to_string(vault.key_file()).unwrap().contains("ciphertext"));
}

#[test]
fn a_tenth_try_that_was_cut_short_counts_and_the_right_passphrase_comes_too_late() {
    let bench = Bench::new();
    let (vault, _) = made(&bench);
    for _ in 0..9 {
        bench.clock.advance(HOUR_MS);
        let _ = vault.unlock("wrong one", &bench.platform);
    }
    bench.clock.advance(HOUR_MS);
    // The power goes between the counting and the trying.
    assert_eq!(vault.tries().begin(bench.clock.get()).unwrap(), Begun::Counted);
    bench.clock.advance(HOUR_MS);
    assert!(matches!(vault.unlock(RIGHT, &bench.platform), Err(VaultError::Erased)));
}

#[test]
fn a_counter_put_back_gives_its_tries_again_which_only_a_keystore_makes_harmless() {
    let bench = with_keystore();
    let (vault, _) = made(&bench);
    for _ in 0..4 {
        let _ = vault.unlock("wrong one", &bench.platform);
    }
    fs::remove_file(vault.path.join(TRIES_FILE)).unwrap();
    assert_eq!(
        vault.state(0).unwrap().erased_after,
        10,
        "whoever writes in the folder has tries without end at this tablet"
    );
    fs::write(vault.path.join(TRIES_FILE), "{").unwrap();
    assert_eq!(vault.state(0).unwrap().erased_after, 5, "a damaged counter gives none");
}

#[test]
fn setting_the_clock_back_or_forward_gives_no_more_tries() {
    let bench = Bench::new();
    let (vault, _) = made(&bench);
    for _ in 0..9 {
        bench.clock.advance(HOUR_MS);
        let _ = vault.unlock("wrong one", &bench.platform);
    }
    let wait = || vault.state(bench.clock.get()).unwrap().wait_ms;
    let longest = wait();
    assert_eq!(longest, 480_000);
    bench.clock.advance(-100 * HOUR_MS);
    assert_eq!(wait(), longest, "a clock set back costs no more than the wait");
    assert!(matches!(
        vault.unlock(RIGHT, &bench.platform),
        Err(VaultError::MustWait { .. })
    ));
    bench.clock.advance(longest);
    assert!(vault.unlock(RIGHT, &bench.platform).is_ok());
}

#[test]
fn a_tampered_or_weakened_key_file_is_refused() {
    let bench = with_keystore();
    let (vault, _) = made(&bench);
    let text = fs::read_to_string(vault.key_file()).unwrap();
    fs::write(vault.key_file(), text.replace("65536", "1024")).unwrap();
    assert!(matches!(
        vault.unlock(RIGHT, &bench.platform),
        Err(VaultError::Weakened)
    ));
    assert_eq!(vault.state(0).unwrap().erased_after, 10, "no try is counted for it");
    for (from, to) in [("65536", "65537"), ("\"bound\": true", "\"bound\": false")] {
        assert!(text.contains(from));
        fs::write(vault.key_file(), text.replace(from, to)).unwrap();
        assert!(matches!(
            vault.unlock(RIGHT, &bench.platform),
            Err(VaultError::WrongPassphrase { .. })
        ));
    }
    fs::write(vault.key_file(), "{").unwrap();
    assert!(matches!(
        vault.unlock(RIGHT, &bench.platform),
        Err(VaultError::KeyFile(_))
    ));
    fs::write(vault.key_file(), r#"{"version":3,"quite":"different"}"#).unwrap();
    assert!(matches!(vault.unlock(RIGHT, &bench.platform), Err(VaultError::Newer)));
}

#[test]
fn a_vault_copied_to_another_tablet_opens_there_only_where_no_keystore_held_it_back() {
    let here = with_keystore();
    let (vault, _) = made(&here);
    assert!(vault.state(0).unwrap().bound);
    let elsewhere = with_keystore();
    assert!(matches!(
        vault.unlock(RIGHT, &elsewhere.platform),
        Err(VaultError::NoPlatformSecret)
    ));
    assert!(matches!(
        vault.unlock(RIGHT, &Bench::new().platform),
        Err(VaultError::NoPlatformSecret)
    ));
    assert!(vault.unlock(RIGHT, &here.platform).is_ok());

    let bare = Bench::new();
    let (vault, key) = made(&bare);
    assert!(!vault.state(0).unwrap().bound);
    assert!(vault.unlock(RIGHT, &elsewhere.platform).unwrap().master == key);
}

#[test]
fn a_pin_is_enough_only_where_a_keystore_stands_behind_it() {
    let bare = Bench::new();
    let create = |bench: &Bench, secret: &str| VaultFolder::create(bench.dir(), secret, "", &bench.platform).map(drop);
    for pin in ["482915", "4829151736", "१२३४५६७८", "4829 1517 3642"] {
        assert!(create(&bare, pin).is_err(), "{pin}");
    }
    assert!(matches!(
        create(&bare, "4829151736"),
        Err(VaultError::WeakPin { keystore: false })
    ));
    let bench = with_keystore();
    assert!(create(&bench, "482915").is_ok());
    assert!(matches!(
        create(&bench, "48291"),
        Err(VaultError::WeakPin { keystore: true })
    ));
    for secret in ["", "a", "short 1"] {
        assert!(create(&bench, secret).is_err() && create(&bare, secret).is_err());
    }
}

#[test]
fn a_vault_of_the_first_format_opens_and_is_written_anew() {
    let bench = with_keystore();
    let vault = first_format(&bench, [7; 32]);
    assert!(vault.unlock("wrong one", &bench.platform).is_err());
    assert_eq!(KeyFile::read(&vault.key_file()).unwrap().version, 1);
    let first = vault.unlock(RIGHT, &bench.platform).unwrap().master;
    assert_eq!(first.database_key().0, [7; 32]);
    let file = KeyFile::read(&vault.key_file()).unwrap();
    assert_eq!((file.version, file.label.as_str()), (2, "A. Devi"));
    assert!(file.wrapped.unwrap().bound);
    let again = vault.unlock(RIGHT, &bench.platform).unwrap().master;
    assert_eq!(again.database_key().0, [7; 32]);
}

#[test]
fn an_upgrade_cut_short_leaves_the_old_file_whole() {
    let bench = Bench::new();
    let vault = first_format(&bench, [7; 32]);
    // A folder in the place of the file that is being written: the write fails as on a full disk.
    fs::create_dir(vault.path.join("vault.new")).unwrap();
    fs::write(vault.path.join(TRIES_FILE), r#"{"wrong":0,"last_ms":0}"#).unwrap();
    let opened = vault.unlock(RIGHT, &bench.platform).unwrap().master;
    assert_eq!(opened.database_key().0, [7; 32]);
    assert_eq!(KeyFile::read(&vault.key_file()).unwrap().version, 1);
    fs::remove_dir(vault.path.join("vault.new")).unwrap();
    vault.unlock(RIGHT, &bench.platform).unwrap();
    assert_eq!(KeyFile::read(&vault.key_file()).unwrap().version, 2);
}

#[test]
fn another_passphrase_opens_the_same_key_and_the_old_one_nothing() {
    let bench = Bench::new();
    let (vault, key) = made(&bench);
    vault.rewrap(&key, "quite another", &bench.platform).unwrap();
    assert!(vault.unlock(RIGHT, &bench.platform).is_err());
    assert!(vault.unlock("quite another", &bench.platform).unwrap().master == key);
    assert!(vault.rewrap(&key, "short", &bench.platform).is_err());
}

#[test]
fn the_next_key_stands_beside_the_present_one_until_it_is_settled() {
    let bench = Bench::new();
    let (vault, key) = made(&bench);
    let next = MasterKey::random(&bench.platform);
    let unlocked = vault.unlock(RIGHT, &bench.platform).unwrap();
    vault.announce(&unlocked, &next, &bench.platform).unwrap();
    let both = vault.unlock(RIGHT, &bench.platform).unwrap();
    assert!(both.master == key && both.next.as_ref() == Some(&next));
    vault.settle(&both, &next, &bench.platform).unwrap();
    let after = vault.unlock(RIGHT, &bench.platform).unwrap();
    assert!(after.master == next && after.next.is_none());
}

#[test]
fn a_label_is_set_later_and_a_vault_can_be_destroyed_with_its_secret() {
    let bench = with_keystore();
    let (vault, _) = made(&bench);
    vault.set_label("A. Devi").unwrap();
    vault.set_person(&[5; 32]).unwrap();
    let state = vault.state(0).unwrap();
    assert_eq!((state.label.as_str(), state.person), ("A. Devi", Some(vec![5; 32])));
    assert!(vault.unlock(RIGHT, &bench.platform).is_ok());
    assert_eq!(
        VaultFolder::by_id(bench.dir(), &vault.id()).unwrap(),
        Some(vault.clone())
    );
    vault.destroy(&bench.platform).unwrap();
    assert_eq!(VaultFolder::all(bench.dir()).unwrap(), []);
    assert_eq!(bench.platform.keystore.read(&vault.id()), Ok(None));
}

#[test]
fn one_process_at_a_time_has_a_vault_and_whoever_lets_go_of_it_has_let_go() {
    let bench = Bench::new();
    let (vault, _) = made(&bench);
    let occupied = vault.occupy().unwrap();
    assert!(matches!(vault.occupy(), Err(VaultError::InUse)));
    // What a process begins holds the same open file until it runs its own program.
    let inherited = occupied.0.try_clone().unwrap();
    drop(occupied);
    drop(vault.occupy().unwrap());
    drop(inherited);
}

//! A PostgreSQL that goes away, is busy, is newer, or speaks no TLS: said by type, and over when it is over.

use std::sync::Barrier;

use sync_server::storage::{Districts, Documents, Postgres, PostgresConfig, StorageError};

use crate::cluster::{self, Cluster};
use crate::storage::reached;
use crate::support::{DISTRICT, TestHub};

#[test]
fn a_database_that_went_away_is_said_so_and_found_again_with_all_it_had() {
    // This one syncs: what was acknowledged outlives its death.
    let mut cluster = Cluster::start("");
    let url = cluster.database();
    let hub = TestHub::start_with(&format!("[database]\nurl = '{url}'\n"));
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.sync();
    let client = worker.client.clone();
    let health = || {
        let answer = client.get(format!("{}/healthz", hub.url)).send().unwrap();
        answer.status().as_u16()
    };
    assert_eq!(health(), 200);
    cluster.stop();
    assert!(matches!(hub.hub.storage.districts(), Err(StorageError::OutOfReach)));
    let late = hub.hub.storage.add_district("BR-GAY", "Gaya", 0);
    assert!(matches!(late, Err(StorageError::OutOfReach)), "{late:?}");
    assert_eq!(health(), 503);
    let refused = worker.post(worker.body(worker.open()));
    assert_eq!(worker.take(&refused).reject, Some(protocol::Refusal::Unavailable));
    cluster.start_again();
    assert_eq!(health(), 200);
    assert!(hub.hub.storage.subject_district(case).unwrap().is_some());
    hub.hub.storage.add_district("BR-GAY", "Gaya", 0).unwrap();
    worker.sync();
    assert_eq!(hub.hub.storage.broken_audit_row().unwrap(), None);
}

#[test]
fn a_hub_does_not_start_without_its_database() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!(
        "postgresql://hub@{}/x",
        folder.path().display().to_string().replace('/', "%2F")
    );
    assert!(matches!(
        Postgres::open(&reached(nowhere)),
        Err(StorageError::OutOfReach)
    ));
    let no_such = cluster::shared().url("hub", "nowhere");
    let refused = Postgres::open(&reached(no_such)).unwrap_err();
    assert!(
        matches!(&refused, StorageError::Postgres { code } if code == "3D000"),
        "{refused:?}"
    );
    let stranger = cluster::shared().database().replace("hub@", "stranger:SECRETWORD@");
    let refused = Postgres::open(&reached(stranger)).unwrap_err();
    assert!(
        matches!(&refused, StorageError::Postgres { code } if code == "28000"),
        "{refused:?}"
    );
    assert!(!format!("{refused:?} {refused}").contains("SECRETWORD"));
}

#[test]
fn who_waits_too_long_for_a_turn_or_a_connection_is_told_that_it_is_busy() {
    let url = cluster::shared().database();
    let config = PostgresConfig {
        connections: 1,
        patience_ms: 300,
        ..reached(url.clone())
    };
    let store = Postgres::open(&config).unwrap();
    store.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
    // Somebody else stands in the district's line and does not move until told to.
    let holder = cluster::sql_beside(
        &url,
        "BEGIN; UPDATE district SET name = name; SELECT pg_advisory_lock(1);
         DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 2) LOOP
            PERFORM pg_sleep(0.01); END LOOP; END $$; COMMIT",
    );
    crate::support::eventually(|| {
        let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1";
        (cluster::sql(&url, held).trim() == "1").then_some(())
    });
    std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| store.set_lease_days(DISTRICT, 3, 5)));
        for one in both {
            let done = one.join().unwrap();
            assert!(matches!(done, Err(StorageError::Busy)), "{done:?}");
        }
    });
    let _release = cluster::sql_beside(&url, "SELECT pg_advisory_lock(2); SELECT pg_sleep(0.5)");
    holder.join().unwrap();
    store.set_lease_days(DISTRICT, 3, 5).unwrap();
    assert_eq!(store.district(DISTRICT).unwrap().unwrap().lease_days, 3);
}

#[test]
fn hubs_that_start_together_make_one_schema_and_a_newer_one_is_refused() {
    let url = cluster::shared().database();
    let together = Barrier::new(6);
    let epochs: Vec<_> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    Postgres::open(&reached(url.clone())).unwrap().epoch()
                })
            })
            .collect();
        opening.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(epochs.iter().all(|epoch| *epoch == epochs[0]));
    assert_eq!(cluster::sql(&url, "SELECT version FROM schema_version").trim(), "10");
    cluster::sql(&url, "INSERT INTO schema_version VALUES (999)");
    assert!(matches!(
        Postgres::open(&reached(url)),
        Err(StorageError::NewerSchema { found: 999, known: 10 })
    ));
}

#[test]
fn writers_whose_lines_cross_are_both_done() {
    let url = cluster::shared().database();
    let store = Postgres::open(&reached(url.clone())).unwrap();
    store.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
    // Every other time the database says that this transaction was in a deadlock.
    cluster::sql(
        &url,
        "CREATE SEQUENCE turns;
         CREATE FUNCTION cross_lines() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('turns') % 2 = 1 THEN RAISE SQLSTATE '40P01'; END IF;
                RETURN NEW;
            END $$;
         CREATE TRIGGER cross_lines BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION cross_lines();",
    );
    store.set_lease_days(DISTRICT, 3, 5).unwrap();
    store.set_lease_days(DISTRICT, 4, 6).unwrap();
    cluster::sql(
        &url,
        "CREATE OR REPLACE FUNCTION cross_lines() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM nextval('turns'); RAISE SQLSTATE '40P01'; END $$;",
    );
    let given_up = store.set_lease_days(DISTRICT, 5, 7);
    assert!(matches!(given_up, Err(StorageError::Busy)), "{given_up:?}");
    assert_eq!(
        cluster::sql(&url, "SELECT last_value FROM turns").trim(),
        "12",
        "4 and 8 tries"
    );
    assert_eq!(store.district(DISTRICT).unwrap().unwrap().lease_days, 4);
}

#[test]
fn a_session_is_as_the_hub_needs_it_whatever_the_servers_defaults() {
    let url = cluster::shared().database();
    let name = url.rsplit('/').next().unwrap();
    let defaults = format!(
        "ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read';
         ALTER DATABASE {name} SET synchronous_commit = off;"
    );
    cluster::sql(&url, &defaults);
    let store = Postgres::open(&reached(url.clone())).unwrap();
    cluster::sql(
        &url,
        "CREATE TABLE said (words TEXT);
         CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO said VALUES (current_setting('transaction_isolation') || ', '
                    || current_setting('synchronous_commit'));
                RETURN NEW;
            END $$;
         CREATE TRIGGER say BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION say();",
    );
    store.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
    assert_eq!(
        cluster::sql(&url, "SELECT words FROM said").trim(),
        "read committed, on"
    );
}

#[test]
fn audit_rows_that_a_dead_process_left_are_linked_by_another() {
    let url = cluster::shared().database();
    let _other = Postgres::open(&reached(url.clone())).unwrap();
    cluster::sql(
        &url,
        "INSERT INTO audit (at_ms, deed, detail) VALUES (5, 'assign', 'left')",
    );
    crate::support::eventually(|| {
        let linked = "SELECT count(*) FROM audit WHERE link = 1 AND chain IS NOT NULL";
        (cluster::sql(&url, linked).trim() == "1").then_some(())
    });
}

#[test]
fn who_folds_and_who_writes_lock_in_one_order() {
    let url = cluster::shared().database();
    let store = Postgres::open(&reached(url.clone())).unwrap();
    // Which row a change touches first is seen by which trigger comes first.
    cluster::sql(
        &url,
        "CREATE TABLE touched (n BIGSERIAL, what TEXT);
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO touched (what) VALUES (TG_TABLE_NAME); RETURN NEW; END $$;
         CREATE TRIGGER touch BEFORE UPDATE ON document FOR EACH ROW EXECUTE FUNCTION touch();
         CREATE TRIGGER touch BEFORE INSERT ON unfolded FOR EACH ROW EXECUTE FUNCTION touch();",
    );
    crate::storage::prepared(&store);
    crate::storage::begun(&store);
    let order = cluster::sql(&url, "SELECT what FROM touched ORDER BY n");
    assert_eq!(order.split_whitespace().collect::<Vec<_>>(), ["document", "unfolded"]);
}

#[test]
fn a_database_under_tls_is_reached_where_somebody_trusted_vouches_for_it() {
    let (cluster, port) = Cluster::start_at_a_port(true);
    let by_socket = cluster.database();
    let name = by_socket.rsplit('/').next().unwrap();
    let url = format!("postgresql://hub@localhost:{port}/{name}?sslmode=require");
    let nobody_known = Postgres::open(&reached(url.clone()));
    assert!(
        matches!(nobody_known, Err(StorageError::DatabaseTls)),
        "{nobody_known:?}"
    );
    let config = PostgresConfig {
        ca_file: Some(cluster.certificate()),
        ..reached(url)
    };
    let store = Postgres::open(&config).unwrap();
    store.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
    let plain = "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
                 WHERE a.application_name = 'vatsalya-hub' AND NOT s.ssl";
    assert_eq!(cluster::sql(&by_socket, plain).trim(), "0");
    let other_name = PostgresConfig {
        url: format!("postgresql://hub@127.0.0.1:{port}/{name}?sslmode=require")
            .try_into()
            .unwrap(),
        ..config
    };
    let other_name = Postgres::open(&other_name);
    assert!(matches!(other_name, Err(StorageError::DatabaseTls)), "{other_name:?}");
}

#[test]
fn a_database_without_tls_is_refused_where_tls_is_asked_for() {
    let (cluster, port) = Cluster::start_at_a_port(false);
    let by_socket = cluster.database();
    let name = by_socket.rsplit('/').next().unwrap();
    let url = |more: &str| reached(format!("postgresql://hub@127.0.0.1:{port}/{name}{more}"));
    let refused = Postgres::open(&url("?sslmode=require"));
    assert!(matches!(refused, Err(StorageError::DatabaseTls)), "{refused:?}");
    Postgres::open(&url("")).unwrap();
}

//! Who may do what, written out: a change of `roles.toml` must be meant, because it decides what is on a tablet.

use casework::{Asked, Compartment, DocumentKind, Pack, Role};

/// Role; for core, identity, care, legal, missing, institution, officer: `w` writes and reads, `r` reads, `-` neither;
/// then what else it does: opens cases, sees the whole district, assigns, orders, approves.
const TABLE: [(&str, &str, &str); 14] = [
    // Head of the unit: answers for every case of the district.
    ("dcpo", "wwwwww-", "open district assign - approve"),
    // Sponsorship, foster care, follow-up at home.
    ("po_nic", "wwwwwr-", "open - - - -"),
    ("po_ic", "wwwwww-", "open - - - -"),
    // Legal work and probation: the inquiry into the child's circumstances (JJ ss.8(3)(e), 13(1)(ii)) is this officer's to
    // write, and most of Form 6 is kept in care.
    ("lpo", "wwwwwr-", "open - - - -"),
    // What a child tells a counsellor goes into care; allegations and court papers do not come to them.
    ("counsellor", "wrw-rr-", "- - - - -"),
    ("social_worker", "www-wr-", "open - - - -"),
    // Committee and Board read everything before them (JJ ss.30, 8), and write orders, not reports.
    ("cwc", "wrrwrr-", "- - - order approve"),
    ("jjb", "wrrwrr-", "- - - order approve"),
    // The institution cares for the child; it needs no statement and no police paper for that (JJ s.99).
    ("superintendent", "www-rw-", "- - - - approve"),
    ("case_worker", "www-rr-", "- - - - -"),
    ("saa", "www-rw-", "- - - - -"),
    // Finds children: who the child is and where, not how it was hurt.
    ("outreach_worker", "wr--wr-", "open - - - -"),
    // The police officer for children: the offence and who the child is, not health or counselling.
    ("cwpo", "ww-ww--", "open - - - -"),
    // Counts, never a name (JJ s.74).
    ("data_analyst", "r------", "- district - - -"),
];

#[test]
fn every_role_may_do_with_every_document_what_the_table_says_and_no_more() {
    let rights = Pack::national().rights();
    for (code, documents, acts) in TABLE {
        let role = Role::from_code(code);
        let of = rights.of(&role).unwrap();
        for (kind, letter) in DocumentKind::ALL.into_iter().zip(documents.chars()) {
            let (reads, writes) = (letter != '-', letter == 'w');
            assert_eq!(rights.may_read(&role, kind), reads, "{code} reads {kind:?}");
            assert_eq!(rights.may_write(&role, kind), writes, "{code} writes {kind:?}");
        }
        let acts: Vec<bool> = acts.split(' ').map(|act| act != "-").collect();
        let found = [of.opens_cases, of.sees_district, of.assigns, of.orders, of.approves];
        assert_eq!(acts, found, "{code}: opens, district, assigns, orders, approves");
        let asked = [
            rights.may_assign(&role),
            rights.may_order(&role),
            rights.may_approve(&role),
        ];
        assert_eq!(acts[2..], asked, "{code}");
    }
    assert_eq!(TABLE.len(), Role::ALL.len(), "a new role stands in the table");
    assert_eq!(rights.iter().count(), TABLE.len());
}

/// Whoever the Act charges with a report can write all that it requires, alone.
#[test]
fn a_report_needs_no_second_hand() {
    let pack = Pack::national();
    for (form, role) in [
        ("1", "cwpo"),
        ("1", "lpo"),
        ("6", "lpo"),
        ("6", "po_nic"),
        ("10", "lpo"),
        ("22", "social_worker"),
    ] {
        let role = Role::from_code(role);
        let form = pack.form(form).unwrap();
        assert!(form.filled_by.contains(&role), "form {} by {}", form.id, role.code());
        for field in form.sections.iter().flat_map(|section| &section.fields) {
            let (name, kept) = match &field.asks {
                Asked::Fact(fact) => (fact.as_str(), pack.fact(fact).unwrap().document),
                Asked::Table(table) => (table.as_str(), pack.table(table).unwrap().document),
            };
            let must = field.required || field.required_when.is_some();
            assert!(
                !must || pack.rights().may_write(&role, kept),
                "form {}: {name} by {}",
                form.id,
                role.code()
            );
        }
    }
    // What the police hear of schooling, habits and harm has a place that they may write.
    let cwpo = Role::from_code("cwpo");
    let told = pack.fact(&"inquiry.background_told".parse().unwrap()).unwrap();
    assert!(pack.rights().may_write(&cwpo, told.document));
    assert!(!pack.rights().may_read(&cwpo, DocumentKind::Case(Compartment::Care)));
}

#[test]
fn who_works_in_an_institution_has_the_documents_of_that_one_only() {
    let rights = Pack::national().rights();
    let own: Vec<&str> = rights
        .iter()
        .filter(|of| of.own_institution)
        .map(|of| of.role.code())
        .collect();
    assert_eq!(own, ["superintendent", "saa"]);
}

#[test]
fn a_role_nobody_described_may_do_nothing() {
    let rights = Pack::national().rights();
    for role in [Role::Unknown("tailor".into()), Role::Unknown(String::new())] {
        for kind in DocumentKind::ALL {
            assert!(!rights.may_read(&role, kind) && !rights.may_write(&role, kind));
        }
        assert!(!rights.may_assign(&role) && !rights.may_order(&role) && !rights.may_approve(&role));
    }
}

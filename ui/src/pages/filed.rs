//! A filed form as it stood, with what was changed since beside each field. Nothing on it can be written.

use casework::{DocumentKind, RowId, Subject};
use ipc::{Amended, Amendment, FiledForm, FormItem, RegisterRef, SectionView};
use leptos::{prelude::*, task::spawn_local};

use super::{
    form::amend::{filing_list, filing_text},
    print::PrintButton,
};
use crate::{
    backend,
    components::{DeliveryMark, Icon, Loading, Problem, failure_text, icon},
    route::{FormPlace, Route},
    state::{app, words},
    time,
    value::{self, Spec},
};

/// The page.
#[component]
pub(crate) fn FiledPage(subject: Subject, row: RowId) -> impl IntoView {
    let words = words();
    let found = RwSignal::new(None::<FiledForm>);
    let problem = RwSignal::new(None::<String>);
    let changes = app().changes_of(subject);
    Effect::new(move |_| {
        changes.get();
        spawn_local(async move {
            match backend::filed(subject, row).await {
                Ok(filed) => {
                    problem.try_set(None);
                    found.try_set(Some(filed));
                }
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
        });
    });
    let body = move || match found.get() {
        None if problem.with(Option::is_some) => ().into_any(),
        None => view! { <Loading text=words.form_reading() /> }.into_any(),
        Some(filed) => filed_view(subject, filed).into_any(),
    };
    view! {
        <article class="form filed" data-test="filed" data-place="sections">
            <Problem text=problem />
            {body}
        </article>
    }
}

fn filed_view(subject: Subject, filed: FiledForm) -> impl IntoView {
    let words = words();
    let FiledForm {
        filing,
        form,
        amendments,
        added,
        unseen,
        not_here_yet,
        others,
    } = filed;
    let names = |kinds: &[DocumentKind]| {
        let names: Vec<&str> = kinds.iter().map(|this| words.compartment(*this)).collect();
        names.join(", ")
    };
    let unseen = (!unseen.is_empty()).then(|| view! { <p class="note">{words.filing_unseen(names(&unseen))}</p> });
    let absent =
        (!not_here_yet.is_empty()).then(|| view! { <p class="note">{words.filing_not_here(names(&not_here_yet))}</p> });
    let count = u64::try_from(amendments.len()).unwrap_or_default();
    let sections: Vec<_> = form
        .sections
        .iter()
        .filter(|section| section.shown)
        .map(|section| section_view(section, &amendments))
        .collect();
    let others = (!others.is_empty()).then(|| {
        view! {
            <section class="card stack">
                <h3>{words.filing_others()}</h3>
                {filing_list(subject, others)}
            </section>
        }
    });
    view! {
        <header class="form-head">
            <a
                class="button quiet"
                href=Route::Form(subject, form.form.clone(), FormPlace::Sections).to_string()
                data-test="filed-back"
            >
                {icon(Icon::Back)}
                <span>{words.filing_to_form()}</span>
            </a>
            <p class="muted">{words.form_of(&form.form, &form.source)}</p>
            <h2>{words.label(&form.title)}</h2>
        </header>
        <section class="note stack filed-stamp" data-test="filed-stamp">
            <p class="filed-line">{icon(Icon::Lock)} <strong>{filing_text(words, &filing)}</strong></p>
            <p>{words.filing_as_it_stood()}</p>
            <p class="muted">
                {words.form_percent(form.percent)} " · " {words.filing_pack(&filing.pack)}
                {(!filing.device.is_empty()).then(|| format!(" · {}", words.history_device(&filing.device)))}
            </p>
            <DeliveryMark delivery=filing.delivery.clone() />
            <div class="actions">
                <PrintButton subject=subject form=filing.form.clone() filing=Some(filing.row) />
            </div>
            {(count > 0).then(|| view! { <p><strong>{words.filing_amended(count)}</strong></p> })}
            {(added > 0).then(|| view! { <p data-test="filed-added">{words.filing_added(u64::from(added))}</p> })}
        </section>
        {unseen}
        {absent}
        {sections}
        {others}
    }
}

fn section_view(section: &SectionView, amendments: &[Amendment]) -> impl IntoView + use<> {
    let words = words();
    let rows: Vec<_> = section
        .items
        .iter()
        .filter_map(|item| match item {
            FormItem::Field(field) => {
                let of: Vec<_> = amendments.iter().filter(|amendment| is_of_fact(amendment, &field.fact)).map(amendment_view).collect();
                if !field.shown && of.is_empty() {
                    return None;
                }
                let said = if field.readable {
                    field.value.as_ref().map(|value| Spec::of_field(field).say(words, Some(value)))
                } else {
                    Some(words.form_not_readable(words.compartment(field.compartment)))
                };
                let said = said.map_or_else(|| view! { <span class="muted">"–"</span> }.into_any(), IntoAny::into_any);
                let label = words.label(&field.label);
                Some(view! { <dt>{label}</dt> <dd data-test=format!("filed-{}", field.fact)>{said} {of}</dd> }.into_any())
            }
            FormItem::Table(table) => {
                let of: Vec<_> = amendments.iter().filter(|amendment| is_of_table(amendment, &table.table)).map(amendment_view).collect();
                if !table.shown && of.is_empty() {
                    return None;
                }
                let rows: Vec<_> = table.rows.iter().map(|row| row_view(table, row)).collect();
                let none = rows.is_empty().then(|| view! { <span class="muted">"–"</span> });
                Some(view! { <dt>{words.label(&table.label)}</dt> <dd>{none} <ul class="table-rows">{rows}</ul> {of}</dd> }.into_any())
            }
        })
        .collect();
    view! {
        <section class="card filed-section">
            <h3>{words.label(&section.title)}</h3>
            <dl class="pairs">{rows}</dl>
        </section>
    }
}

fn row_view(table: &ipc::TableView, row: &ipc::RowView) -> impl IntoView + use<> {
    let words = words();
    let cells = table
        .columns
        .iter()
        .zip(&row.cells)
        .filter(|(_, cell)| cell.value.is_some());
    let cells: Vec<_> = cells
        .map(|(column, cell)| {
            let said = Spec::of_column(column).say(words, cell.value.as_ref());
            view! { <li><span class="muted">{words.label(&column.label)} ": "</span> {said}</li> }
        })
        .collect();
    view! { <li class="table-row"><ul>{cells}</ul></li> }
}

fn is_of_fact(amendment: &Amendment, fact: &casework::FactId) -> bool {
    matches!(&amendment.what, Amended::Register { register: RegisterRef::Fact { fact: changed } } if changed == fact)
}

fn is_of_table(amendment: &Amendment, table: &str) -> bool {
    match &amendment.what {
        Amended::Register {
            register: RegisterRef::Cell { table: changed, .. },
        }
        | Amended::RowAdded { table: changed, .. }
        | Amended::RowRemoved { table: changed, .. } => changed == table,
        Amended::Register { .. } => false,
    }
}

/// Then and now, who, when and why.
fn amendment_view(amendment: &Amendment) -> impl IntoView + use<> {
    let words = words();
    let cells: Vec<String> = amendment
        .cells
        .iter()
        .map(|cell| {
            format!(
                "{}: {}",
                words.label(&cell.label),
                value::say(words, Some(&cell.value), &cell.words)
            )
        })
        .collect();
    let cells = cells.join("; ");
    let now = value::say(words, amendment.now.as_ref(), &amendment.now_words);
    let then = value::say(words, amendment.then.as_ref(), &amendment.then_words);
    let change = match &amendment.what {
        Amended::RowAdded { .. } => words.filing_row_added(cells),
        Amended::RowRemoved { .. } => words.filing_row_removed(cells),
        Amended::Register {
            register: RegisterRef::Cell { .. },
        } => format!(
            "{}: {}",
            words.label(&amendment.label),
            words.filing_then_now(then, now)
        ),
        Amended::Register { .. } => words.filing_then_now(then, now),
    };
    let role = amendment.role.as_ref().map(|role| format!(", {}", words.label(role)));
    let who = format!(
        "{}{}, {}",
        amendment.by,
        role.unwrap_or_default(),
        time::date_time(words, amendment.at_ms)
    );
    let why = match &amendment.reason {
        Some(reason) => words.filing_why(reason),
        None => words.filing_no_reason().to_owned(),
    };
    let stands = amendment.stands;
    view! {
        <div class="amendment" data-test="amendment" data-stands=stands.to_string()>
            <p class="amendment-change">{icon(Icon::Write)} <span>{change}</span></p>
            <p>{why}</p>
            <p class="muted">{who}</p>
            {(!stands).then(|| view! { <p class="muted">{words.filing_overwritten()}</p> })}
            <DeliveryMark delivery=amendment.delivery.clone() />
        </div>
    }
}

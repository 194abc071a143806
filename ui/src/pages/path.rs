//! Where a file is, or is to be.

use ipc::FilePurpose;
use leptos::prelude::*;

use crate::{
    backend,
    components::Asking,
    state::{app, words},
};

/// The path of a file: typed, or chosen in the platform's window where it has one.
#[component]
pub(crate) fn PathField(
    /// The id of the input, which is also the hook for tests.
    id: &'static str,
    /// The path.
    value: RwSignal<String>,
    /// What the file is chosen for.
    purpose: FilePurpose,
    /// What is busy while it is chosen.
    asking: Asking,
) -> impl IntoView {
    let app = app();
    let words = words();
    let has_window = app
        .start
        .with_untracked(|start| start.as_ref().is_some_and(|start| start.file_chooser));
    let choose = move |_| {
        asking.run(
            move || backend::choose_file(purpose),
            move |chosen| {
                if let Some(path) = chosen {
                    value.set(path);
                }
            },
        );
    };
    let help = match purpose {
        FilePurpose::NewBackup => words.backup_path_help(),
        FilePurpose::Backup => words.backup_restore_path_help(),
        FilePurpose::NewPaper => words.print_path_help(),
        FilePurpose::NewWorkbook => words.report_path_xlsx(),
        FilePurpose::NewCsv => words.report_path_csv(),
    };
    view! {
        <div class="question">
            <label class="label" for=id>{words.backup_path()}</label>
            <p class="hint" id=format!("{id}-hint")>{help}</p>
            <input
                class="input"
                id=id
                data-test=id
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-describedby=format!("{id}-hint")
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
            {has_window
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button small"
                            data-test=format!("{id}-choose")
                            disabled=asking.busy
                            on:click=choose
                        >
                            {words.backup_choose()}
                        </button>
                    }
                })}
        </div>
    }
}

//! The toast with the progress of an export. It stays while the operator navigates.

use leptos::prelude::*;

use crate::{
    api::error::{ApiError, ErrorCode},
    csv_export::{
        export::{CsvExport, use_csv_export},
        state::{ExportState, RowProgress},
    },
    format, routes,
    ui::{
        controls::button::{ActionButton, ButtonRow, DocumentLink},
        dynamic::dynamic,
        feedback::request_id_note::RequestIdNote,
        focus,
        overlays::toast::{ErrorToast, ProgressToast, SuccessToast, ToastRegion},
    },
};

/// The export's toast, empty while the export is idle.
#[component]
pub fn ExportToast() -> impl IntoView {
    let export = use_csv_export()?;
    let state = export.state();
    // Depends on the variant only, so that elements stay in place while the numbers change.
    let kind = Memo::new(move |_| state.with(std::mem::discriminant));
    let state_on_change = move || {
        kind.get();
        state.get_untracked()
    };
    Effect::new(move |before: Option<()>| {
        kind.get();
        if before.is_some() {
            focus::restore_focus();
        }
    });
    let announcement = dynamic(move || match state_on_change() {
        ExportState::Downloading(_) => {
            let started = view! { <span class="visually-hidden">"Export started."</span> };
            Some(started.into_any())
        }
        ExportState::Saved { rows } => Some(saved_toast(export, rows)),
        ExportState::Idle | ExportState::Failed { .. } => None,
    });
    let shown = dynamic(move || match state_on_change() {
        ExportState::Downloading(_) => Some(view! { <DownloadingToast export/> }.into_any()),
        ExportState::Failed { rows, error } => Some(failed_toast(export, rows, error)),
        ExportState::Idle | ExportState::Saved { .. } => None,
    });
    Some(view! { <ToastRegion label="Export" announcement>{shown}</ToastRegion> })
}

#[component]
fn DownloadingToast(export: CsvExport) -> impl IntoView {
    let rows = Signal::derive(move || match export.state().get() {
        ExportState::Downloading(rows) => rows,
        _ => RowProgress::default(),
    });
    let text = Signal::derive(move || match progress_text(rows.get()) {
        Some(written) => format!("Exporting: {written}"),
        None => "Exporting…".to_owned(),
    });
    let progress = Signal::derive(move || {
        let RowProgress {
            received: written,
            total: expected,
        } = rows.get();
        Some((written, expected?))
    });
    view! { <ProgressToast text progress on_cancel=move |()| export.reset()/> }
}

fn saved_toast(export: CsvExport, rows: u32) -> AnyView {
    let sentence = format!("Export saved: {}", row_count(rows));
    view! {
        <SuccessToast on_dismiss=move |()| export.reset()>
            <p>{sentence}</p>
        </SuccessToast>
    }
    .into_any()
}

fn failed_toast(export: CsvExport, rows: RowProgress, error: ApiError) -> AnyView {
    let sentence = match progress_text(rows) {
        Some(written) => format!("The export stopped after {written}."),
        None => "The export couldn't start.".to_owned(),
    };
    let request = error.request_id.map(|id| view! { <RequestIdNote id/> });
    let action = match error.code {
        ErrorCode::Unauthenticated => {
            view! { <DocumentLink href=routes::LOGIN>"Sign in"</DocumentLink> }.into_any()
        }
        // An empty URL reloads the current page.
        ErrorCode::Outdated => view! { <DocumentLink href="">"Reload"</DocumentLink> }.into_any(),
        _ => {
            let retry = move |()| export.restart();
            view! { <ActionButton on_press=retry>"Try again"</ActionButton> }.into_any()
        }
    };
    view! {
        <ErrorToast on_dismiss=move |()| export.reset()>
            <p>{sentence}</p>
            <p>{error.message}</p>
            {request}
            <ButtonRow>{action}</ButtonRow>
        </ErrorToast>
    }
    .into_any()
}

/// Formats the progress as `41,200 of 98,310 rows`, or `None` while the total is unknown. Licenses
/// minted during the export may raise the total.
fn progress_text(rows: RowProgress) -> Option<String> {
    let expected = rows.total?.max(rows.received);
    Some(format!(
        "{} of {}",
        format::number(rows.received),
        row_count(expected)
    ))
}

fn row_count(rows: u32) -> String {
    let noun = if rows == 1 { "row" } else { "rows" };
    format!("{} {noun}", format::number(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_shown_once_the_total_is_known() {
        let rows = |written, expected| RowProgress {
            received: written,
            total: expected,
        };
        for (rows, text) in [
            (rows(0, None), None),
            (rows(41_200, Some(98_310)), Some("41,200 of 98,310 rows")),
            (rows(0, Some(1)), Some("0 of 1 row")),
            (rows(0, Some(0)), Some("0 of 0 rows")),
            (rows(12, Some(10)), Some("12 of 12 rows")),
        ] {
            assert_eq!(progress_text(rows).as_deref(), text, "{rows:?}");
        }
    }
}

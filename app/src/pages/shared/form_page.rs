//! Pages that consist of a form, which posts to the page's own URL. Server-only.

use keywright_domain::{license::LicenseRef, role::Permission};
use keywright_service::forms::IdempotentResult;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        page_context::use_page_context,
        request::{OPERATOR_FIELD, RejectedForm, rejected_form},
    },
    format,
    pages::shared::{
        badges::KeyText,
        failure::{Failure, set_status, to_rejection},
    },
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        feedback::notice::Alert,
        forms::form::{FieldControl, FormField, PostForm, Values},
        navigation::breadcrumb::Breadcrumb,
    },
};

/// A form page before anything is submitted.
pub struct FormPage {
    /// Heading and document title.
    pub heading: String,
    /// Breadcrumb: names and URLs of the parent pages.
    pub breadcrumb: Vec<(String, String)>,
    /// URL that the form posts to.
    pub action: String,
    /// Target of the Cancel link.
    pub cancel_href: String,
    /// Label of the submit button.
    pub submit_label: &'static str,
    pub fields: Vec<FormField>,
    /// Initial values of the fields.
    pub values: Values,
    /// Text above the form.
    pub note: Option<AnyView>,
    /// Operators without it see an access-denied page instead of the form.
    pub required_permission: Permission,
    /// Whether a script shows progress while the form is processed.
    pub shows_progress: bool,
}

/// Renders the page, or an error if the role lacks the permission. A rejected form keeps the
/// submitted values.
pub fn form_page(page: FormPage) -> AnyView {
    let head = view! { <FormHeader heading=page.heading above=page.breadcrumb/> };
    if !use_page_context().allows(page.required_permission) {
        return view! { {head} <AccessDenied cancel_href=page.cancel_href needs=page.required_permission/> }.into_any();
    }
    let (filled, refusal) = match rejected_form() {
        Some(RejectedForm {
            previous_result: Some(made),
            ..
        }) => {
            return view! { {head} <DuplicateSubmission made back=page.cancel_href again=page.action/> }.into_any();
        }
        Some(RejectedForm {
            values: typed,
            error,
            ..
        }) => {
            let keeps_id = matches!(error.code, ErrorCode::Unavailable | ErrorCode::Internal);
            let typed = restore_values(typed, &page.fields, page.values, keeps_id);
            (typed, Some(to_rejection(error)))
        }
        None => (page.values, None),
    };
    let (mut fields, mut filled) = (page.fields, filled);
    if let Some(account) = use_page_context().account {
        fields.push(FormField::hidden(OPERATOR_FIELD));
        filled.push((OPERATOR_FIELD.to_owned(), account.operator_id.to_string()));
    }
    let note = page
        .note
        .map(|note| view! { <div class="section-note">{note}</div> });
    view! {
        {head}
        {note}
        <PostForm
            action=page.action
            fields
            filled
            refusal
            verb=page.submit_label
            back=page.cancel_href
            shows_progress=page.shows_progress
        />
    }
    .into_any()
}

/// Returns the submitted values, with initial values for fields that were not sent. A form that
/// certainly created nothing gets a new ID. If the outcome is unknown, as after a database error,
/// it keeps its ID, so that a retry creates nothing twice.
fn restore_values(
    typed: Values,
    fields: &[FormField],
    mut filled: Values,
    keeps_id: bool,
) -> Values {
    let look_of = |name: &str| {
        fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| &field.control)
    };
    // Browsers do not send unchecked checkboxes.
    if !typed.is_empty() {
        filled.retain(|(name, _)| look_of(name) != Some(&FieldControl::Checkbox));
    }
    for (name, value) in typed {
        if look_of(&name) == Some(&FieldControl::Hidden) && !keeps_id {
            continue;
        }
        filled.retain(|(other, _)| *other != name);
        filled.push((name, value));
    }
    filled
}

/// The response to a form that was submitted twice: shows what the first submission created,
/// masked.
#[component]
fn DuplicateSubmission(made: IdempotentResult, back: String, again: String) -> impl IntoView {
    set_status(ErrorCode::Conflict);
    let (sentence, licenses) = match made {
        IdempotentResult::Licenses { count, first } => {
            let what = match count {
                1 => "1 license".to_owned(),
                count => format!("{} licenses", format::number(count)),
            };
            let sentence = view! {
                "You already submitted this form; it minted " {what}
                ". Nothing was minted this time. Keys are shown only once, after the first submission. \
                If you lost one, remint its license."
            };
            (
                sentence.into_any(),
                Some(view! { <MintedLicenses count first/> }),
            )
        }
        IdempotentResult::SdkKey { fingerprint } => {
            let sentence = view! {
                "You already submitted this form; it saved the SDK key with the fingerprint "
                <code>{fingerprint}</code>
                ". Nothing changed this time. If that key is lost, replace it."
            };
            (sentence.into_any(), None)
        }
    };
    view! {
        <Alert>
            <p>{sentence}</p>
        </Alert>
        {licenses}
        <ButtonRow>
            <DocumentLink href=back>"Back"</DocumentLink>
            <DocumentLink href=again>"Start a new form"</DocumentLink>
        </ButtonRow>
    }
}

#[component]
fn MintedLicenses(count: u32, first: Vec<LicenseRef>) -> impl IntoView {
    let named = u32::try_from(first.len()).unwrap_or(u32::MAX);
    let others = count.saturating_sub(named);
    let others = (others > 0).then(|| view! { <li>"and " {format::number(others)} " more"</li> });
    let licenses: Vec<_> = first
        .into_iter()
        .map(|license| {
            view! {
                <li>
                    <a href=routes::license(license.id)>
                        <KeyText display_key=license.display_key/>
                    </a>
                </li>
            }
        })
        .collect();
    view! { <ul class="duplicate-submission">{licenses} {others}</ul> }
}

/// Title, breadcrumb and heading of a form page.
#[component]
pub fn FormHeader(heading: String, above: Vec<(String, String)>) -> impl IntoView {
    view! {
        <Title text=heading.clone()/>
        <div class="page-head">
            <Breadcrumb above here=heading.clone()/>
            <div class="page-title">
                <h1>
                    <bdi>{heading}</bdi>
                </h1>
            </div>
        </div>
    }
}

/// Tells the operator that their role lacks a permission.
#[component]
pub fn AccessDenied(cancel_href: String, needs: Permission) -> impl IntoView {
    let error = role_error(needs);
    view! { <Failure heading="You don't have access" error here=cancel_href way_out="Back"/> }
}

/// Returns the error for an operator whose role lacks a permission.
pub fn role_error(required_permission: Permission) -> ApiError {
    let needed = format::role_name(required_permission.minimum_role());
    let message = match use_page_context().account {
        Some(account) => {
            let role = format::role_name(account.role);
            format!("Your role is {role}; this needs {needed} or above.")
        }
        None => format!("This needs the role {needed} or above."),
    };
    ApiError::for_page(ErrorCode::Forbidden, &message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::forms::field::FieldKind;

    fn sorted_values(values: &[(&str, &str)]) -> Values {
        let values = values.iter();
        let named = values.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut named: Values = named.collect();
        named.sort_unstable();
        named
    }

    #[test]
    fn rejected_form_keeps_submitted_values_and_defaults() {
        let line = FieldControl::Input(FieldKind::Text);
        let fields = [
            FormField::new("name", "", "", line.clone()),
            FormField::new("old_keys", "", "", line),
            FormField::new("fallback", "", "", FieldControl::Checkbox),
            FormField::hidden("form_id"),
        ];
        let filled = sorted_values(&[("form_id", "new"), ("old_keys", "30"), ("fallback", "yes")]);
        let typed = sorted_values(&[("form_id", "old"), ("name", "Paint")]);
        let again = |typed: &Values, keeps_id| {
            let mut again = restore_values(typed.clone(), &fields, filled.clone(), keeps_id);
            again.sort_unstable();
            again
        };
        let expected = sorted_values(&[("form_id", "new"), ("name", "Paint"), ("old_keys", "30")]);
        assert_eq!(again(&typed, false), expected);
        // The outcome is unknown, so the retry keeps its ID.
        let expected = sorted_values(&[("form_id", "old"), ("name", "Paint"), ("old_keys", "30")]);
        assert_eq!(again(&typed, true), expected);
        // Nothing was submitted: the initial values apply.
        assert_eq!(
            again(&Vec::new(), false),
            sorted_values(&[("form_id", "new"), ("old_keys", "30"), ("fallback", "yes")])
        );
    }
}

//! Pages that are a form, which posts to the page's own address. Rendered on the server only.

use keywright_domain::{license::NamedLicense, role::Permission};
use keywright_service::forms::IdempotentResult;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        page_context::use_visit,
        request::{OPERATOR_FIELD, RefusedForm, refused_form},
    },
    format,
    pages::shared::{
        badges::KeyText,
        failure::{Failure, answer_with, refusal},
    },
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        feedback::notice::Alert,
        forms::form::{FieldLook, FormField, PlainForm, Values},
        navigation::breadcrumb::Breadcrumb,
    },
};

/// Such a page, as it is shown at first.
pub struct FormPage {
    /// Its heading and title.
    pub heading: String,
    /// What stands above it in the breadcrumb: names and addresses.
    pub above: Vec<(String, String)>,
    /// Where it posts to.
    pub action: String,
    /// Where it leads who does not want to.
    pub back: String,
    /// What is done.
    pub verb: &'static str,
    /// What is asked.
    pub fields: Vec<FormField>,
    /// What stands in the fields.
    pub filled: Values,
    /// What there is to know before.
    pub note: Option<AnyView>,
    /// What one must be allowed to do.
    pub needs: Permission,
    /// Whether it may take so long that a script shows how far it has come.
    pub shows_progress: bool,
}

/// The page, unless the role does not allow it; with what was typed, where it was refused.
pub fn form_page(page: FormPage) -> AnyView {
    let head = view! { <FormHead heading=page.heading above=page.above/> };
    if !use_visit().allows(page.needs) {
        return view! { {head} <NotForRole back=page.back/> }.into_any();
    }
    let (filled, refusal) = match refused_form() {
        Some(RefusedForm {
            made: Some(made), ..
        }) => {
            return view! { {head} <MadeBefore made back=page.back again=page.action/> }.into_any();
        }
        Some(RefusedForm { typed, error, .. }) => {
            let keeps_id = matches!(error.code, ErrorCode::Unavailable | ErrorCode::Internal);
            let typed = typed_again(typed, &page.fields, page.filled, keeps_id);
            (typed, Some(refusal(error)))
        }
        None => (page.filled, None),
    };
    let (mut fields, mut filled) = (page.fields, filled);
    if let Some(account) = use_visit().account {
        fields.push(FormField::hidden(OPERATOR_FIELD));
        filled.push((OPERATOR_FIELD.to_owned(), account.operator_id.to_string()));
    }
    let note = page
        .note
        .map(|note| view! { <div class="section-note">{note}</div> });
    view! {
        {head}
        {note}
        <PlainForm
            action=page.action
            fields
            filled
            refusal
            verb=page.verb
            back=page.back
            shows_progress=page.shows_progress
        />
    }
    .into_any()
}

/// What was typed; for what was not sent, what stands there at first. A form that made nothing for sure gets another id; where
/// nobody knows, as after trouble with the database, it keeps its own, so that it makes nothing twice.
fn typed_again(typed: Values, fields: &[FormField], mut filled: Values, keeps_id: bool) -> Values {
    let look_of = |name: &str| {
        fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| &field.look)
    };
    // What is not ticked is not sent.
    if !typed.is_empty() {
        filled.retain(|(name, _)| look_of(name) != Some(&FieldLook::Check));
    }
    for (name, value) in typed {
        if look_of(&name) == Some(&FieldLook::Hidden) && !keeps_id {
            continue;
        }
        filled.retain(|(other, _)| *other != name);
        filled.push((name, value));
    }
    filled
}

/// The form was sent a second time: what it made the first time, masked.
#[component]
fn MadeBefore(made: IdempotentResult, back: String, again: String) -> impl IntoView {
    answer_with(ErrorCode::Conflict);
    let (sentence, licenses) = match made {
        IdempotentResult::Licenses { count, first } => {
            let what = match count {
                1 => "1 license".to_owned(),
                count => format!("{} licenses", format::number(count)),
            };
            let sentence = view! {
                "This form was sent before, and minted " {what}
                " then. Nothing was minted now. The keys were shown in the first answer only; where one is lost, remint its \
                license."
            };
            (
                sentence.into_any(),
                Some(view! { <FirstMinted count first/> }),
            )
        }
        IdempotentResult::SdkKey { fingerprint } => {
            let sentence = view! {
                "This form was sent before: the SDK key with the fingerprint " <code>{fingerprint}</code>
                " is from it. Nothing was done now. If that key is lost, replace it."
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
            <DocumentLink href=again>"A new form"</DocumentLink>
        </ButtonRow>
    }
}

#[component]
fn FirstMinted(count: u32, first: Vec<NamedLicense>) -> impl IntoView {
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
    view! { <ul class="made-before">{licenses} {others}</ul> }
}

/// The head of a page about something that is above it.
#[component]
pub fn FormHead(heading: String, above: Vec<(String, String)>) -> impl IntoView {
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

/// Says that others do this.
#[component]
pub fn NotForRole(back: String) -> impl IntoView {
    let error = ApiError::here(ErrorCode::Forbidden, "Your role does not allow this.");
    view! { <Failure heading="Not for your role" error here=back way_out="Back"/> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::forms::field::FieldKind;

    fn named(values: &[(&str, &str)]) -> Values {
        let values = values.iter();
        let named = values.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut named: Values = named.collect();
        named.sort_unstable();
        named
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_for_the_rest_what_stood_there() {
        let line = FieldLook::Line(FieldKind::Text);
        let fields = [
            FormField::new("name", "", "", line.clone()),
            FormField::new("old_keys", "", "", line),
            FormField::new("fallback", "", "", FieldLook::Check),
            FormField::hidden("form_id"),
        ];
        let filled = named(&[("form_id", "new"), ("old_keys", "30"), ("fallback", "yes")]);
        let typed = named(&[("form_id", "old"), ("name", "Paint")]);
        let again = |typed: &Values, keeps_id| {
            let mut again = typed_again(typed.clone(), &fields, filled.clone(), keeps_id);
            again.sort_unstable();
            again
        };
        let expected = named(&[("form_id", "new"), ("name", "Paint"), ("old_keys", "30")]);
        assert_eq!(again(&typed, false), expected);
        // Nobody knows whether it made something: the next try is the same one.
        let expected = named(&[("form_id", "old"), ("name", "Paint"), ("old_keys", "30")]);
        assert_eq!(again(&typed, true), expected);
        // What somebody else typed is not there.
        assert_eq!(
            again(&Vec::new(), false),
            named(&[("form_id", "new"), ("old_keys", "30"), ("fallback", "yes")])
        );
    }
}

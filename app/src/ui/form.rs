//! Forms with what there is to say about each field, and what was wrong with what was sent. They need no script.

use leptos::prelude::*;

use crate::ui::{
    button::{ButtonRow, PrimaryButton, QuietLink},
    choice::Choice,
    field::{FieldKind, FieldLinks},
    icon::{Icon, IconName},
    meta::RequestNote,
    notice::Alert,
};

/// What a field is filled in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldLook {
    /// A line of text of some kind.
    Line(FieldKind),
    /// One of some values.
    Select(Vec<Choice>),
    /// Yes or no; yes is sent as `yes`.
    Check,
}

/// One field of a form. Its name is its id too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// What it is sent as.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What there is to say about it.
    pub hint: &'static str,
    /// What it is filled in with.
    pub look: FieldLook,
    /// Whether something must be filled in.
    pub is_required: bool,
}

/// Why a form was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A sentence.
    pub message: String,
    /// What is wrong in fields, by their names.
    pub wrong: Vec<(String, String)>,
    /// Under which the server's log has more, where it has.
    pub request_id: Option<String>,
}

/// A form that posts to `action`; `filled` is what stands in its fields, by their names.
#[component]
pub fn PlainForm(
    action: String,
    fields: Vec<FormField>,
    filled: Vec<(&'static str, String)>,
    refusal: Option<Refusal>,
    verb: &'static str,
    /// Where it leads who does not want to, if there is such a place.
    #[prop(optional)]
    back: Option<String>,
) -> impl IntoView {
    let wrong = refusal.as_ref().map_or(&[][..], |refusal| &refusal.wrong);
    let links = fields.iter().filter_map(|field| {
        let sentence = of(wrong, field.name)?;
        Some((field.name, format!("{}: {sentence}", field.label)))
    });
    let links: Vec<_> = links.collect();
    let first_wrong = links.first().map(|(name, _)| *name);
    let begins_with = first_wrong.or_else(|| fields.first().map(|field| field.name));
    let fields: Vec<_> = fields
        .into_iter()
        .map(|field| {
            let value = of(&filled, field.name).unwrap_or_default();
            let error = of(wrong, field.name);
            let focused = Some(field.name) == begins_with;
            view! { <FilledField field value error focused/> }
        })
        .collect();
    let alert = refusal.map(|refusal| view! { <RefusalAlert refusal links/> });
    let send = view! { <PrimaryButton>{verb}</PrimaryButton> };
    let buttons = match back {
        Some(href) => view! {
            <ButtonRow>
                {send}
                <QuietLink href>"Cancel"</QuietLink>
            </ButtonRow>
        }
        .into_any(),
        None => send.into_any(),
    };
    view! {
        {alert}
        <form class="form plain-form" method="post" action=action>
            {fields}
            {buttons}
        </form>
    }
}

#[component]
fn RefusalAlert(refusal: Refusal, links: Vec<(&'static str, String)>) -> impl IntoView {
    let request = refusal.request_id.map(|id| view! { <RequestNote id/> });
    view! {
        <Alert>
            <p>{refusal.message}</p>
            <FieldLinks links/>
            {request}
        </Alert>
    }
}

/// What is said of the field of that name.
fn of<N: AsRef<str>>(said: &[(N, String)], name: &str) -> Option<String> {
    let mut said = said.iter();
    let found = said.find(|(field, _)| field.as_ref() == name);
    found.map(|(_, text)| text.clone())
}

#[component]
fn FilledField(
    field: FormField,
    value: String,
    error: Option<String>,
    /// Whether typing can start here at once.
    focused: bool,
) -> impl IntoView {
    let FormField {
        name,
        label,
        hint,
        look,
        is_required,
    } = field;
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let is_wrong = error.is_some();
    let described_by = if is_wrong {
        format!("{error_id} {hint_id}")
    } else {
        hint_id.clone()
    };
    let error = error.map(|error| view! { <p class="field-error" id=error_id>{error}</p> });
    let invalid = is_wrong.then_some("true");
    let input = match look {
        FieldLook::Select(choices) => {
            let options = choices.into_iter().map(|Choice { value: sent, label }| {
                let selected = sent == value;
                view! { <option value=sent selected=selected>{label}</option> }
            });
            let options: Vec<_> = options.collect();
            view! {
                <div class="select">
                    <select id=name name=name aria-invalid=invalid aria-describedby=described_by>
                        {options}
                    </select>
                    <Icon name=IconName::Down/>
                </div>
            }
            .into_any()
        }
        FieldLook::Check => view! {
            <input
                id=name
                name=name
                type="checkbox"
                value="yes"
                checked=value == "yes"
                aria-describedby=described_by
            />
        }
        .into_any(),
        FieldLook::Line(kind) => view! {
            <input
                class="input"
                id=name
                name=name
                type=kind.input_type()
                inputmode=kind.input_mode()
                autocapitalize="none"
                autocomplete=kind.autocomplete()
                spellcheck="false"
                value=value
                required=is_required
                autofocus=focused
                aria-invalid=invalid
                aria-describedby=described_by
            />
        }
        .into_any(),
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {input}
            {error}
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

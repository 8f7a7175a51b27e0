//! Forms with what there is to say about each field, and what was wrong with what was sent. They need no script.

use leptos::prelude::*;

use crate::ui::{
    controls::button::{ButtonRow, PrimaryButton, TextLink},
    feedback::{notice::Alert, request_id_note::RequestIdNote},
    forms::{
        field::{FieldKind, FieldLinks},
        radio_group::Choice,
    },
    icon::{Icon, IconName},
};

/// What a field is filled in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldLook {
    /// A line of text of some kind.
    Line(FieldKind),
    /// One of some values.
    Select(Vec<Choice>),
    /// One of some values in groups, each under its name.
    Grouped(Vec<(String, Vec<Choice>)>),
    /// Yes or no; yes is sent as `yes`.
    Check,
    /// What is sent along and not seen.
    Hidden,
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
    /// The address that says what is wrong with it while it is typed, where there is a script.
    pub checked_at: Option<&'static str>,
}

impl FormField {
    /// A field that may stay empty.
    pub const fn new(
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        look: FieldLook,
    ) -> Self {
        Self {
            name,
            label,
            hint,
            look,
            is_required: false,
            checked_at: None,
        }
    }

    /// One that may not.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// One that is checked while it is typed.
    #[must_use]
    pub const fn checked_at(mut self, address: &'static str) -> Self {
        self.checked_at = Some(address);
        self
    }

    /// What is sent along and not seen.
    pub const fn hidden(name: &'static str) -> Self {
        Self::new(name, "", "", FieldLook::Hidden)
    }
}

/// What stands in fields, by their names.
pub type Values = Vec<(String, String)>;

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
    filled: Values,
    refusal: Option<Refusal>,
    verb: &'static str,
    /// Where it leads who does not want to, if there is such a place.
    #[prop(optional)]
    back: Option<String>,
    /// Whether it may take so long that a script shows how far it has come.
    #[prop(optional)]
    shows_progress: bool,
) -> impl IntoView {
    let wrong = refusal.as_ref().map_or(&[][..], |refusal| &refusal.wrong);
    let links = fields.iter().filter_map(|field| {
        let sentence = of(wrong, field.name)?;
        Some((field.name, format!("{}: {sentence}", field.label)))
    });
    let links: Vec<_> = links.collect();
    let first_wrong = links.first().map(|(name, _)| *name);
    let mut seen = fields
        .iter()
        .filter(|field| field.look != FieldLook::Hidden);
    let begins_with = first_wrong.or_else(|| seen.next().map(|field| field.name));
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
                <TextLink href>"Cancel"</TextLink>
            </ButtonRow>
        }
        .into_any(),
        None => send.into_any(),
    };
    view! {
        {alert}
        <form
            class="form plain-form"
            method="post"
            action=action
            data-progress=shows_progress.then_some("")
        >
            {fields}
            {buttons}
        </form>
    }
}

#[component]
fn RefusalAlert(refusal: Refusal, links: Vec<(&'static str, String)>) -> impl IntoView {
    let request = refusal.request_id.map(|id| view! { <RequestIdNote id/> });
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
        checked_at,
    } = field;
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let is_wrong = error.is_some();
    // What a script finds wrong while one types is said there, too.
    let is_checked = checked_at.is_some();
    let described_by = if is_wrong || is_checked {
        format!("{error_id} {hint_id}")
    } else {
        hint_id.clone()
    };
    let role = is_checked.then_some("status");
    let error = (is_wrong || is_checked)
        .then(|| view! { <p class="field-error" id=error_id role=role>{error}</p> });
    let invalid = is_wrong.then_some("true");
    let input = match look {
        FieldLook::Hidden => {
            return view! { <input type="hidden" name=name value=value/> }.into_any();
        }
        FieldLook::Select(choices) => {
            let is_among = choices.iter().any(|choice| choice.value == value);
            let options = options(choices, &value);
            view! { <FilledSelect name invalid described_by is_among options/> }.into_any()
        }
        FieldLook::Grouped(groups) => {
            let mut choices = groups.iter().flat_map(|(_, choices)| choices);
            let is_among = choices.any(|choice| choice.value == value);
            let groups = groups.into_iter().map(|(label, choices)| {
                view! { <optgroup label=label>{options(choices, &value)}</optgroup> }
            });
            let options: Vec<_> = groups.collect();
            view! { <FilledSelect name invalid described_by is_among options=options.into_any()/> }
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
                data-checked-at=checked_at
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
    .into_any()
}

fn options(choices: Vec<Choice>, value: &str) -> AnyView {
    let options = choices.into_iter().map(|Choice { value: sent, label }| {
        let selected = sent == value;
        view! { <option value=sent selected=selected>{label}</option> }
    });
    let options: Vec<_> = options.collect();
    options.into_any()
}

#[component]
fn FilledSelect(
    name: &'static str,
    invalid: Option<&'static str>,
    described_by: String,
    /// Whether one of the options is chosen; else whoever fills it in has to choose.
    is_among: bool,
    options: AnyView,
) -> impl IntoView {
    let none = (!is_among).then(|| view! { <option value="" selected=true>"Choose…"</option> });
    view! {
        <div class="select">
            <select
                id=name
                name=name
                required=!is_among
                aria-invalid=invalid
                aria-describedby=described_by
            >
                {none}
                {options}
            </select>
            <Icon name=IconName::Down/>
        </div>
    }
}

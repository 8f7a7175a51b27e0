//! Forms with hints and errors for each field. They work without a script.

use leptos::prelude::*;

use crate::ui::{
    controls::button::{ButtonRow, PrimaryButton, TextLink},
    feedback::{notice::Alert, request_id_note::RequestIdNote},
    forms::{
        field::{FieldErrorLinks, FieldKind},
        radio_group::Choice,
    },
    icon::{Icon, IconName},
};

/// Control of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldControl {
    /// Single-line text.
    Input(FieldKind),
    /// Drop-down list.
    Select(Vec<Choice>),
    /// Drop-down list with named groups.
    GroupedSelect(Vec<(String, Vec<Choice>)>),
    /// Checkbox, submitted as `yes` when checked.
    Checkbox,
    /// Hidden field.
    Hidden,
}

/// A field of a form. Its name is also its ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub control: FieldControl,
    pub is_required: bool,
    /// URL that validates the value while it is typed, if a script runs.
    pub validate_url: Option<&'static str>,
}

impl FormField {
    /// Returns an optional field.
    pub const fn new(
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        look: FieldControl,
    ) -> Self {
        Self {
            name,
            label,
            hint,
            control: look,
            is_required: false,
            validate_url: None,
        }
    }

    /// Makes the field required.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Sets the URL that validates the value while it is typed.
    #[must_use]
    pub const fn validated_at(mut self, address: &'static str) -> Self {
        self.validate_url = Some(address);
        self
    }

    /// Returns a hidden field.
    pub const fn hidden(name: &'static str) -> Self {
        Self::new(name, "", "", FieldControl::Hidden)
    }
}

/// Values by field name.
pub type Values = Vec<(String, String)>;

/// Why a form submission was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRejection {
    pub message: String,
    /// Errors by field name.
    pub field_errors: Vec<(String, String)>,
    /// ID of the request in the server's log, if the log has details.
    pub request_id: Option<String>,
}

/// A form that posts to `action`. `filled` has the values of its fields.
#[component]
pub fn PostForm(
    action: String,
    fields: Vec<FormField>,
    filled: Values,
    refusal: Option<FormRejection>,
    verb: &'static str,
    /// Target of the Cancel link.
    #[prop(optional)]
    back: Option<String>,
    /// Whether a script shows the progress, because the request may take a while.
    #[prop(optional)]
    shows_progress: bool,
) -> impl IntoView {
    let wrong = refusal
        .as_ref()
        .map_or(&[][..], |refusal| &refusal.field_errors);
    let links = fields.iter().filter_map(|field| {
        let sentence = find_by_name(wrong, field.name)?;
        Some((field.name, format!("{}: {sentence}", field.label)))
    });
    let links: Vec<_> = links.collect();
    let first_wrong = links.first().map(|(name, _)| *name);
    let mut seen = fields
        .iter()
        .filter(|field| field.control != FieldControl::Hidden);
    let begins_with = first_wrong.or_else(|| seen.next().map(|field| field.name));
    let fields: Vec<_> = fields
        .into_iter()
        .map(|field| {
            let value = find_by_name(&filled, field.name).unwrap_or_default();
            let error = find_by_name(wrong, field.name);
            let focused = Some(field.name) == begins_with;
            view! { <FieldRow field value error focused/> }
        })
        .collect();
    let alert = refusal.map(|refusal| view! { <RejectionAlert refusal links/> });
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
            class="form post-form"
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
fn RejectionAlert(refusal: FormRejection, links: Vec<(&'static str, String)>) -> impl IntoView {
    let request = refusal.request_id.map(|id| view! { <RequestIdNote id/> });
    view! {
        <Alert>
            <p>{refusal.message}</p>
            <FieldErrorLinks links/>
            {request}
        </Alert>
    }
}

/// Returns the text of the field with that name.
fn find_by_name<N: AsRef<str>>(said: &[(N, String)], name: &str) -> Option<String> {
    let mut said = said.iter();
    let found = said.find(|(field, _)| field.as_ref() == name);
    found.map(|(_, text)| text.clone())
}

#[component]
fn FieldRow(
    field: FormField,
    value: String,
    error: Option<String>,
    /// Whether the field has the initial focus.
    focused: bool,
) -> impl IntoView {
    let FormField {
        name,
        label,
        hint,
        control: look,
        is_required,
        validate_url: checked_at,
    } = field;
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let is_wrong = error.is_some();
    // The script shows validation errors in the same element.
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
        FieldControl::Hidden => {
            return view! { <input type="hidden" name=name value=value/> }.into_any();
        }
        FieldControl::Select(choices) => {
            let is_among = choices.iter().any(|choice| choice.value == value);
            let options = options(choices, &value);
            view! { <SelectControl name invalid described_by is_among options/> }.into_any()
        }
        FieldControl::GroupedSelect(groups) => {
            let mut choices = groups.iter().flat_map(|(_, choices)| choices);
            let is_among = choices.any(|choice| choice.value == value);
            let groups = groups.into_iter().map(|(label, choices)| {
                view! { <optgroup label=label>{options(choices, &value)}</optgroup> }
            });
            let options: Vec<_> = groups.collect();
            view! { <SelectControl name invalid described_by is_among options=options.into_any()/> }
                .into_any()
        }
        FieldControl::Checkbox => view! {
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
        FieldControl::Input(kind) => view! {
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
                data-validate-url=checked_at
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
fn SelectControl(
    name: &'static str,
    invalid: Option<&'static str>,
    described_by: String,
    /// Whether the current value is one of the options. If not, the operator must choose one.
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
            <Icon name=IconName::ChevronDown/>
        </div>
    }
}

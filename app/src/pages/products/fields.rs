//! Fields of the product and key type forms, and their initial values.

use keywright_domain::{
    duration::{self, DurationUnit},
    product::{KeyType, Product},
    product_settings::TrialDays,
};

use crate::{
    routes,
    ui::forms::{
        field::FieldKind,
        form::{FieldControl, FormField, Values},
        radio_group::Choice,
    },
};

const TEXT: FieldControl = FieldControl::Input(FieldKind::Text);
const NUMBER: FieldControl = FieldControl::Input(FieldKind::Number);

/// Returns the form fields for a product. Slug and key prefix are fixed at creation.
pub(super) fn product_fields(is_new: bool) -> Vec<FormField> {
    let hint = "Shown to operators, and possibly to customers.";
    let name = FormField::new("name", "Display name", hint, TEXT).required();
    let fixed_fields = is_new.then(|| {
        let slug = "1–32 characters: a–z, 0–9, - and _. Your app uses the slug in API requests, so it can't be changed later.";
        let prefix = "4 letters or digits at the start of every license key. Must be unique on this server. Can't be changed later.";
        [
            FormField::new("slug", "Slug", slug, TEXT).required(),
            FormField::new("key_prefix", "Key prefix", prefix, TEXT)
                .required()
                .validated_at(routes::KEY_PREFIX_CHECK),
        ]
    });
    let free_tier = FieldControl::Select(vec![
        Choice::new("", "Not set (the app's own default)"),
        Choice::new("yes", "Yes"),
        Choice::new("no", "No"),
    ]);
    let trial =
        "How long the app can be tried without a key. Leave empty to use the app's own default.";
    let free_tier_hint = "Lets people use the app without a key.";
    let settings = [
        FormField::new("trial_days", "Trial, in days", trial, NUMBER),
        FormField::new("free_tier", "Free tier", free_tier_hint, free_tier),
    ];
    std::iter::once(name)
        .chain(fixed_fields.into_iter().flatten())
        .chain(settings)
        .collect()
}

/// Returns the values of a product's fields.
pub(super) fn product_values(product: &Product) -> Values {
    let settings = product.settings;
    let trial_days = settings.trial_days.map(TrialDays::get);
    to_values([
        ("name", product.name.clone()),
        (
            "trial_days",
            trial_days.map(|days| days.to_string()).unwrap_or_default(),
        ),
        (
            "free_tier",
            settings
                .free_tier
                .map_or("", |yes| if yes { "yes" } else { "no" })
                .to_owned(),
        ),
    ])
}

/// Returns the form fields for a key type. The slug is fixed at creation.
pub(super) fn key_type_fields(is_new: bool) -> Vec<FormField> {
    let slug = is_new.then(|| {
        let hint =
            "For example, pro. 1–32 characters: a–z, 0–9, - and _. Stored with every license, so it can't be changed later.";
        FormField::new("slug", "Slug", hint, TEXT).required()
    });
    let lifetime = std::iter::once(Choice::new("lifetime", "lifetime"));
    let units = DurationUnit::ALL.map(|unit| Choice::new(unit.as_str(), unit.as_str()));
    let units = FieldControl::Select(lifetime.chain(units).collect());
    let devices = "How many devices can use a license at the same time.";
    let duration_hint = "Counted from minting. Leave empty for a lifetime license.";
    let unit = "A week is 7 days, a month 30, a year 365.";
    let entitlements_hint =
        "Optional. Features that the license unlocks, separated by commas. For example: pro, sync.";
    let fallback_hint =
        "Lets the app keep running in reduced mode after expiry. Otherwise, the app stops.";
    let others = [
        FormField::new("activation_limit", "Devices", devices, NUMBER).required(),
        FormField::new("duration", "Valid for", duration_hint, NUMBER),
        FormField::new("duration_unit", "Unit", unit, units).required(),
        FormField::new("entitlements", "Entitlements", entitlements_hint, TEXT),
        FormField::new(
            "fallback",
            "Reduced mode after expiry",
            fallback_hint,
            FieldControl::Checkbox,
        ),
    ];
    slug.into_iter().chain(others).collect()
}

/// Returns the default values for a new key type.
pub(super) fn default_key_type_values() -> Values {
    to_values([
        ("activation_limit", "3".to_owned()),
        ("duration_unit", "lifetime".to_owned()),
    ])
}

/// Returns the values of a key type's fields.
pub(super) fn key_type_values(key_type: &KeyType) -> Values {
    let (count, unit) = match key_type.duration_days.map(duration::to_largest_unit) {
        Some((count, unit)) => (count.to_string(), unit.as_str()),
        None => (String::new(), "lifetime"),
    };
    let entitlements: Vec<&str> = key_type.entitlements.iter().collect();
    to_values([
        ("activation_limit", key_type.activation_limit.to_string()),
        ("duration", count),
        ("duration_unit", unit.to_owned()),
        ("entitlements", entitlements.join(", ")),
        (
            "fallback",
            if key_type.fallback { "yes" } else { "" }.to_owned(),
        ),
    ])
}

fn to_values<const N: usize>(values: [(&str, String); N]) -> Values {
    values.map(|(name, value)| (name.to_owned(), value)).into()
}

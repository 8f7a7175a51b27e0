//! The fields of the forms, and what stands in them.

use keywright_domain::{
    duration::{self, DurationUnit},
    product::{KeyType, Product},
    settings::TrialDays,
};

use crate::{
    routes,
    ui::forms::{
        field::FieldKind,
        form::{FieldLook, FormField, Values},
        radio_group::Choice,
    },
};

/// What one types into the fields of numbers and of texts.
const TEXT: FieldLook = FieldLook::Line(FieldKind::Text);
const NUMBER: FieldLook = FieldLook::Line(FieldKind::Number);

/// What is asked of a product, and, where it is new, what never changes.
pub(super) fn of_product(is_new: bool) -> Vec<FormField> {
    let hint = "Operators see it, and so may customers.";
    let name = FormField::new("name", "Display name", hint, TEXT).required();
    let for_good = is_new.then(|| {
        let slug = "1 to 32 of a-z, 0-9, - and _. Your app calls the server with it, so it never changes.";
        let prefix = "4 letters or digits that every key begins with. Unique on this server; it never changes.";
        [
            FormField::new("slug", "Slug", slug, TEXT).required(),
            FormField::new("key_prefix", "Key prefix", prefix, TEXT)
                .required()
                .checked_at(routes::KEY_PREFIX_CHECK),
        ]
    });
    let free_tier = FieldLook::Select(vec![
        Choice::new("", "Not set: as the app was built"),
        Choice::new("yes", "Yes"),
        Choice::new("no", "No"),
    ]);
    let trial = "How long the app may be tried without a key. Empty: as the app was built.";
    let without_key = "Whether the app may go on without a key.";
    let settings = [
        FormField::new("trial_days", "Trial, in days", trial, NUMBER),
        FormField::new("free_tier", "Free tier", without_key, free_tier),
    ];
    std::iter::once(name)
        .chain(for_good.into_iter().flatten())
        .chain(settings)
        .collect()
}

/// What stands in a product's fields.
pub(super) fn filled_with_product(product: &Product) -> Values {
    let settings = product.settings;
    let trial_days = settings.trial_days.map(TrialDays::get);
    by_name([
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

/// What is asked of a key type.
pub(super) fn of_key_type(is_new: bool) -> Vec<FormField> {
    let slug = is_new.then(|| {
        let hint =
            "1 to 32 of a-z, 0-9, - and _, such as pro. Licenses carry it, so it never changes.";
        FormField::new("slug", "Slug", hint, TEXT).required()
    });
    let lifetime = std::iter::once(Choice::new("lifetime", "for life"));
    let units = DurationUnit::ALL.map(|unit| Choice::new(unit.as_str(), unit.as_str()));
    let units = FieldLook::Select(lifetime.chain(units).collect());
    let devices = "On how many devices a license works at once.";
    let lasts = "How many of the unit below, from the day it is minted. Empty for life.";
    let unit = "A week is 7 days, a month 30, a year 365.";
    let unlocks = "What it unlocks in the app: names with commas between them, such as pro, sync. May stay empty.";
    let past_expiry =
        "The app may go on in its reduced mode once a license has expired. Else it stops.";
    let others = [
        FormField::new("activation_limit", "Devices", devices, NUMBER).required(),
        FormField::new("duration", "Lasts", lasts, NUMBER),
        FormField::new("duration_unit", "Unit", unit, units).required(),
        FormField::new("entitlements", "Entitlements", unlocks, TEXT),
        FormField::new(
            "fallback",
            "Reduced mode past expiry",
            past_expiry,
            FieldLook::Check,
        ),
    ];
    slug.into_iter().chain(others).collect()
}

/// What stands in a new key type's fields.
pub(super) fn filled_newly() -> Values {
    by_name([
        ("activation_limit", "3".to_owned()),
        ("duration_unit", "lifetime".to_owned()),
    ])
}

/// What stands in a key type's fields.
pub(super) fn filled_with_key_type(key_type: &KeyType) -> Values {
    let (count, unit) = match key_type.duration_days.map(duration::in_largest_unit) {
        Some((count, unit)) => (count.to_string(), unit.as_str()),
        None => (String::new(), "lifetime"),
    };
    let entitlements: Vec<&str> = key_type.entitlements.iter().collect();
    by_name([
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

fn by_name<const N: usize>(values: [(&str, String); N]) -> Values {
    values.map(|(name, value)| (name.to_owned(), value)).into()
}

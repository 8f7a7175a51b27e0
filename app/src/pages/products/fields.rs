//! The fields of the forms, and what stands in them.

use keywright_domain::{
    duration::{self, DurationUnit},
    product::{KeyType, Product},
    settings::TrialDays,
};

use crate::ui::{
    choice::Choice,
    field::FieldKind,
    form::{FieldLook, FormField},
};

/// What stands in fields, by their names.
pub(super) type Filled = Vec<(&'static str, String)>;

const fn field(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    look: FieldLook,
    is_required: bool,
) -> FormField {
    FormField {
        name,
        label,
        hint,
        look,
        is_required,
    }
}

/// What is asked of a product, and, where it is new, what never changes.
pub(super) fn of_product(is_new: bool) -> Vec<FormField> {
    let name = field(
        "name",
        "Display name",
        "Operators see it, and so may customers.",
        FieldLook::Line(FieldKind::Text),
        true,
    );
    let for_good = is_new.then(|| {
        let slug = "1 to 32 of a-z, 0-9, - and _. Your app calls the server with it, so it never changes.";
        let prefix = "4 letters or digits that every key begins with. Unique on this server; it never changes.";
        [
            field("slug", "Slug", slug, FieldLook::Line(FieldKind::Text), true),
            field("key_prefix", "Key prefix", prefix, FieldLook::Line(FieldKind::Text), true),
        ]
    });
    let free_tier = FieldLook::Select(vec![
        Choice::new("", "Not set: as the app was built"),
        Choice::new("yes", "Yes"),
        Choice::new("no", "No"),
    ]);
    let settings = [
        field(
            "trial_days",
            "Trial, in days",
            "How long the app may be tried without a key. Empty: as the app was built.",
            FieldLook::Line(FieldKind::Number),
            false,
        ),
        field(
            "free_tier",
            "Free tier",
            "Whether the app may go on without a key.",
            free_tier,
            false,
        ),
    ];
    std::iter::once(name)
        .chain(for_good.into_iter().flatten())
        .chain(settings)
        .collect()
}

/// What stands in a product's fields.
pub(super) fn filled_with_product(product: &Product) -> Filled {
    let settings = product.settings;
    let trial_days = settings.trial_days.map(TrialDays::get);
    vec![
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
    ]
}

/// What is asked of a key type.
pub(super) fn of_key_type(is_new: bool) -> Vec<FormField> {
    let slug = is_new.then(|| {
        let hint =
            "1 to 32 of a-z, 0-9, - and _, such as pro. Licenses carry it, so it never changes.";
        field("slug", "Slug", hint, FieldLook::Line(FieldKind::Text), true)
    });
    let lifetime = std::iter::once(Choice::new("lifetime", "for life"));
    let units = DurationUnit::ALL.map(|unit| Choice::new(unit.as_str(), unit.as_str()));
    let units = FieldLook::Select(lifetime.chain(units).collect());
    let others = [
        field(
            "activation_limit",
            "Devices",
            "On how many devices a license works at once.",
            FieldLook::Line(FieldKind::Number),
            true,
        ),
        field(
            "duration",
            "Lasts",
            "How many of the unit below, from the day it is minted. Empty for life.",
            FieldLook::Line(FieldKind::Number),
            false,
        ),
        field(
            "duration_unit",
            "Unit",
            "A week is 7 days, a month 30, a year 365.",
            units,
            true,
        ),
        field(
            "entitlements",
            "Entitlements",
            "What it unlocks in the app: names with commas between them, such as pro, sync. May stay empty.",
            FieldLook::Line(FieldKind::Text),
            false,
        ),
        field(
            "fallback",
            "Reduced mode past expiry",
            "The app may go on in its reduced mode once a license has expired. Else it stops.",
            FieldLook::Check,
            false,
        ),
    ];
    slug.into_iter().chain(others).collect()
}

/// What stands in a new key type's fields.
pub(super) fn filled_newly() -> Filled {
    vec![
        ("activation_limit", "3".to_owned()),
        ("duration_unit", "lifetime".to_owned()),
    ]
}

/// What stands in a key type's fields.
pub(super) fn filled_with_key_type(key_type: &KeyType) -> Filled {
    let (count, unit) = match key_type.duration_days.map(duration::in_largest_unit) {
        Some((count, unit)) => (count.to_string(), unit.as_str()),
        None => (String::new(), "lifetime"),
    };
    let entitlements: Vec<&str> = key_type.entitlements.iter().collect();
    vec![
        ("activation_limit", key_type.activation_limit.to_string()),
        ("duration", count),
        ("duration_unit", unit.to_owned()),
        ("entitlements", entitlements.join(", ")),
        (
            "fallback",
            if key_type.fallback { "yes" } else { "" }.to_owned(),
        ),
    ]
}

//! `/licenses/mint`: the form and, once after submission, the new keys. Server-only.

use keywright_domain::{
    duration,
    product::{KeyType, Product},
    role::Permission,
};
use keywright_service::licenses::MintRequest;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        page_context::use_page_context,
        request::{self, MintedLicenses, OneTimeSecret, one_time_secret},
    },
    format,
    pages::shared::{
        failure::Failure,
        form_page::{FormHeader, FormPage, form_page},
    },
    routes,
    ui::{
        controls::{
            button::{ButtonRow, DocumentLink, SaveButton},
            copy::{CopyButton, CopyStyle},
        },
        display::{
            description_list::{DescriptionRows, Item},
            secret::{Secret, SecretList},
        },
        feedback::empty_state::EmptyState,
        forms::{
            field::FieldKind,
            form::{FieldControl, FormField, Values},
            radio_group::Choice,
        },
    },
};

const HEADING: &str = "Mint licenses";

type Products = Vec<(Product, Vec<KeyType>)>;

#[component]
pub fn MintPage() -> impl IntoView {
    if let Some(OneTimeSecret::Minted(minted)) = one_time_secret() {
        return render_minted(&minted);
    }
    let asked = use_query_map().with_untracked(|params| params.get("product"));
    let scope = request::services_and_caller();
    let page = Suspend::new(async move {
        let found = match scope {
            Ok((services, caller)) => {
                let products = services.products.list(&caller).await;
                let form = services.licenses.new_form();
                products
                    .map(|products| (products, form))
                    .map_err(request::to_api_error)
            }
            Err(error) => Err(error),
        };
        match found {
            Ok((products, form)) => render_form(products, asked, form.to_string()),
            Err(error) => {
                let (heading, here) = ("Couldn't load the products", routes::MINT.to_owned());
                view! {
                    <FormHeader heading=HEADING.to_owned() above=breadcrumb()/>
                    <Failure heading error here/>
                }
                .into_any()
            }
        }
    });
    view! { <Suspense>{page}</Suspense> }.into_any()
}

fn breadcrumb() -> Vec<(String, String)> {
    vec![("Licenses".to_owned(), routes::LICENSES.to_owned())]
}

/// Renders the form, or an empty state if there are no key types.
fn render_form(products: Products, asked: Option<String>, form: String) -> AnyView {
    let mut first = None;
    let mut groups = Vec::new();
    for (product, key_types) in products {
        let choices = key_types.iter().map(|key_type| {
            Choice::new(
                &format!("{}/{}", product.id, key_type.id),
                &describe_key_type(&product.name, key_type),
            )
        });
        let choices: Vec<Choice> = choices.collect();
        let is_asked = asked.as_deref() == Some(product.id.as_str());
        if is_asked || first.is_none() {
            first = choices.first().map(|choice| choice.value.clone()).or(first);
        }
        if !choices.is_empty() {
            groups.push((product.name, choices));
        }
    }
    if groups.is_empty() {
        return view! { <NoKeyTypes/> }.into_any();
    }
    form_page(FormPage {
        heading: HEADING.to_owned(),
        breadcrumb: breadcrumb(),
        action: routes::MINT.to_owned(),
        cancel_href: routes::LICENSES.to_owned(),
        submit_label: "Mint licenses",
        fields: fields(groups),
        values: initial_values(first, form),
        note: None,
        required_permission: Permission::ActOnLicenses,
        shows_progress: true,
    })
}

/// Describes a key type: `Notes, pro: 3 devices, lifetime`. Repeats the product because a closed
/// `<select>` does not show the group.
fn describe_key_type(product: &str, key_type: &KeyType) -> String {
    let devices = match key_type.activation_limit {
        1 => "1 device".to_owned(),
        limit => format!("{} devices", format::number(limit)),
    };
    let lasts = duration::describe(key_type.duration_days).to_lowercase();
    format!("{product}, {}: {devices}, {lasts}", key_type.id)
}

fn fields(groups: Vec<(String, Vec<Choice>)>) -> Vec<FormField> {
    const TEXT: FieldControl = FieldControl::Input(FieldKind::Text);
    const NUMBER: FieldControl = FieldControl::Input(FieldKind::Number);
    let key_type = "Sets the device limit, duration and entitlements.";
    let name = "Optional. Shown to operators, and searchable.";
    let email = "Optional. Keywright doesn't send email; you send the key yourself.";
    let count = "1 to 1,000. If anything fails, no licenses are minted.";
    vec![
        FormField::new(
            "key_type",
            "Key type",
            key_type,
            FieldControl::GroupedSelect(groups),
        )
        .required(),
        FormField::new("customer_name", "Customer name", name, TEXT),
        FormField::new("customer_email", "Customer email", email, TEXT),
        FormField::new("count", "How many", count, NUMBER).required(),
        FormField::hidden("form_id"),
    ]
}

fn initial_values(key_type: Option<String>, form: String) -> Values {
    vec![
        ("key_type".to_owned(), key_type.unwrap_or_default()),
        ("count".to_owned(), "1".to_owned()),
        ("form_id".to_owned(), form),
    ]
}

/// Empty state for a tenant without key types.
#[component]
fn NoKeyTypes() -> impl IntoView {
    let next_step = use_page_context().allows(Permission::ManageProducts);
    let next_step = if next_step {
        "Add a product with a key type first."
    } else {
        "Ask an admin to add a product and a key type."
    };
    view! {
        <FormHeader heading=HEADING.to_owned() above=breadcrumb()/>
        <EmptyState heading="No key types yet">
            <p>
                "Every license belongs to a product and takes its limits from one of that product's key \
                types. " {next_step}
            </p>
            <ButtonRow>
                <DocumentLink href=routes::PRODUCTS>"Go to products"</DocumentLink>
            </ButtonRow>
        </EmptyState>
    }
}

/// Renders the minted keys. This is the only page that shows them.
fn render_minted(minted: &MintedLicenses) -> AnyView {
    let MintedLicenses {
        request: order,
        minted,
    } = minted;
    let (heading, keys) = match minted.as_slice() {
        [one] => {
            let text = one.key.expose().to_owned();
            let key = view! {
                <Secret id="key" label="New license key" copy_label="Copy key" text/>
            };
            ("Store the new key now".to_owned(), key.into_any())
        }
        all => {
            let texts = all.iter().map(|minted| minted.key.expose().to_owned());
            let texts: Vec<String> = texts.collect();
            let count = format::number(order.count);
            let file = file_name(order);
            let keys = view! {
                <ButtonRow>
                    <SaveButton of="keys" file>"Save as a text file"</SaveButton>
                    <CopyButton of="keys" label="Copy all" style=CopyStyle::Secondary/>
                </ButtonRow>
                <SecretList id="keys" label="New license keys" texts/>
            };
            (format!("Store the {count} new keys now"), keys.into_any())
        }
    };
    let customer = order.customer.email.clone().or(order.customer.name.clone());
    let customer = customer.map(|customer| {
        view! {
            <Item label="Send to">
                <bdi dir="ltr">{customer}</bdi>
            </Item>
        }
    });
    let of = match &order.key_type_id {
        Some(key_type) => format!("{}, {key_type}", order.product_id),
        None => order.product_id.to_string(),
    };
    let (href, link_label) = match minted.as_slice() {
        [one] => (routes::license(one.id), "View license"),
        _ => (routes::LICENSES.to_owned(), "View licenses"),
    };
    let guide = use_page_context().is_guided().then(|| {
        view! { <DocumentLink href=routes::GUIDE>"Continue with the guide"</DocumentLink> }
    });
    view! {
        <FormHeader heading above=breadcrumb()/>
        <div class="confirm">
            <p>
                "Shown only once. Keywright stores just the hash of each key, so it can't be shown again \
                after you leave or reload this page. Lost a key? Remint its license to get a new one."
            </p>
            {keys}
            <DescriptionRows>
                <Item label="Key type">
                    <bdi>{of}</bdi>
                </Item>
                {customer}
            </DescriptionRows>
            <ButtonRow>
                {guide}
                <DocumentLink href>{link_label}</DocumentLink>
            </ButtonRow>
        </div>
    }
    .into_any()
}

/// Returns a name such as `keywright-notes-pro-250-keys.txt`.
fn file_name(order: &MintRequest) -> String {
    let key_type = order.key_type_id.as_ref();
    let key_type = key_type.map(|id| format!("-{id}")).unwrap_or_default();
    format!(
        "keywright-{}{key_type}-{}-keys.txt",
        order.product_id, order.count
    )
}

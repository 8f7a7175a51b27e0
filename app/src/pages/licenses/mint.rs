//! `/licenses/mint`: asks what to mint, and answers with the keys, this once. Rendered on the server only.

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
        page_context::use_visit,
        request::{self, MintedOnce, ShownOnce, shown_once},
    },
    format,
    pages::shared::{
        failure::Failure,
        form_page::{FormHead, FormPage, form_page},
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
            form::{FieldLook, FormField, Values},
            radio_group::Choice,
        },
    },
};

const HEADING: &str = "Mint licenses";

type Products = Vec<(Product, Vec<KeyType>)>;

/// The page.
#[component]
pub fn MintPage() -> impl IntoView {
    if let Some(ShownOnce::Minted(minted)) = shown_once() {
        return shown(&minted);
    }
    let asked = use_query_map().with_untracked(|params| params.get("product"));
    let scope = request::scope();
    let page = Suspend::new(async move {
        let found = match scope {
            Ok((services, caller)) => {
                let products = services.products.list(&caller).await;
                let form = services.licenses.new_form();
                products
                    .map(|products| (products, form))
                    .map_err(request::fail)
            }
            Err(error) => Err(error),
        };
        match found {
            Ok((products, form)) => ask(products, asked, form.to_string()),
            Err(error) => {
                let (heading, here) = ("The products could not be loaded", routes::MINT.to_owned());
                view! {
                    <FormHead heading=HEADING.to_owned() above=above()/>
                    <Failure heading error here/>
                }
                .into_any()
            }
        }
    });
    view! { <Suspense>{page}</Suspense> }.into_any()
}

fn above() -> Vec<(String, String)> {
    vec![("Licenses".to_owned(), routes::LICENSES.to_owned())]
}

/// The form, if there is anything to mint.
fn ask(products: Products, asked: Option<String>, form: String) -> AnyView {
    let mut first = None;
    let mut groups = Vec::new();
    for (product, key_types) in products {
        let choices = key_types.iter().map(|key_type| {
            Choice::new(
                &format!("{}/{}", product.id, key_type.id),
                &described(&product.name, key_type),
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
        return view! { <NothingToMint/> }.into_any();
    }
    form_page(FormPage {
        heading: HEADING.to_owned(),
        above: above(),
        action: routes::MINT.to_owned(),
        back: routes::LICENSES.to_owned(),
        verb: "Mint",
        fields: fields(groups),
        filled: filled(first, form),
        note: None,
        needs: Permission::ActOnLicenses,
        shows_progress: true,
    })
}

/// `Notes, pro: 3 devices, lifetime`. The product again, for its group is not seen once one is chosen.
fn described(product: &str, key_type: &KeyType) -> String {
    let devices = match key_type.activation_limit {
        1 => "1 device".to_owned(),
        limit => format!("{} devices", format::number(limit)),
    };
    let lasts = duration::words(key_type.duration_days).to_lowercase();
    format!("{product}, {}: {devices}, {lasts}", key_type.id)
}

fn fields(groups: Vec<(String, Vec<Choice>)>) -> Vec<FormField> {
    const TEXT: FieldLook = FieldLook::Line(FieldKind::Text);
    const NUMBER: FieldLook = FieldLook::Line(FieldKind::Number);
    let key_type = "The product, and what its key type gives.";
    let name = "May stay empty. Operators see it, and find the license by it.";
    let email = "May stay empty. Keywright sends no mail: the key is yours to send.";
    let count = "1 to 1,000, all of them or none.";
    vec![
        FormField::new("key_type", "Key type", key_type, FieldLook::Grouped(groups)).required(),
        FormField::new("customer_name", "Customer name", name, TEXT),
        FormField::new("customer_email", "Customer e-mail", email, TEXT),
        FormField::new("count", "How many", count, NUMBER).required(),
        FormField::hidden("form_id"),
    ]
}

fn filled(key_type: Option<String>, form: String) -> Values {
    vec![
        ("key_type".to_owned(), key_type.unwrap_or_default()),
        ("count".to_owned(), "1".to_owned()),
        ("form_id".to_owned(), form),
    ]
}

/// There is no key type yet.
#[component]
fn NothingToMint() -> impl IntoView {
    let way_on = use_visit().allows(Permission::ManageProducts);
    let way_on = if way_on {
        "Add a product with a key type first."
    } else {
        "An admin adds them."
    };
    view! {
        <FormHead heading=HEADING.to_owned() above=above()/>
        <EmptyState heading="There is no key type to mint">
            <p>
                "A license is of a product, and is given what one of the product's key types says. " {way_on}
            </p>
            <ButtonRow>
                <DocumentLink href=routes::PRODUCTS>"Products"</DocumentLink>
            </ButtonRow>
        </EmptyState>
    }
}

/// What was minted: the only page that ever has the keys.
fn shown(minted: &MintedOnce) -> AnyView {
    let MintedOnce { order, minted } = minted;
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
    let of = match &order.key_type {
        Some(key_type) => format!("{} of {}", key_type, order.product),
        None => order.product.to_string(),
    };
    let (href, on) = match minted.as_slice() {
        [one] => (routes::license(one.id), "To the license"),
        _ => (routes::LICENSES.to_owned(), "To the licenses"),
    };
    let guide = use_visit().is_guided().then(|| {
        view! { <DocumentLink href=routes::GUIDE>"Go on with the guide"</DocumentLink> }
    });
    view! {
        <FormHead heading above=above()/>
        <div class="confirm">
            <p>
                "Shown this once. Keywright keeps only the hash of a key, so after you leave or reload this page nobody can \
                show it again. A key that is lost is replaced by reminting its license."
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
                <DocumentLink href>{on}</DocumentLink>
            </ButtonRow>
        </div>
    }
    .into_any()
}

/// `keywright-notes-pro-250-keys.txt`
fn file_name(order: &MintRequest) -> String {
    let key_type = order.key_type.as_ref();
    let key_type = key_type.map(|id| format!("-{id}")).unwrap_or_default();
    format!(
        "keywright-{}{key_type}-{}-keys.txt",
        order.product, order.count
    )
}

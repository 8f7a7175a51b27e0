//! Paths of all pages, and functions that build and parse links to them.

mod audit;
mod events;
mod guide;
mod licenses;
mod link;
mod products;
mod query_string;
mod server_only;
mod session;
mod settings;

pub use audit::{
    AUDIT, AUDIT_FIND, AUDIT_KEY_NOT_FOUND, audit, audit_params, audit_query,
    audit_query_from_params,
};
pub use events::{EVENTS, events};
pub use guide::{GUIDE, GUIDE_DISMISS};
pub use licenses::{
    LICENSES, LICENSES_CSV, LICENSES_FIND, LICENSES_KEY_NOT_FOUND, MINT, license,
    license_deactivate, license_query, license_query_from_params, license_remint, license_revoke,
    licenses, licenses_csv, mint,
};
pub use products::{
    KEY_PREFIX_CHECK, PRODUCT_NEW, PRODUCTS, key_type_delete, key_type_edit, key_type_new, product,
    product_edit,
};
pub use server_only::is_server_only;
pub use session::{ERROR_PAGE, LOGIN, SESSION, SESSION_END, SESSION_THEME, SETUP};
#[cfg(feature = "ssr")]
pub use session::{login, next_page, safe_redirect_target};
pub use settings::{SDK_KEY, SDK_KEY_IMPORT, SDK_KEY_NEW, sdk_key_end};

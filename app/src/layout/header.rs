//! The header of the frame for operators.

use keywright_api_types::account::Account;
use leptos::prelude::*;

use crate::{
    layout::account_menu::AccountMenu,
    routes,
    ui::{
        icon::{Icon, IconName},
        navigation::brand::BrandLink,
    },
};

/// Brand, tenant and account menu.
#[component]
pub fn Header(account: Account) -> impl IntoView {
    let (tenant, email) = (account.tenant_name.clone(), account.email.clone());
    view! {
        <header class="app-header">
            <BrandLink href=routes::LICENSES/>
            <span class="header-slash" aria-hidden="true">"/"</span>
            <span class="header-tenant">
                <span class="visually-hidden">"Tenant: "</span>
                <strong>
                    <bdi>{tenant}</bdi>
                </strong>
            </span>
            <div class="app-header-end">
                <button class="header-button" type="button" popovertarget="account">
                    <span class="visually-hidden">"Account: "</span>
                    <span class="header-email">{email}</span>
                    <Icon name=IconName::User/>
                </button>
            </div>
            <AccountMenu account/>
        </header>
    }
}

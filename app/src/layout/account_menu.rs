//! The account menu: operator, theme and sign-out.

use keywright_api_types::account::Account;
use leptos::prelude::*;

use crate::{
    api::page_context::use_page_context,
    format, routes,
    theme::Theme,
    ui::{
        controls::button::FallbackButton,
        forms::radio_group::{Choice, RadioGroup},
        navigation::menu::{Menu, MenuSeparator},
    },
};

/// The menu of the account button in the header.
#[component]
pub fn AccountMenu(account: Account) -> impl IntoView {
    let Account {
        email,
        role,
        tenant_name,
        ..
    } = account;
    view! {
        <Menu id="account">
            <div class="menu-block">
                <strong>
                    <bdi dir="ltr">{email}</bdi>
                </strong>
                <span class="menu-note">
                    {format::role_name(role)}
                    " at "
                    <bdi>{tenant_name}</bdi>
                </span>
            </div>
            <MenuSeparator/>
            <ThemeForm/>
            <MenuSeparator/>
            <form method="post" action=routes::SESSION_END>
                <button class="menu-item" type="submit">"Sign out"</button>
            </form>
        </Menu>
    }
}

/// The theme chooser. `frontend/enhance.ts` applies a choice immediately; without a script,
/// submitting the form applies it.
#[component]
fn ThemeForm() -> impl IntoView {
    let chosen = Signal::stored(use_page_context().theme.as_str().to_owned());
    let choices = Theme::ALL
        .map(|theme| Choice::new(theme.as_str(), theme.label()))
        .to_vec();
    view! {
        <form class="menu-block" method="post" action=routes::SESSION_THEME data-applies-theme="">
            <RadioGroup legend="Theme" name="theme" choices chosen on_change=|_| ()/>
            <FallbackButton>"Apply theme"</FallbackButton>
        </form>
    }
}

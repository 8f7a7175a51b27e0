//! The account menu: who is signed in, the theme, and the way out.

use keywright_api_types::account::Account;
use leptos::prelude::*;

use crate::{
    api::page_context::use_visit,
    routes,
    theme::Theme,
    ui::{
        controls::button::FallbackButton,
        forms::radio_group::{Choice, RadioGroup},
        navigation::menu::{Menu, MenuRule},
    },
};

/// What opens under the button in the header.
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
                    {role.as_str()}
                    " of "
                    <bdi>{tenant_name}</bdi>
                </span>
            </div>
            <MenuRule/>
            <ThemeForm/>
            <MenuRule/>
            <form method="post" action=routes::SESSION_END>
                <button class="menu-item" type="submit">"Sign out"</button>
            </form>
        </Menu>
    }
}

/// Applies at once through `frontend/enhance.ts`; without a script, once it is submitted.
#[component]
fn ThemeForm() -> impl IntoView {
    let chosen = Signal::stored(use_visit().theme.as_str().to_owned());
    let choices = Theme::ALL
        .map(|theme| Choice::new(theme.as_str(), theme.label()))
        .to_vec();
    view! {
        <form class="menu-block" method="post" action=routes::SESSION_THEME data-applies-theme="">
            <RadioGroup legend="Theme" name="theme" choices chosen on_change=|_| ()/>
            <FallbackButton>"Keep this theme"</FallbackButton>
        </form>
    }
}

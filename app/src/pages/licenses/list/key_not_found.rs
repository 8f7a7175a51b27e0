//! Page for a search by a whole key that no license has. Used without a script.

use keywright_api_types::license_list::LicenseQuery;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::error::ErrorCode,
    layout::page_head::PageHead,
    pages::{
        licenses::list::{
            empty_states::KeyNotFoundState,
            filters::{Search, SearchState},
        },
        shared::failure::set_status,
    },
};

/// Reports that no license has the key, without repeating it, and offers another search.
#[component]
pub fn KeyNotFoundPage() -> impl IntoView {
    set_status(ErrorCode::NotFound);
    let asked = Memo::new(|_| LicenseQuery::default());
    let search = RwSignal::new(SearchState::KeyNotFound);
    view! {
        <Title text="Key not found"/>
        <PageHead heading="Licenses"/>
        <div class="filters">
            <Search asked search/>
        </div>
        <KeyNotFoundState search/>
    }
    .into_any()
}

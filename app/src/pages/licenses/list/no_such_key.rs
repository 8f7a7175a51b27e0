//! The answer to a search for a whole key that no license has, where no script put it into the list's place.

use keywright_api_types::license_list::LicenseQuery;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::error::ErrorCode,
    layout::page_head::PageHead,
    pages::{
        licenses::list::{
            empty_states::NoSuchKey,
            filters::{Search, SearchState},
        },
        shared::failure::answer_with,
    },
};

/// Says so, without the key, and offers another try.
#[component]
pub fn NoSuchKeyPage() -> impl IntoView {
    answer_with(ErrorCode::NotFound);
    let asked = Memo::new(|_| LicenseQuery::default());
    let search = RwSignal::new(SearchState::NoSuchKey);
    view! {
        <Title text="No such key"/>
        <PageHead heading="Licenses"/>
        <div class="filters">
            <Search asked search/>
        </div>
        <NoSuchKey search/>
    }
    .into_any()
}

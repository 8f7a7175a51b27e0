//! The answer to a search for a whole key that no license has, where no script put it into the list's place.

use keywright_domain::query::LicenseQuery;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::error::ErrorCode,
    layout::PageHead,
    pages::{
        failure::answer_with,
        licenses::{empty::NoSuchKey, filters::Search},
    },
};

/// Says so, without the key, and offers another try.
#[component]
pub fn NoSuchKeyPage() -> impl IntoView {
    answer_with(ErrorCode::NotFound);
    let asked = Memo::new(|_| LicenseQuery::default());
    let no_such_key = RwSignal::new(true);
    view! {
        <Title text="No such key"/>
        <PageHead heading="Licenses"/>
        <div class="filters">
            <Search asked no_such_key/>
        </div>
        <NoSuchKey no_such_key/>
    }
    .into_any()
}

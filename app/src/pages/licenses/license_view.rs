//! Loads the license that a URL below `/licenses/` identifies, for server-only pages.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::ids::InstanceId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    api::resource::page_resource,
    layout::page_head::PageHead,
    pages::{
        licenses::load::{failure_heading, load_license},
        shared::failure::Failure,
    },
    routes,
};

/// Renders the license in the page's URL with `view`, or the error if it can't be loaded.
#[component]
pub fn LicenseView(
    /// Page title if the license can't be loaded.
    heading: &'static str,
    view: fn(LicenseDetail) -> AnyView,
) -> impl IntoView {
    let params = use_params_map();
    let license_id = Memo::new(move |_| params.with(|params| params.get_str("id")?.parse().ok()));
    let answer = page_resource(move || license_id.get(), load_license);
    let shown = move || {
        answer.get().map(|answer| match answer {
            Ok(license) => view(license),
            Err(error) => {
                let here = license_id
                    .get()
                    .map_or_else(|| routes::LICENSES.to_owned(), routes::license);
                let failure = failure_heading(&error);
                view! {
                    <Title text=heading/>
                    <PageHead heading/>
                    <Failure heading=failure error here/>
                }
                .into_any()
            }
        })
    };
    view! { <Transition fallback=|| view! { <p>"Loading…"</p> }>{shown}</Transition> }
}

/// Returns the instance ID in the page's URL; `None` if it is malformed.
pub fn instance_id_from_url() -> Option<InstanceId> {
    use_params_map().with_untracked(|params| params.get_str("instance")?.parse().ok())
}

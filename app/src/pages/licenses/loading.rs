//! From a URL below `/licenses/` to the license that it names.

#[cfg(feature = "ssr")]
use keywright_domain::ids::InstanceId;
use keywright_domain::{detail::LicenseDetail, ids::LicenseId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        licenses::show_license,
    },
    layout::PageHead,
    pages::failure::Failure,
    routes,
};

/// The license of the page's URL, shown by `view`; what went wrong, where it can't be.
#[component]
pub fn TheLicense(
    /// What the page is called while there is no license to show.
    heading: &'static str,
    view: fn(LicenseDetail) -> AnyView,
) -> impl IntoView {
    let params = use_params_map();
    let asked = Memo::new(move |_| params.with(|params| params.get_str("id")?.parse().ok()));
    let answer = Resource::new(move || asked.get(), load);
    let shown = move || {
        answer.get().map(|answer| match answer {
            Ok(license) => view(license),
            Err(error) => {
                let here = asked
                    .get()
                    .map_or_else(|| routes::LICENSES.to_owned(), routes::license);
                view! {
                    <PageHead heading/>
                    <Failure heading="The license could not be loaded" error here/>
                }
                .into_any()
            }
        })
    };
    view! { <Transition fallback=|| view! { <p>"Loading…"</p> }>{shown}</Transition> }
}

async fn load(id: Option<LicenseId>) -> Result<LicenseDetail, ApiError> {
    match id {
        Some(id) => show_license(id).await,
        None => Err(ApiError::new(
            ErrorCode::NotFound,
            "There is no license under this address.",
        )),
    }
}

/// The instance of the page's URL.
#[cfg(feature = "ssr")]
pub fn asked_instance() -> Option<InstanceId> {
    use_params_map().with_untracked(|params| params.get_str("instance")?.parse().ok())
}

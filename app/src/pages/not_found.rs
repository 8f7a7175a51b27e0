//! The page for unknown paths. Server-only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{error::ErrorCode, session::use_visit},
    layout::{Frame, PageHead},
    pages::failure::answer_with,
    routes,
    ui::{
        button::{ButtonLink, ButtonRow},
        empty::Empty,
        meta::RequestNote,
    },
};

/// Says so, and leads back.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    answer_with(ErrorCode::NotFound);
    let visit = use_visit();
    let request = visit.request_id.map(|id| view! { <RequestNote id/> });
    let (href, label) = match visit.account {
        Some(_) => (routes::LICENSES, "Licenses"),
        None => (routes::LOGIN, "Sign in"),
    };
    view! {
        <Title text="Not found"/>
        <Frame>
            <PageHead heading="Not found"/>
            <Empty>
                <p>"There is no page under this address. It may have been mistyped, or the link is old."</p>
                {request}
                <ButtonRow>
                    <ButtonLink href>{label}</ButtonLink>
                </ButtonRow>
            </Empty>
        </Frame>
    }
    .into_any()
}

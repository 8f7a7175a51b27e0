//! Page for unknown paths. Server-only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{error::ErrorCode, page_context::use_page_context},
    layout::{frame::Frame, page_head::PageHead},
    pages::shared::failure::set_status,
    routes,
    ui::{
        controls::button::{ButtonLink, ButtonRow},
        feedback::{empty_state::EmptyState, request_id_note::RequestIdNote},
    },
};

#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(ErrorCode::NotFound);
    let visit = use_page_context();
    let request = visit.request_id.map(|id| view! { <RequestIdNote id/> });
    let (href, label) = match visit.account {
        Some(_) => (routes::LICENSES, "Licenses"),
        None => (routes::LOGIN, "Sign in"),
    };
    view! {
        <Title text="Not found"/>
        <Frame>
            <PageHead heading="Not found"/>
            <EmptyState>
                <p>"This page doesn't exist. The address may be mistyped, or the link is out of date."</p>
                {request}
                <ButtonRow>
                    <ButtonLink href>{label}</ButtonLink>
                </ButtonRow>
            </EmptyState>
        </Frame>
    }
    .into_any()
}

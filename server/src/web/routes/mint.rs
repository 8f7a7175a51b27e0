//! Mints licenses from a form, and responds with their keys.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body,
    http::{HeaderMap, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures::{StreamExt, stream};
use keywright_app::api::request::{MintedLicenses, OneTimeSecret};
use keywright_domain::ids::FormId;
use keywright_service::licenses::{MintForm, MintRequest};
use tokio::sync::watch;

use crate::web::extract::{FormResponder, ValidatedForm};

/// `POST /licenses/mint`. A script that accepts events receives progress events, and the regular
/// page as the last event.
pub(crate) async fn mint(headers: HeaderMap, form: ValidatedForm<MintForm>) -> Response {
    let checked = form.attempt(async |services, caller, typed| {
        services.licenses.validate_form(caller, typed).await
    });
    let ((order, form), responder) = match checked.await {
        Ok(checked) => checked,
        Err(refused) => return refused,
    };
    let (written, told) = watch::channel(0);
    let page = mint_and_render(responder, order, form, written);
    if accepts_events(&headers) {
        // Runs to completion even if the client disconnects.
        event_response(told, tokio::spawn(page))
    } else {
        page.await
    }
}

fn accepts_events(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/event-stream"))
}

/// Mints the licenses and renders the result.
async fn mint_and_render(
    responder: FormResponder,
    order: MintRequest,
    form: FormId,
    written: watch::Sender<u32>,
) -> Response {
    let minted = match responder.caller() {
        Ok((services, caller)) => {
            let on_progress = move |count| {
                written.send_replace(count);
            };
            let licenses = services.licenses.clone();
            licenses
                .mint_from_form(&caller, &order, form, on_progress)
                .await
        }
        Err(error) => Err(error.into()),
    };
    match minted {
        Ok(minted) => {
            let minted = MintedLicenses {
                request: order,
                minted,
            };
            responder
                .show_secret(OneTimeSecret::Minted(Arc::new(minted)))
                .await
        }
        Err(error) => responder.reject(error).await,
    }
}

/// Streams `progress` events with the number of licenses written, then a `page` event with HTML.
fn event_response(told: watch::Receiver<u32>, page: tokio::task::JoinHandle<Response>) -> Response {
    let progress = stream::unfold(told, |mut told| async move {
        told.changed().await.ok()?;
        let written = *told.borrow_and_update();
        let event = Event::default().event("progress").data(written.to_string());
        Some((event, told))
    });
    let last = stream::once(async move {
        let html = match page.await {
            Ok(response) => body_text(response).await,
            Err(_) => String::new(),
        };
        Event::default().event("page").data(html)
    });
    let events = progress.chain(last).map(Ok::<_, Infallible>);
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

async fn body_text(page: Response) -> String {
    let bytes = body::to_bytes(page.into_body(), usize::MAX).await;
    bytes
        .ok()
        .and_then(|bytes| String::from_utf8(bytes.into()).ok())
        .unwrap_or_default()
}

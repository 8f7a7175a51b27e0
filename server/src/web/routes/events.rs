//! `GET /events`: tells an open page that its data has changed. Events carry no data, so the page
//! fetches it.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use axum_extra::extract::CookieJar;
use futures::{StreamExt, stream};
use keywright_api_types::subscription::Subject;
use keywright_app::api::request_scope::RequestScope;
use keywright_service::{Caller, Error, Services, events::Watch, operators::SessionToken};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use crate::{sse_connections::ConnectionGuard, state::AppState, web::cookies};

/// Minimum time between two notifications. Each one makes the page reload all of its data.
const PAUSE: Duration = Duration::from_millis(250);

/// Interval of keep-alive comments. Proxies close idle connections, and each comment also checks
/// the session.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Delay before a browser reconnects.
const RECONNECT: Duration = Duration::from_secs(1);

/// `GET /events?list` and `GET /events?license={id}`: sends only `changed` events.
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let token = cookies::session_token(&CookieJar::from_headers(&headers), state.public_url);
    let (Some(account), Some(token)) = (scope.account, token) else {
        return refusal(StatusCode::UNAUTHORIZED, "You're not signed in.");
    };
    let Some(subject) = Subject::from_query(query.as_deref().unwrap_or_default()) else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "Use /events?list or /events?license=<id>.",
        );
    };
    let Some(connection) = state.sse_connections.open(account.operator_id) else {
        let message = "Too many open tabs. Close some and reload.";
        return refusal(StatusCode::TOO_MANY_REQUESTS, message);
    };
    let caller = Caller::operator(&account);
    // Subscribe before the response starts, so that no later change is missed.
    let watch = match state.services.events.watch(&caller, subject).await {
        Ok(watch) => watch,
        Err(error) => return failure(&error, &scope.request_id),
    };
    stream_of(Live::new(state.services, token, watch, connection))
}

fn refusal(status: StatusCode, message: &'static str) -> Response {
    (status, format!("{message}\n")).into_response()
}

fn failure(error: &Error, request_id: &str) -> Response {
    match error {
        Error::NotFound => refusal(StatusCode::NOT_FOUND, "License not found."),
        Error::Forbidden => refusal(StatusCode::FORBIDDEN, "Your role doesn't allow this."),
        trouble => {
            tracing::error!(
                error = trouble.with_causes(),
                request_id,
                "failed to subscribe to changes"
            );
            let message = "The database is temporarily unavailable.";
            refusal(StatusCode::SERVICE_UNAVAILABLE, message)
        }
    }
}

fn stream_of(live: Live) -> Response {
    // Proxies buffer a response until they have received some data.
    let opened = Event::default().retry(RECONNECT).comment("open");
    let events = stream::unfold(live, |mut live| async move {
        let event = live.next().await?;
        Some((event, live))
    });
    let events = stream::once(async { opened }).chain(events);
    let mut response = Sse::new(events.map(Ok::<_, Infallible>)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// An open stream.
struct Live {
    services: Services,
    token: SessionToken,
    watch: Watch,
    connection: ConnectionGuard,
    /// Time until which the page is not notified again.
    quiet_until: Instant,
    keep_alive: Interval,
}

impl Live {
    fn new(
        services: Services,
        token: SessionToken,
        watch: Watch,
        connection: ConnectionGuard,
    ) -> Self {
        let now = Instant::now();
        let mut keep_alive = interval_at(now + KEEP_ALIVE, KEEP_ALIVE);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            services,
            token,
            watch,
            connection,
            quiet_until: now,
            keep_alive,
        }
    }

    /// Returns the next event, or `None` on shutdown or once the session has ended.
    async fn next(&mut self) -> Option<Event> {
        let stopping = self.connection.stopping();
        tokio::select! {
            biased;
            () = stopping => None,
            event = self.next_of_session() => event,
        }
    }

    async fn next_of_session(&mut self) -> Option<Event> {
        loop {
            let event = tokio::select! {
                () = self.connection.recheck_requested() => None,
                () = changed(&mut self.watch, self.quiet_until) => {
                    self.quiet_until = Instant::now() + PAUSE;
                    Some(Event::default().event("changed").data("1"))
                }
                _ = self.keep_alive.tick() => Some(Event::default().comment("still here")),
            };
            if !self.is_signed_in().await {
                return None;
            }
            if event.is_some() {
                return event;
            }
        }
    }

    /// Returns whether the session is still valid. Database errors count as valid, because the
    /// next page request will report them.
    async fn is_signed_in(&self) -> bool {
        let session = self.services.operators.peek_session(&self.token).await;
        !matches!(session, Err(Error::Unauthenticated))
    }
}

/// Waits for the pause to end and then for a change. A change during the pause is not lost.
async fn changed(watch: &mut Watch, quiet_until: Instant) {
    sleep_until(quiet_until).await;
    watch.changed().await;
}

//! `GET /events`: notifies an open page that its data has changed. Events contain no data; the page
//! reloads it.

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
use keywright_service::{
    Caller, Error, Services, live_updates::Subscription, operators::SessionToken,
};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use crate::{sse_connections::ConnectionGuard, state::AppState, web::cookies};

/// Minimum time between two notifications. Each notification makes the page reload its data.
const MIN_NOTIFICATION_INTERVAL: Duration = Duration::from_millis(250);

/// Interval of keep-alive comments, because proxies may close idle connections. The session is
/// checked before each comment.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// Delay before a browser reconnects.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// `GET /events?list` and `GET /events?license={id}`: sends only `changed` events.
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let token = cookies::session_token(&CookieJar::from_headers(&headers), state.public_url);
    let (Some(account), Some(token)) = (scope.account, token) else {
        return error_response(StatusCode::UNAUTHORIZED, "You're not signed in.");
    };
    let Some(subject) = Subject::from_query(query.as_deref().unwrap_or_default()) else {
        return error_response(
            StatusCode::BAD_REQUEST,
            "Use /events?list or /events?license=<id>.",
        );
    };
    let Some(connection) = state.sse_connections.open(account.operator_id) else {
        let message = "Too many open tabs. Close some and reload.";
        return error_response(StatusCode::TOO_MANY_REQUESTS, message);
    };
    let caller = Caller::for_operator(&account);
    // Subscribe before the response starts, so that no later change is missed.
    let watch = match state
        .services
        .live_updates
        .subscribe(&caller, subject)
        .await
    {
        Ok(watch) => watch,
        Err(error) => return subscription_error(&error, &scope.request_id),
    };
    event_response(EventStream::new(state.services, token, watch, connection))
}

fn error_response(status: StatusCode, message: &'static str) -> Response {
    (status, format!("{message}\n")).into_response()
}

fn subscription_error(error: &Error, request_id: &str) -> Response {
    match error {
        Error::NotFound => error_response(StatusCode::NOT_FOUND, "License not found."),
        Error::Forbidden => error_response(StatusCode::FORBIDDEN, "Your role doesn't allow this."),
        trouble => {
            tracing::error!(
                error = trouble.display_chain(),
                request_id,
                "failed to subscribe to changes"
            );
            let message = "The database is temporarily unavailable.";
            error_response(StatusCode::SERVICE_UNAVAILABLE, message)
        }
    }
}

fn event_response(live: EventStream) -> Response {
    // Some proxies buffer a response until they have received data.
    let opened = Event::default().retry(RECONNECT_DELAY).comment("open");
    let events = stream::unfold(live, |mut live| async move {
        let event = live.next_event().await?;
        Some((event, live))
    });
    let events = stream::once(async { opened }).chain(events);
    let mut response = Sse::new(events.map(Ok::<_, Infallible>)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

struct EventStream {
    services: Services,
    token: SessionToken,
    subscription: Subscription,
    connection: ConnectionGuard,
    /// Earliest time of the next notification.
    quiet_until: Instant,
    keep_alive: Interval,
}

impl EventStream {
    fn new(
        services: Services,
        token: SessionToken,
        watch: Subscription,
        connection: ConnectionGuard,
    ) -> Self {
        let now = Instant::now();
        let mut keep_alive = interval_at(now + KEEP_ALIVE_INTERVAL, KEEP_ALIVE_INTERVAL);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            services,
            token,
            subscription: watch,
            connection,
            quiet_until: now,
            keep_alive,
        }
    }

    /// Returns the next event, or `None` on shutdown or once the session has ended.
    async fn next_event(&mut self) -> Option<Event> {
        let stopping = self.connection.wait_for_shutdown();
        tokio::select! {
            biased;
            () = stopping => None,
            event = self.next_session_event() => event,
        }
    }

    async fn next_session_event(&mut self) -> Option<Event> {
        loop {
            let event = tokio::select! {
                () = self.connection.wait_for_recheck() => None,
                () = wait_for_change(&mut self.subscription, self.quiet_until) => {
                    self.quiet_until = Instant::now() + MIN_NOTIFICATION_INTERVAL;
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

    /// Returns whether the session is still valid. On a database error, returns true, because the
    /// next page request will report the error.
    async fn is_signed_in(&self) -> bool {
        let session = self.services.operators.peek_session(&self.token).await;
        !matches!(session, Err(Error::Unauthenticated))
    }
}

/// Waits for the pause to end and then for a change. A change during the pause is not lost.
async fn wait_for_change(watch: &mut Subscription, quiet_until: Instant) {
    sleep_until(quiet_until).await;
    watch.changed().await;
}

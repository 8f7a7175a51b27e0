//! Request ids, and the log line and metrics of each response.

use std::time::Duration;

use ::metrics::{counter, histogram};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{Extensions, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use keywright_service::rng::{Rng, SystemRng};
use tokio::time::Instant;

use crate::{metrics, state::AppState};

/// A server-generated request id, plus the client's own id if it sent one.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestId {
    own: String,
    client: Option<String>,
}

impl RequestId {
    fn fresh() -> Self {
        let rng: &dyn Rng = &SystemRng;
        Self {
            own: rng.uuid().simple().to_string(),
            client: None,
        }
    }

    /// Reads the id from the request extensions.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    /// Adds the id that the device sent.
    pub(crate) fn called_by(self, client: Option<String>) -> Self {
        Self { client, ..self }
    }

    /// The server-generated id.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// The id that the client sent, if any.
    pub(crate) fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The id to return to the client: its own if it sent one, else the server-generated one.
    pub(crate) fn echo(&self) -> &str {
        self.client.as_deref().unwrap_or(&self.own)
    }
}

/// Returns whether the response is a page. Error pages show the request id, so those requests
/// must be logged.
fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Response header with the id for browsers. Devices use `CLIENT_REQUEST_ID`.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The part of the server that a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// The device API.
    Device,
    /// The dashboard, health checks and the API description.
    Browser,
}

impl Surface {
    const fn label(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Browser => "browser",
        }
    }
}

/// Settings of the request log for one surface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestLog {
    side: Surface,
    slow: Option<Duration>,
}

impl RequestLog {
    pub(crate) fn new(side: Surface, state: &AppState) -> Self {
        Self {
            side,
            slow: state.slow,
        }
    }

    fn count(self, method: &Method, route: &str, status: StatusCode, taken: Duration) {
        let (side, route) = (self.side.label(), route.to_owned());
        let (method, status) = (metrics::method_label(method), status.as_u16().to_string());
        let times = histogram!(metrics::REQUEST_SECONDS, "side" => side, "route" => route.clone());
        times.record(taken);
        let answers = counter!(
            metrics::REQUESTS, "side" => side, "method" => method, "route" => route, "status" => status
        );
        answers.increment(1);
    }
}

/// Assigns an id to each request, and logs and counts its response. The log line has the method,
/// route pattern, status, duration and both ids.
///
/// Client errors are logged at `info` if the device sent an id or the response is a page, because
/// someone may ask about them. Server errors are warnings; all other responses are logged at
/// `debug`. The path itself is never logged: it may contain a secret.
pub(crate) async fn log(
    State(watched): State<RequestLog>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::fresh();
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = Instant::now();
    let mut response = next.run(request).await;
    let (status, taken) = (response.status(), began.elapsed());
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    let client = RequestId::of(response.extensions());
    watched.count(&method, route, status, taken);
    if watched.side == Surface::Browser
        && let Ok(own) = HeaderValue::from_str(id.own())
    {
        response.headers_mut().insert(REQUEST_ID, own);
    }
    let taken_micros = taken.as_micros();
    let is_slow = watched.slow.is_some_and(|slow| taken >= slow);
    // A `tracing` macro cannot take its level from a variable.
    macro_rules! answered {
        ($level:ident) => {
            tracing::$level!(
                %method, route, status = status.as_u16(), microseconds = taken_micros, request_id = id.own(),
                client_request_id = client.client(), "request completed"
            )
        };
    }
    if is_slow {
        tracing::warn!(
            %method, route, status = status.as_u16(), microseconds = taken_micros, request_id = id.own(),
            client_request_id = client.client(), "slow request"
        );
    } else if status.is_server_error() {
        answered!(warn);
    } else if status.is_client_error() && (client.client().is_some() || is_page(&response)) {
        answered!(info);
    } else {
        answered!(debug);
    }
    response
}

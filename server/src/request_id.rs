//! Request IDs, and the log line and metrics of each response.

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

/// A server-generated request ID, plus the client's own ID if it sent one.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestId {
    server_id: String,
    client_id: Option<String>,
}

impl RequestId {
    fn generate() -> Self {
        let rng: &dyn Rng = &SystemRng;
        Self {
            server_id: rng.uuid_v4().simple().to_string(),
            client_id: None,
        }
    }

    /// Reads the ID from the request extensions.
    pub(crate) fn from_extensions(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    /// Adds the ID that the device sent.
    pub(crate) fn with_client_id(self, client: Option<String>) -> Self {
        Self {
            client_id: client,
            ..self
        }
    }

    pub(crate) fn server_id(&self) -> &str {
        &self.server_id
    }

    /// Returns the ID that the client sent, if any.
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// Returns the ID for the response: the client's own if it sent one, otherwise the
    /// server-generated ID.
    pub(crate) fn response_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or(&self.server_id)
    }
}

/// Returns whether the response is a page. Error pages show the request ID, so those requests
/// must be logged.
fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Response header with the ID for browsers. Devices use `CLIENT_REQUEST_ID`.
const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

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

/// Request log settings for one surface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestLog {
    surface: Surface,
    slow_threshold: Option<Duration>,
}

impl RequestLog {
    pub(crate) fn new(side: Surface, state: &AppState) -> Self {
        Self {
            surface: side,
            slow_threshold: state.slow_request_threshold,
        }
    }

    fn count(self, method: &Method, route: &str, status: StatusCode, elapsed: Duration) {
        let (side, route) = (self.surface.label(), route.to_owned());
        let (method, status) = (metrics::method_label(method), status.as_u16().to_string());
        let times =
            histogram!(metrics::HTTP_REQUEST_SECONDS, "surface" => side, "route" => route.clone());
        times.record(elapsed);
        let answers = counter!(
            metrics::HTTP_REQUESTS_TOTAL, "surface" => side, "method" => method, "route" => route, "status" => status
        );
        answers.increment(1);
    }
}

/// Assigns an ID to each request, and logs and counts its response. The log line has the method,
/// route pattern, status, duration and both IDs.
///
/// Slow requests and server errors are logged at `warn`. Client errors are logged at `info` if the
/// device sent an ID or the response is a page, because someone may ask about them. Other
/// responses are logged at `debug`. The path itself is not logged, because it may contain a secret.
pub(crate) async fn log_request(
    State(request_log): State<RequestLog>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::generate();
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = Instant::now();
    let mut response = next.run(request).await;
    let (status, elapsed) = (response.status(), began.elapsed());
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    let client = RequestId::from_extensions(response.extensions());
    request_log.count(&method, route, status, elapsed);
    if request_log.surface == Surface::Browser
        && let Ok(own) = HeaderValue::from_str(id.server_id())
    {
        response.headers_mut().insert(REQUEST_ID_HEADER, own);
    }
    let elapsed_micros = elapsed.as_micros();
    let is_slow = request_log
        .slow_threshold
        .is_some_and(|slow| elapsed >= slow);
    // A `tracing` macro cannot take its level from a variable.
    macro_rules! answered {
        ($level:ident) => {
            tracing::$level!(
                %method, route, status = status.as_u16(), microseconds = elapsed_micros, request_id = id.server_id(),
                client_request_id = client.client_id(), "request completed"
            )
        };
    }
    if is_slow {
        tracing::warn!(
            %method, route, status = status.as_u16(), microseconds = elapsed_micros, request_id = id.server_id(),
            client_request_id = client.client_id(), "slow request"
        );
    } else if status.is_server_error() {
        answered!(warn);
    } else if status.is_client_error() && (client.client_id().is_some() || is_page(&response)) {
        answered!(info);
    } else {
        answered!(debug);
    }
    response
}

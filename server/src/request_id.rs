//! Request ids: what ties an answer to the log's lines about it.

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

/// The id of a request, made here; and the one that a device calls it by, if it does.
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

    /// The id of the request with these extensions.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    /// The same request, which its device calls by an id of its own.
    pub(crate) fn called_by(self, client: Option<String>) -> Self {
        Self { client, ..self }
    }

    /// The id that was made here.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// The client's id, if it sent one.
    pub(crate) fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The id to answer with: the client's, or the one made here.
    pub(crate) fn echo(&self) -> &str {
        self.client.as_deref().unwrap_or(&self.own)
    }
}

/// Pages of what went wrong name the request's id: the log has it, then.
fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// What carries the id to a browser; devices have a header of their own for it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// A shipped app.
    Device,
    /// An operator's browser, or whoever watches over the server.
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

/// How the answers of a side are watched.
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

/// Gives each request an id and logs each answer: method, route pattern, status, time taken, and the id that a device
/// calls it by, which the answer carries in its extensions. What a device was refused is logged as well as trouble of
/// ours, for the vendor will be asked about it; all else only in detail. Never the path itself: it may hold what a log must not.
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
    // One line for all levels: a macro can't take its level from a variable.
    macro_rules! answered {
        ($level:ident) => {
            tracing::$level!(
                %method, route, status = status.as_u16(), microseconds = taken_micros, request_id = id.own(),
                client_request_id = client.client(), "answered"
            )
        };
    }
    if is_slow {
        tracing::warn!(
            %method, route, status = status.as_u16(), microseconds = taken_micros, request_id = id.own(),
            client_request_id = client.client(), "answered slowly"
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

//! PostgreSQL: servers that share a database exchange their changes through `LISTEN` and `NOTIFY`.
//!
//! Listening needs a native connection, because `Any` does not support notifications. Only this
//! file uses a native connection, for `LISTEN` and for probes.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{AnyPool, postgres::PgListener};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinHandle},
    time::{sleep, timeout},
};

use super::{ChangeBroadcaster, ChangeSet};

const CHANNEL: &str = "keywright_changes";

/// How long changes are collected between messages. Each notification takes a lock that all
/// databases of the PostgreSQL server share.
const NOTIFY_INTERVAL: Duration = Duration::from_millis(100);

/// Delay before a lost connection is reopened.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// Silence after which the connection is probed. A connection that a firewall has dropped reports
/// no error.
const IDLE_BEFORE_PROBE: Duration = Duration::from_secs(30);

/// Timeout of a probe.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends the changes made by this server to the other servers.
#[derive(Clone)]
pub(crate) struct Notifier(Arc<NotifierInner>);

struct NotifierInner {
    /// Identifies this store's own messages, which it ignores because it has already published
    /// their changes.
    origin: String,
    outbox: Mutex<Option<mpsc::UnboundedSender<ChangeSet>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Notifier {
    pub(crate) fn start(pool: AnyPool) -> Self {
        // Random, because the standard library seeds its hashers randomly.
        let origin = format!("{:016x}", RandomState::new().build_hasher().finish());
        let (outbox, inbox) = mpsc::unbounded_channel();
        let task = tokio::spawn(run_notifier(pool, origin.clone(), inbox));
        Self(Arc::new(NotifierInner {
            origin,
            outbox: Mutex::new(Some(outbox)),
            task: Mutex::new(Some(task)),
        }))
    }

    /// Queues the changes of a commit. Call this after the commit: a notification within the
    /// transaction would make commits wait for each other.
    pub(crate) fn enqueue(&self, changed: ChangeSet) {
        if let Some(outbox) = &*lock(&self.0.outbox) {
            outbox.send(changed).ok();
        }
    }

    /// Sends the queued changes and accepts no more.
    pub(crate) async fn close(&self) {
        lock(&self.0.outbox).take();
        let task = lock(&self.0.task).take();
        if let Some(task) = task {
            task.await.ok();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends the first change immediately and collects later ones during each pause.
async fn run_notifier(
    pool: AnyPool,
    origin: String,
    mut inbox: mpsc::UnboundedReceiver<ChangeSet>,
) {
    let mut pending = ChangeSet::empty();
    loop {
        if pending.is_empty() {
            match inbox.recv().await {
                Some(changed) => pending = changed,
                None => return,
            }
        }
        match notify(&pool, &pending.encode(&origin)).await {
            Ok(()) => pending = ChangeSet::empty(),
            Err(error) if inbox.is_closed() => {
                return tracing::warn!(%error, "failed to notify other servers of changes before closing");
            }
            Err(error) => {
                tracing::warn!(%error, "failed to notify other servers of changes; retrying");
            }
        }
        let pause = sleep(NOTIFY_INTERVAL);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                changed = inbox.recv() => match changed {
                    Some(changed) => pending = pending.merge(changed),
                    None => break,
                },
            }
        }
    }
}

async fn notify(pool: &AnyPool, messages: &[String]) -> Result<(), sqlx::Error> {
    for message in messages {
        // `pg_notify` returns `void`, which `Any` does not support.
        sqlx::query("SELECT pg_notify($1, $2)::text AS sent")
            .bind(CHANNEL)
            .bind(message)
            .execute(pool)
            .await?;
    }
    Ok(())
}

/// Receives the changes made by other servers. Connects when the first subscription starts, so that
/// a command without subscribers needs no connection. It then stays connected.
pub(crate) struct Listener(AbortHandle);

impl Listener {
    pub(crate) fn start(url: String, changes: ChangeBroadcaster, sender: &Notifier) -> Self {
        let origin = sender.0.origin.clone();
        let task = tokio::spawn(async move {
            changes.tracking_requested().await;
            loop {
                if let Err(error) = listen(&url, &changes, &origin).await {
                    tracing::warn!(%error, "lost LISTEN connection; reconnecting");
                }
                changes.set_offline();
                sleep(RECONNECT_DELAY).await;
            }
        });
        Self(task.abort_handle())
    }

    pub(crate) fn close(&self) {
        self.0.abort();
    }
}

/// Stops the listener of a store that is dropped without being closed.
impl Drop for Listener {
    fn drop(&mut self) {
        self.close();
    }
}

/// Listens until the connection is lost.
async fn listen(url: &str, changes: &ChangeBroadcaster, origin: &str) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    // An automatic reconnect would miss notifications without reporting it.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    changes.set_online();
    loop {
        match timeout(IDLE_BEFORE_PROBE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                let (sender, received) = ChangeSet::decode(notification.payload());
                if sender != origin {
                    changes.publish(&received);
                }
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let probe = sqlx::query("SELECT 1").execute(&mut listener);
                timeout(PROBE_TIMEOUT, probe)
                    .await
                    .map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}

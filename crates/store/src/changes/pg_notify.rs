//! PostgreSQL: many servers on one database tell each other what they changed, by NOTIFY and LISTEN.
//!
//! Listening needs a native connection beside `Any`, which knows no notifications; this is the only file with one.
//! Nothing but `LISTEN` and a sign of life is asked over it.

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

use super::{Changed, Changes};

const CHANNEL: &str = "keywright_changes";

/// How long changes are collected after a message: a notification takes a lock that all of PostgreSQL's databases share.
const PAUSE: Duration = Duration::from_millis(100);

/// How long to wait before a lost connection is made again.
const RECONNECT: Duration = Duration::from_secs(1);

/// After so long a silence the connection is asked for a sign of life; one that a firewall dropped says nothing for ever.
const SILENCE: Duration = Duration::from_secs(30);

/// How long the sign of life may take.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// Tells other servers what this one changed.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Sending>);

struct Sending {
    /// By it a store knows its own messages, whose changes it has told already.
    origin: String,
    outbox: Mutex<Option<mpsc::UnboundedSender<Changed>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Sender {
    pub(crate) fn start(pool: AnyPool) -> Self {
        // The standard library seeds its hashers at random. Nothing but a repeated wake hangs on it.
        let origin = format!("{:016x}", RandomState::new().build_hasher().finish());
        let (outbox, inbox) = mpsc::unbounded_channel();
        let task = tokio::spawn(send(pool, origin.clone(), inbox));
        Self(Arc::new(Sending {
            origin,
            outbox: Mutex::new(Some(outbox)),
            task: Mutex::new(Some(task)),
        }))
    }

    /// Takes what a commit changed. Never within the transaction: there a notification makes commits wait for each other.
    pub(crate) fn send(&self, changed: Changed) {
        if let Some(outbox) = &*lock(&self.0.outbox) {
            outbox.send(changed).ok();
        }
    }

    /// Sends what is left, and takes no more.
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

/// Sends the first change at once, and what comes within the pause after it together.
async fn send(pool: AnyPool, origin: String, mut inbox: mpsc::UnboundedReceiver<Changed>) {
    let mut pending = Changed::nothing();
    loop {
        if pending.is_nothing() {
            match inbox.recv().await {
                Some(changed) => pending = changed,
                None => return,
            }
        }
        match notify(&pool, &pending.messages(&origin)).await {
            Ok(()) => pending = Changed::nothing(),
            Err(error) if inbox.is_closed() => {
                return tracing::warn!(%error, "other servers were not told what changed");
            }
            Err(error) => {
                tracing::warn!(%error, "other servers could not be told what changed yet");
            }
        }
        let pause = sleep(PAUSE);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                changed = inbox.recv() => match changed {
                    Some(changed) => pending = pending.and(changed),
                    None => break,
                },
            }
        }
    }
}

async fn notify(pool: &AnyPool, messages: &[String]) -> Result<(), sqlx::Error> {
    for message in messages {
        // Its result is of the type void, which `Any` does not know.
        sqlx::query("SELECT pg_notify($1, $2)::text AS sent")
            .bind(CHANNEL)
            .bind(message)
            .execute(pool)
            .await?;
    }
    Ok(())
}

/// Hears what other servers change, from the first watch on: a command that nobody watches holds no connection for it. It
/// does not stop again, for where one page was open the next one will be soon.
pub(crate) struct Listener(AbortHandle);

impl Listener {
    pub(crate) fn start(url: String, changes: Changes, sender: &Sender) -> Self {
        let origin = sender.0.origin.clone();
        let task = tokio::spawn(async move {
            changes.wanted().await;
            loop {
                if let Err(error) = listen(&url, &changes, &origin).await {
                    tracing::warn!(%error, "the connection that hears of other servers' changes is lost");
                }
                changes.lose();
                sleep(RECONNECT).await;
            }
        });
        Self(task.abort_handle())
    }

    pub(crate) fn close(&self) {
        self.0.abort();
    }
}

/// A store that is dropped without being closed takes its listener along.
impl Drop for Listener {
    fn drop(&mut self) {
        self.close();
    }
}

/// Listens until the connection is lost.
async fn listen(url: &str, changes: &Changes, origin: &str) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    // A connection that it made anew by itself would have missed something, and we would not know.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    changes.follow();
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                let (sender, news) = Changed::from_message(notification.payload());
                if sender != origin {
                    changes.publish(&news);
                }
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let alive = sqlx::query("SELECT 1").execute(&mut listener);
                timeout(SIGN_OF_LIFE, alive)
                    .await
                    .map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}

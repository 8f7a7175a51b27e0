//! Who waits for what to change. Units of work say what they changed ([`Tx::announce`](crate::Tx::announce)); once their
//! commit holds, those who watch that are woken, and nobody else. Nothing is told but that something changed: whoever is
//! woken reads anew.

mod change_set;
mod pg_notify;
mod sqlite_poll;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use keywright_api_types::subscription::Subject;
use keywright_domain::ids::TenantId;
use tokio::sync::{Notify, watch};

pub(crate) use self::{
    change_set::Changed,
    pg_notify::{Listener, Sender},
    sqlite_poll::Neighbours,
};

/// How long a watch waits until changes of other processes are heard of, too. Longer means that the database does not
/// answer; when it does again, everything counts as changed.
const PATIENCE: Duration = Duration::from_secs(2);

type Key = (TenantId, Subject);

/// The changes of one store, to be watched. Cheap to clone.
#[derive(Clone)]
pub struct Changes(Arc<Hub>);

/// Who watches, and how those find them who follow what other processes change.
struct Hub {
    watched: Mutex<HashMap<Key, watch::Sender<()>>>,
    /// Whether changes of other processes are heard of at present.
    following: watch::Sender<bool>,
    /// Somebody watches, and they are not.
    wanted: Notify,
}

/// Wakes its owner when its subject changes. What happened before it was made does not count.
pub struct Watch {
    key: Key,
    changes: watch::Receiver<()>,
    hub: Arc<Hub>,
}

impl Changes {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Hub {
            watched: Mutex::default(),
            following: watch::Sender::new(false),
            wanted: Notify::new(),
        }))
    }

    /// Begins to watch: every change that is committed after this is answered wakes it, whoever made it.
    pub async fn watch(&self, tenant: &TenantId, subject: Subject) -> Watch {
        let (mut watch, mut following) = self.0.enter((tenant.clone(), subject));
        let heard = following.wait_for(|&following| following);
        if tokio::time::timeout(PATIENCE, heard).await.is_err() {
            tracing::warn!("changes that other processes make can't be followed at the moment");
        }
        // Beginning to follow counts as a change of everything, for those who were watching already.
        watch.changes.mark_unchanged();
        watch
    }

    /// How many different subjects are watched.
    pub fn watched(&self) -> usize {
        self.0.lock().len()
    }

    /// Wakes those who watch what changed.
    pub(crate) fn publish(&self, changed: &Changed) {
        let watched = self.0.lock();
        match changed {
            Changed::Everything => watched.values().for_each(wake),
            Changed::These(_) if watched.is_empty() => {}
            Changed::These(subjects) => subjects
                .iter()
                .filter_map(|subject| watched.get(subject))
                .for_each(wake),
        }
    }

    /// From now on changes of other processes are heard of; what was missed so far may be anything.
    fn follow(&self) {
        self.publish(&Changed::Everything);
        self.0.following.send_replace(true);
    }

    /// Changes of other processes are not heard of any more.
    fn lose(&self) {
        self.0.following.send_replace(false);
    }

    /// Whether nobody watches. Then nothing needs to be followed, and the next one who does asks for it.
    fn rest(&self) -> bool {
        // Under the lock: who comes in between would find that all is followed.
        let watched = self.0.lock();
        if watched.is_empty() {
            self.0.following.send_replace(false);
        }
        watched.is_empty()
    }

    /// Ends when somebody watches and changes of other processes are not followed.
    async fn wanted(&self) {
        self.0.wanted.notified().await;
    }
}

fn wake(watchers: &watch::Sender<()>) {
    watchers.send_replace(());
}

impl Hub {
    fn enter(self: &Arc<Self>, key: Key) -> (Watch, watch::Receiver<bool>) {
        let mut watched = self.lock();
        let watchers = watched.entry(key.clone()).or_default();
        let watch = Watch {
            key,
            changes: watchers.subscribe(),
            hub: self.clone(),
        };
        let following = self.following.subscribe();
        if !*following.borrow() {
            self.wanted.notify_one();
        }
        (watch, following)
    }

    /// What it guards is changed in single steps: a poisoned one is as good as new.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, watch::Sender<()>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Ends with the next change; at once where there was one since the last time. Several are one. It may be dropped
    /// before its end, and nothing is lost.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // The sender stays as long as somebody watches, so this can't be; if it were, nothing would ever change.
            std::future::pending::<()>().await;
        }
    }

    /// Whether there was a change that [`Watch::changed`] has not told yet.
    pub fn has_changed(&self) -> bool {
        self.changes.has_changed().unwrap_or(false)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.hub.lock();
        // This one is still counted.
        if watched
            .get(&self.key)
            .is_some_and(|watchers| watchers.receiver_count() <= 1)
        {
            watched.remove(&self.key);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.key).finish()
    }
}

//! Pub/sub for committed changes.
//!
//! A unit of work records what it changes
//! ([`Tx::mark_license_changed`](crate::Tx::mark_license_changed)). Its commit wakes only the
//! subscribers of those subjects. A wake-up carries no data: subscribers read the current state
//! again.

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
    change_set::ChangeSet,
    pg_notify::{Listener, Notifier},
    sqlite_poll::DataVersionPoller,
};

/// How long a new subscription waits until changes of other processes are tracked. After that the
/// database is probably down; when it is back, everything counts as changed.
const TRACKING_TIMEOUT: Duration = Duration::from_secs(2);

type SubscriptionKey = (TenantId, Subject);

/// Broadcasts the changes of one store. Cheap to clone.
#[derive(Clone)]
pub struct ChangeBroadcaster(Arc<Registry>);

/// The subscribers, and whether changes of other processes are tracked for them.
struct Registry {
    subscribers: Mutex<HashMap<SubscriptionKey, watch::Sender<()>>>,
    /// Whether changes of other processes are currently tracked.
    is_tracking: watch::Sender<bool>,
    /// Notified when there is a subscriber but changes of other processes are not tracked.
    tracking_requested: Notify,
}

/// A subscription to one subject. Ignores changes from before its creation.
pub struct Subscription {
    key: SubscriptionKey,
    changes: watch::Receiver<()>,
    registry: Arc<Registry>,
}

impl ChangeBroadcaster {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Registry {
            subscribers: Mutex::default(),
            is_tracking: watch::Sender::new(false),
            tracking_requested: Notify::new(),
        }))
    }

    /// Subscribes to a subject. Every change that is committed after this returns wakes the
    /// subscription, whichever process made it.
    pub async fn subscribe(&self, tenant_id: &TenantId, subject: Subject) -> Subscription {
        let (mut watch, mut following) = self.0.subscribe((tenant_id.clone(), subject));
        let is_online = following.wait_for(|&following| following);
        if tokio::time::timeout(TRACKING_TIMEOUT, is_online)
            .await
            .is_err()
        {
            tracing::warn!("cannot track changes of other processes; retrying");
        }
        // The start of tracking counts as a change of everything, but only for existing
        // subscribers.
        watch.changes.mark_unchanged();
        watch
    }

    /// Returns the number of subjects with subscribers.
    pub fn subject_count(&self) -> usize {
        self.0.lock().len()
    }

    /// Wakes the subscribers of the changed subjects.
    pub(crate) fn publish(&self, changed: &ChangeSet) {
        let watched = self.0.lock();
        match changed {
            ChangeSet::Everything => watched.values().for_each(wake),
            ChangeSet::Subjects(_) if watched.is_empty() => {}
            ChangeSet::Subjects(subjects) => subjects
                .iter()
                .filter_map(|subject| watched.get(subject))
                .for_each(wake),
        }
    }

    /// Records that changes of other processes are tracked, and wakes all subscribers because any
    /// change may have been missed before.
    fn set_online(&self) {
        self.publish(&ChangeSet::Everything);
        self.0.is_tracking.send_replace(true);
    }

    /// Records that changes of other processes are no longer tracked.
    fn set_offline(&self) {
        self.0.is_tracking.send_replace(false);
    }

    /// Returns whether there are no subscribers, and if so stops the tracking. The next
    /// subscriber requests it again.
    fn stop_if_unused(&self) -> bool {
        // Under the lock: otherwise a new subscriber would find the tracking active.
        let watched = self.0.lock();
        if watched.is_empty() {
            self.0.is_tracking.send_replace(false);
        }
        watched.is_empty()
    }

    /// Resolves when there is a subscriber but changes of other processes are not tracked.
    async fn tracking_requested(&self) {
        self.0.tracking_requested.notified().await;
    }
}

fn wake(watchers: &watch::Sender<()>) {
    watchers.send_replace(());
}

impl Registry {
    fn subscribe(self: &Arc<Self>, key: SubscriptionKey) -> (Subscription, watch::Receiver<bool>) {
        let mut watched = self.lock();
        let watchers = watched.entry(key.clone()).or_default();
        let watch = Subscription {
            key,
            changes: watchers.subscribe(),
            registry: self.clone(),
        };
        let following = self.is_tracking.subscribe();
        if !*following.borrow() {
            self.tracking_requested.notify_one();
        }
        (watch, following)
    }

    /// Ignores poisoning: each change of the map is a single step, so it is always consistent.
    fn lock(&self) -> MutexGuard<'_, HashMap<SubscriptionKey, watch::Sender<()>>> {
        self.subscribers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Waits for the next change, or returns immediately if there was one since the last call.
    /// Several changes count as one. Cancel-safe.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // Unreachable: the sender exists as long as there is a subscriber. Without it nothing
            // would ever change.
            std::future::pending::<()>().await;
        }
    }

    /// Returns whether there was a change that [`Subscription::changed`] has not reported yet.
    pub fn has_changed(&self) -> bool {
        self.changes.has_changed().unwrap_or(false)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut watched = self.registry.lock();
        // Still counts this subscription.
        if watched
            .get(&self.key)
            .is_some_and(|watchers| watchers.receiver_count() <= 1)
        {
            watched.remove(&self.key);
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.key).finish()
    }
}

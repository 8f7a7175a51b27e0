//! Pub/sub for committed changes.
//!
//! A unit of work records what it changes
//! ([`Tx::mark_license_changed`](crate::Tx::mark_license_changed)). Its commit wakes only the
//! subscribers of those subjects. A wake-up carries no data: subscribers reread the current state.

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

/// How long a new subscription waits for the tracking of changes made by other processes. After a
/// timeout, the subscription starts anyway; all subscribers are woken once tracking begins.
const TRACKING_TIMEOUT: Duration = Duration::from_secs(2);

type SubscriptionKey = (TenantId, Subject);

/// Broadcasts the changes of one store. Cheap to clone.
#[derive(Clone)]
pub struct ChangeBroadcaster(Arc<Registry>);

/// The subscribers, and whether changes made by other processes are tracked for them.
struct Registry {
    subscribers: Mutex<HashMap<SubscriptionKey, watch::Sender<()>>>,
    /// Whether changes made by other processes are currently tracked.
    is_tracking: watch::Sender<bool>,
    /// Notified when someone subscribes while changes made by other processes are not tracked.
    tracking_requested: Notify,
}

/// A subscription to one subject, from its creation onward.
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

    /// Subscribes to a subject. Changes that any process commits after this returns wake the
    /// subscription.
    pub async fn subscribe(&self, tenant_id: &TenantId, subject: Subject) -> Subscription {
        let (mut watch, mut following) = self.0.subscribe((tenant_id.clone(), subject));
        let is_online = following.wait_for(|&following| following);
        if tokio::time::timeout(TRACKING_TIMEOUT, is_online)
            .await
            .is_err()
        {
            tracing::warn!("can't track changes made by other processes; retrying");
        }
        // The start of tracking wakes all subscribers, which a new subscription doesn't need.
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

    /// Records that changes made by other processes are tracked, and wakes all subscribers, because
    /// earlier changes may have been missed.
    fn set_online(&self) {
        self.publish(&ChangeSet::Everything);
        self.0.is_tracking.send_replace(true);
    }

    /// Records that changes made by other processes are no longer tracked.
    fn set_offline(&self) {
        self.0.is_tracking.send_replace(false);
    }

    /// Stops the tracking if there are no subscribers, and returns whether it did. The next
    /// subscriber requests the tracking again.
    fn stop_if_unused(&self) -> bool {
        // Updated under the lock, so that a new subscriber doesn't rely on tracking that is about
        // to stop.
        let watched = self.0.lock();
        if watched.is_empty() {
            self.0.is_tracking.send_replace(false);
        }
        watched.is_empty()
    }

    /// Resolves when someone subscribes while changes made by other processes are not tracked.
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

    /// Ignores poisoning: each change to the map is a single step, so the map stays consistent.
    fn lock(&self) -> MutexGuard<'_, HashMap<SubscriptionKey, watch::Sender<()>>> {
        self.subscribers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Waits for the next change, or returns immediately if there was one since the last call.
    /// Several changes are reported once. Cancel-safe.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // Unreachable: the sender exists as long as there is a subscriber.
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
        // The count still includes this subscription.
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
        f.debug_tuple("Subscription").field(&self.key).finish()
    }
}

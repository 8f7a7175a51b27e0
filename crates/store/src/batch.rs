//! A batcher: a queue whose workers process requests in batches.
//!
//! A batch shares the cost of a statement or a commit, mostly the round trip to the database. An
//! idle worker takes everything queued, up to the maximum batch size, so a lone request is never
//! delayed. The number of workers limits the number of batches in flight.

use std::{
    convert::Infallible,
    future::{Future, pending, ready},
    mem,
    sync::Arc,
};

use parking_lot::RwLock;
use tokio::sync::{Mutex, mpsc, oneshot};

#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// Capacity of the queue. Callers wait while it is full.
    pub queue_capacity: usize,
    /// Maximum number of requests in a batch. Bounds how long the first request waits for the last.
    pub max_batch_size: usize,
}

/// Queues requests and hands them to its workers in batches.
pub struct Batcher<Q, R> {
    queue: RwLock<Option<mpsc::Sender<Queued<Q, R>>>>,
    /// Closed once every [`Inbox`] is dropped.
    workers_done: Mutex<mpsc::Receiver<Infallible>>,
}

/// The receiving end of the queue. Each clone serves one worker.
pub struct Inbox<Q, R> {
    queue: Arc<Mutex<Queue<Q, R>>>,
    max_batch_size: usize,
    /// Never used. [`Batcher::close`] waits until every clone is dropped.
    alive_token: mpsc::Sender<Infallible>,
}

struct Queue<Q, R> {
    receiver: mpsc::Receiver<Queued<Q, R>>,
    /// Requests that were received but are not in a batch yet, in order of arrival.
    deferred: Vec<Queued<Q, R>>,
}

struct Queued<Q, R> {
    request: Q,
    reply: Reply<R>,
}

/// Channel for the response; `None` if the caller does not wait for it.
type Reply<R> = Option<oneshot::Sender<R>>;

pub enum BatchOutcome<Q, R> {
    /// The responses, in the order of the requests.
    Completed(Vec<R>),
    /// One request failed in a way that must not affect the others: each is rerun in its own
    /// batch.
    RetryEach(Vec<Q>),
}

/// Runs batches, one at a time.
pub trait BatchWorker: Send {
    type Request: Send;
    type Response: Send;

    /// Returns whether `next` may join the batch. Otherwise it waits for a later batch.
    fn can_join(_batch: &[Self::Request], _next: &Self::Request) -> bool {
        true
    }

    /// Runs a batch. Must not return [`BatchOutcome::RetryEach`] for a batch of one.
    fn run(
        &mut self,
        requests: Vec<Self::Request>,
    ) -> impl Future<Output = BatchOutcome<Self::Request, Self::Response>> + Send;

    /// Resolves when [`BatchWorker::tick`] is due. When requests arrive first, the future is
    /// dropped and this is called again later.
    fn due(&mut self) -> impl Future<Output = ()> + Send {
        pending()
    }

    /// Runs periodic work.
    fn tick(&mut self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// Runs after the queue is closed and all its requests have been processed.
    fn close(self) -> impl Future<Output = ()> + Send
    where
        Self: Sized,
    {
        ready(())
    }
}

impl<Q, R> Batcher<Q, R>
where
    Q: Send,
    R: Send,
{
    /// Returns the batcher and the receiving end of its queue.
    pub fn new(limits: BatchLimits) -> (Self, Inbox<Q, R>) {
        let (sender, receiver) = mpsc::channel(limits.queue_capacity);
        let (alive, workers) = mpsc::channel(1);
        let batcher = Self {
            queue: RwLock::new(Some(sender)),
            workers_done: Mutex::new(workers),
        };
        let inbox = Inbox {
            queue: Arc::new(Mutex::new(Queue {
                receiver,
                deferred: Vec::new(),
            })),
            max_batch_size: limits.max_batch_size,
            alive_token: alive,
        };
        (batcher, inbox)
    }

    /// Starts one task per worker.
    pub fn start<W>(limits: BatchLimits, workers: impl IntoIterator<Item = W>) -> Self
    where
        Q: 'static,
        R: 'static,
        W: BatchWorker<Request = Q, Response = R> + 'static,
    {
        let (batcher, inbox) = Self::new(limits);
        for worker in workers {
            tokio::spawn(inbox.clone().serve(worker));
        }
        batcher
    }

    /// Sends a request and waits for its response. Returns `None` if the batcher is closed or the
    /// worker dropped the request.
    pub async fn call(&self, request: Q) -> Option<R> {
        let (reply, response) = oneshot::channel();
        let reply = Some(reply);
        let sent = self.sender()?.send(Queued { request, reply }).await;
        sent.ok()?;
        response.await.ok()
    }

    /// Queues a request without waiting for a response. Returns whether the batcher accepted it.
    pub async fn post(&self, request: Q) -> bool {
        let Some(sender) = self.sender() else {
            return false;
        };
        let reply = None;
        sender.send(Queued { request, reply }).await.is_ok()
    }

    /// Queues a request unless the queue is full or closed. Returns whether the request was queued.
    pub fn try_post(&self, request: Q) -> bool {
        let reply = None;
        self.sender()
            .is_some_and(|sender| sender.try_send(Queued { request, reply }).is_ok())
    }

    /// Returns the number of queued requests.
    pub fn queued_len(&self) -> usize {
        self.queue
            .read()
            .as_ref()
            .map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    pub fn is_closed(&self) -> bool {
        self.queue.read().is_none()
    }

    /// Rejects new requests, and waits until the queued requests are processed and the workers have
    /// stopped.
    pub async fn close(&self) {
        self.queue.write().take();
        self.workers_done.lock().await.recv().await;
    }

    fn sender(&self) -> Option<mpsc::Sender<Queued<Q, R>>> {
        self.queue.read().clone()
    }
}

impl<Q, R> Clone for Inbox<Q, R> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            max_batch_size: self.max_batch_size,
            alive_token: self.alive_token.clone(),
        }
    }
}

impl<Q, R> Inbox<Q, R>
where
    Q: Send,
    R: Send,
{
    /// Runs batches until the batcher is closed.
    pub async fn serve<W>(self, mut worker: W)
    where
        W: BatchWorker<Request = Q, Response = R>,
    {
        while let Some((requests, replies)) = self.next_batch(&mut worker).await {
            run_batch(&mut worker, requests, replies).await;
        }
        worker.close().await;
    }

    /// Waits for requests and returns the next batch with its replies. `None` stops the worker.
    async fn next_batch<W>(&self, worker: &mut W) -> Option<(Vec<Q>, Vec<Reply<R>>)>
    where
        W: BatchWorker<Request = Q, Response = R>,
    {
        // The lock is also held while the queue is empty: the other workers wait here for their
        // turn.
        let Queue { receiver, deferred } = &mut *self.queue.lock().await;
        loop {
            if deferred.is_empty() {
                tokio::select! {
                    received = receiver.recv_many(deferred, self.max_batch_size) => {
                        if received == 0 {
                            return None;
                        }
                    }
                    () = worker.due() => worker.tick().await,
                }
            } else {
                // Requests behind a deferred one may be able to join this batch.
                while deferred.len() < receiver.max_capacity()
                    && let Ok(queued) = receiver.try_recv()
                {
                    deferred.push(queued);
                }
            }
            let mut requests = Vec::new();
            let mut replies = Vec::new();
            for queued in mem::take(deferred) {
                if requests.len() < self.max_batch_size && W::can_join(&requests, &queued.request) {
                    // Skips requests whose callers have stopped waiting.
                    if !queued
                        .reply
                        .as_ref()
                        .is_some_and(oneshot::Sender::is_closed)
                    {
                        requests.push(queued.request);
                        replies.push(queued.reply);
                    }
                } else {
                    deferred.push(queued);
                }
            }
            if !requests.is_empty() {
                return Some((requests, replies));
            }
        }
    }
}

async fn run_batch<W: BatchWorker>(
    worker: &mut W,
    requests: Vec<W::Request>,
    replies: Vec<Reply<W::Response>>,
) {
    match worker.run(requests).await {
        BatchOutcome::Completed(responses) => {
            for (reply, response) in replies.into_iter().zip(responses) {
                send_reply(reply, response);
            }
        }
        BatchOutcome::RetryEach(requests) => {
            for (reply, request) in replies.into_iter().zip(requests) {
                if let BatchOutcome::Completed(responses) = worker.run(vec![request]).await
                    && let Some(response) = responses.into_iter().next()
                {
                    send_reply(reply, response);
                }
            }
        }
    }
}

fn send_reply<R>(reply: Reply<R>, response: R) {
    // The caller may have stopped waiting.
    reply.map(|reply| reply.send(response).ok());
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tokio::sync::mpsc::UnboundedSender;

    use super::*;

    const LIMITS: BatchLimits = BatchLimits {
        queue_capacity: 16,
        max_batch_size: 3,
    };

    /// Reports each batch. Requests with the same tens digit can't share a batch, and a batch
    /// with a zero is retried.
    struct Worker(UnboundedSender<Vec<u32>>);

    impl BatchWorker for Worker {
        type Request = u32;
        type Response = u32;

        fn can_join(batch: &[u32], next: &u32) -> bool {
            batch.iter().all(|one| one / 10 != next / 10)
        }

        async fn run(&mut self, requests: Vec<u32>) -> BatchOutcome<u32, u32> {
            self.0.send(requests.clone()).unwrap();
            if requests.len() > 1 && requests.contains(&0) {
                return BatchOutcome::RetryEach(requests);
            }
            BatchOutcome::Completed(requests.iter().map(|request| request + 100).collect())
        }
    }

    /// Runs a worker on requests that are already queued. Returns the responses and the batches.
    async fn run_requests(requests: &[u32]) -> (Vec<Option<u32>>, Vec<Vec<u32>>) {
        let (report, mut ran) = mpsc::unbounded_channel();
        let (batcher, inbox) = Batcher::new(LIMITS);
        let worker = async {
            tokio::task::yield_now().await;
            inbox.serve(Worker(report)).await;
        };
        let calls = async {
            let responses = join_all(requests.iter().map(|&request| batcher.call(request))).await;
            batcher.close().await;
            responses
        };
        let (responses, ()) = tokio::join!(calls, worker);
        let mut runs = Vec::new();
        ran.recv_many(&mut runs, 64).await;
        (responses, runs)
    }

    #[tokio::test]
    async fn queued_requests_are_batched_up_to_the_limit() {
        let (responses, runs) = run_requests(&[10, 20, 30, 40]).await;
        assert_eq!(responses, [110, 120, 130, 140].map(Some));
        assert_eq!(runs, [vec![10, 20, 30], vec![40]]);
    }

    #[tokio::test]
    async fn request_that_cannot_join_does_not_block_later_ones() {
        let (responses, runs) = run_requests(&[10, 11, 20, 12, 30]).await;
        assert_eq!(responses, [110, 111, 120, 112, 130].map(Some));
        assert_eq!(runs, [vec![10, 20], vec![11, 30], vec![12]]);
    }

    #[tokio::test]
    async fn retried_batch_runs_one_request_at_a_time() {
        let (responses, runs) = run_requests(&[10, 0, 20]).await;
        assert_eq!(responses, [110, 100, 120].map(Some));
        assert_eq!(runs, [vec![10, 0, 20], vec![10], vec![0], vec![20]]);
    }

    #[tokio::test]
    async fn requests_of_dropped_callers_are_skipped() {
        let (report, mut ran) = mpsc::unbounded_channel();
        let (batcher, inbox) = Batcher::new(LIMITS);
        assert!(futures::poll!(Box::pin(batcher.call(10))).is_pending());
        assert!(batcher.try_post(20));
        let worker = tokio::spawn(inbox.serve(Worker(report)));
        batcher.close().await;
        worker.await.unwrap();
        assert_eq!(ran.recv().await, Some(vec![20]));
        assert_eq!(ran.recv().await, None);
    }

    #[tokio::test]
    async fn closed_batcher_answers_queued_requests_and_rejects_new_ones() {
        let (report, _batches) = mpsc::unbounded_channel();
        let batcher = Arc::new(Batcher::start(LIMITS, [Worker(report)]));
        let call = tokio::spawn({
            let batcher = batcher.clone();
            async move { batcher.call(10).await }
        });
        tokio::task::yield_now().await;
        batcher.close().await;
        assert_eq!(call.await.unwrap(), Some(110));
        assert!(batcher.is_closed());
        assert_eq!(batcher.call(20).await, None);
        assert!(!batcher.try_post(20) && !batcher.post(20).await);
    }

    #[tokio::test]
    async fn full_queue_rejects_try_post() {
        let (batcher, _inbox) = Batcher::<u32, u32>::new(LIMITS);
        assert!((0..16).all(|request| batcher.try_post(request)));
        assert_eq!(batcher.queued_len(), 16);
        assert!(!batcher.try_post(16));
    }
}

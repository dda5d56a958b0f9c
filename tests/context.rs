//! Right parents through nesting, joining, selecting, spawning, threads and other executors.

use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use observe::testing::{Recorded, captured, captured_async};
use observe::{Context, InCurrentObservation, observe};

#[observe]
async fn leaf(n: u32) -> u32 {
    tokio::task::yield_now().await;
    n
}

#[observe]
fn sync_leaf(n: u32) -> u32 {
    n
}

/// Names as an indented tree; siblings that start at the same time are sorted by it already.
fn names(recorded: &Recorded) -> String {
    let tree = recorded.tree();
    let name = |line: &str| {
        let end = line.find(" [").unwrap_or(line.len());
        format!("{}\n", &line[..end])
    };
    tree.lines().map(name).collect()
}

fn children(recorded: &Recorded, parent: &str) -> usize {
    let parent = recorded.observation(parent).id;
    recorded.observations().iter().filter(|observation| observation.parent_id == Some(parent)).count()
}

#[test]
fn nested_calls_make_a_tree() {
    #[observe]
    fn outer() -> u32 {
        sync_leaf(1) + sync_leaf(2)
    }
    let (sum, recorded) = captured(outer);
    assert_eq!(sum, 3);
    assert_eq!(
        recorded.tree(),
        "outer [span] → 3\n  sync_leaf [span] {\"n\":1} → 1\n  sync_leaf [span] {\"n\":2} → 2\n"
    );
}

#[test]
fn calls_one_after_the_other_are_traces_of_their_own() {
    let (_, recorded) = captured(|| (sync_leaf(1), sync_leaf(2)));
    let ids: std::collections::HashSet<_> = recorded.observations().iter().map(|o| o.trace_id).collect();
    assert_eq!(ids.len(), 2);
}

#[tokio::test]
async fn joined_and_selected_futures_are_siblings() {
    #[observe]
    async fn join() -> u32 {
        let (a, b) = tokio::join!(leaf(1), leaf(2));
        let c = tokio::select! { c = leaf(3) => c, d = std::future::pending::<u32>() => d };
        a + b + c
    }
    let (sum, recorded) = captured_async(join).await;
    assert_eq!(sum, 6);
    assert_eq!(names(&recorded), "join\n  leaf\n  leaf\n  leaf\n");
}

#[tokio::test]
async fn the_loser_of_a_select_is_cancelled() {
    #[observe]
    async fn slow() {
        std::future::pending::<()>().await;
    }
    #[observe]
    async fn race() {
        tokio::select! { biased; () = slow() => {}, () = tokio::task::yield_now() => {} }
    }
    let ((), recorded) = captured_async(race).await;
    assert_eq!(recorded.tree(), "race [span]\n  slow [span] WARNING \"cancelled\"\n");
}

#[tokio::test]
async fn unordered_futures_are_siblings() {
    #[observe]
    async fn all() -> u32 {
        let futures: FuturesUnordered<_> = (0..10).map(leaf).collect();
        futures.fold(0, |sum, n| async move { sum + n }).await
    }
    let (sum, recorded) = captured_async(all).await;
    assert_eq!(sum, 45);
    assert_eq!(children(&recorded, "all"), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spawned_observed_future_keeps_its_parent() {
    #[observe]
    async fn parent() -> u32 {
        let tasks: Vec<_> = (0..10).map(|n| tokio::spawn(leaf(n))).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        sum
    }
    let (sum, recorded) = captured_async(parent).await;
    assert_eq!(sum, 45);
    assert_eq!(children(&recorded, "parent"), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_blocks_take_their_parent_along_when_asked() {
    #[observe]
    async fn parent() {
        observe::spawn(async { leaf(1).await }).await.unwrap();
        tokio::spawn(async { leaf(2).await }.in_current_observation()).await.unwrap();
        tokio::spawn(async { leaf(3).await }).await.unwrap();
        let context = Context::current();
        tokio::task::spawn_blocking(move || context.run(|| sync_leaf(4))).await.unwrap();
        std::thread::scope(|scope| scope.spawn(|| context.run(|| sync_leaf(5))).join().unwrap());
        rayon::join(|| context.run(|| sync_leaf(6)), || context.run(|| sync_leaf(7)));
    }
    let ((), recorded) = captured_async(parent).await;
    assert_eq!(children(&recorded, "parent"), 6, "{recorded}");
}

#[test]
fn a_future_made_here_and_run_on_another_executor_keeps_its_parent() {
    #[observe]
    fn parent() -> u32 {
        let future = leaf(1);
        std::thread::scope(|scope| scope.spawn(|| futures::executor::block_on(future)).join().unwrap())
    }
    let (_, recorded) = captured(parent);
    assert_eq!(names(&recorded), "parent\n  leaf\n");
}

#[test]
fn a_future_that_never_ran_leaves_nothing() {
    let (_, recorded) = captured(|| drop(leaf(1)));
    assert_eq!(recorded.tree(), "");
    assert_eq!(recorded.stats().recorded, 0);
}

#[tokio::test]
async fn a_future_starts_when_it_first_runs() {
    let (_, recorded) = captured_async(|| async {
        let late = leaf(1);
        let early = sync_leaf(2);
        tokio::time::sleep(Duration::from_millis(2)).await;
        late.await + early
    })
    .await;
    let order: Vec<_> = recorded.observations().into_iter().map(|o| o.name).collect();
    assert_eq!(order, ["sync_leaf", "leaf"]);
}

#[test]
fn a_remote_parent_is_the_parent() {
    let trace = observe::TraceId::from_seed("abc");
    let remote = observe::ObservationId::random();
    let (_, recorded) = captured(|| Context::remote(trace, Some(remote)).run(|| sync_leaf(1)));
    let leaf = recorded.observation("sync_leaf");
    assert_eq!((leaf.trace_id, leaf.parent_id), (trace, Some(remote)));
}

#[test]
fn ids_of_the_current_observation_are_those_that_arrive() {
    #[observe]
    fn ids() -> (String, String) {
        let trace = observe::current_trace_id().unwrap();
        (trace.to_string(), observe::current_observation_id().unwrap().to_string())
    }
    let ((trace, observation), recorded) = captured(ids);
    let arrived = recorded.observation("ids");
    assert_eq!((arrived.trace_id.to_string(), arrived.id.to_string()), (trace, observation));
    assert_eq!(observe::current_trace_id(), None);
}

//! 1,000 tasks of 100 nested calls on several threads, and every parent is right.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::HashMap;

use observe::observe;
use observe::testing::captured_async;

#[observe]
async fn task(task: u32) -> u32 {
    let mut sum = 0;
    for call in 0..50 {
        sum += nested(task, call).await;
    }
    sum
}

#[observe]
async fn nested(task: u32, call: u32) -> u32 {
    tokio::task::yield_now().await;
    innermost(task, call)
}

#[observe]
fn innermost(task: u32, call: u32) -> u32 {
    task ^ call
}

#[observe]
async fn root() {
    let tasks: Vec<_> = (0..1000).map(|n| tokio::spawn(task(n))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_parent_is_right() {
    let ((), recorded) = captured_async(root).await;
    let observations = recorded.observations();
    assert_eq!(observations.len(), 1 + 1000 + 2 * 50_000);
    let by_id: HashMap<_, _> = observations.iter().map(|observation| (observation.id, observation)).collect();
    assert_eq!(by_id.len(), observations.len(), "ids are unique");
    for observation in &observations {
        let parent = observation.parent_id.map(|id| by_id[&id]);
        let (expected, same) = match observation.name.as_str() {
            "root" => (None, true),
            "task" => (Some("root"), true),
            "nested" => (
                Some("task"),
                parent.unwrap().input.as_ref().unwrap()["task"] == observation.input.as_ref().unwrap()["task"],
            ),
            _ => (Some("nested"), parent.unwrap().input == observation.input),
        };
        assert_eq!(parent.map(|parent| parent.name.as_str()), expected);
        assert!(same, "{observation:?} below {parent:?}");
        assert!(parent.is_none_or(|parent| parent.start <= observation.start && observation.end <= parent.end));
    }
}

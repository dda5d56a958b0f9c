//! Other attributes that rewrite a function, in either order.

use observe::observe;
use observe::testing::captured;

#[observe]
#[tokio::test]
async fn above_another_attribute_that_rewrites() {
    tokio::task::yield_now().await;
    assert_eq!(1 + 1, 2);
}

#[tokio::test]
#[observe]
async fn below_another_attribute_that_rewrites() {
    tokio::task::yield_now().await;
    assert_eq!(1 + 1, 2);
}

#[observe]
#[test]
fn above_the_test_attribute() {}

#[test]
#[observe]
fn below_the_test_attribute() -> Result<(), String> {
    Ok(())
}

#[test]
fn tokio_main_in_either_order() {
    #[observe(name = "above")]
    #[tokio::main(flavor = "current_thread")]
    async fn above(n: u8) -> u8 {
        tokio::task::yield_now().await;
        n
    }
    #[tokio::main(flavor = "current_thread")]
    #[observe(name = "below")]
    async fn below(n: u8) -> u8 {
        tokio::task::yield_now().await;
        n
    }
    let ((), recorded) = captured(|| {
        above(1);
        below(2);
    });
    assert_eq!(recorded.tree(), "above [span] {\"n\":1} → 1\nbelow [span] {\"n\":2} → 2\n");
}

//! What models cost, and who says so.

use super::recorded::recorded;

#[test]
fn prices_are_listed_and_added() {
    let scratch = recorded("prices");
    assert!(scratch.run(&["stats"]).contains("cost          $0.00033"));
    assert_eq!(
        scratch.run(&["prices", "gpt-4o-mini"]),
        "USD per million\nmodel               input  cached  output  date        source\n\
         gpt-4o-mini          0.15   0.075     0.6  2026-08-20  https://openai.com/api/pricing\n  \
         fast or priority   0.25   0.125       1\n"
    );
    assert!(scratch.run(&["prices", "--json"]).lines().count() >= 120);
    let added =
        scratch.run(&["prices", "add", "gpt-4o-mini", "--input", "1", "--output", "2", "--price", "cache_write=3"]);
    assert_eq!(added, "gpt-4o-mini is priced in .observe/prices.toml\n");
    let shown = scratch.run(&["show", "000000a1"]);
    assert!(shown.contains("gpt-4o-mini  1200 → 250 tokens  $0.0017"), "{shown}");
    // The past is corrected too.
    assert!(scratch.run(&["stats"]).contains("cost          $0.0017"));
    scratch.run(&["prices", "add", "house-model", "--input", "1", "--pattern", "house-.*", "--global"]);
    let listed = scratch.run(&["prices", "house"]);
    assert!(listed.contains(".config/observe/prices.toml"), "{listed}");
    assert!(scratch.fail(&["prices", "add", "x"]).contains("Give --input and --output"));
    assert!(scratch.fail(&["prices", "add", "x", "--input=-1"]).contains("the price of `input` is -1"));
}

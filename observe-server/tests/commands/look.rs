//! What is shown of traces: as a list, as a tree, in sums.

use std::fs;

use serde_json::{Value, json};

use super::program::Scratch;
use super::recorded::recorded;

#[test]
fn ls_lists_what_a_query_finds() {
    let scratch = recorded("ls");
    assert_eq!(
        scratch.run(&["ls"]),
        "trace                             time                 name    duration  tokens      cost  level  user      session      tags                input → output\n\
         000000b2000000000000000000000000  2026-11-25 12:01:00  batch       10ms                           user_456\n\
         000000a1000000000000000000000000  2026-11-25 12:00:00  answer        2s    1450  $0.00033  ERROR  user_123  session_abc  production,support  {\"question\":\"refunds?\"} → see the handbook\n"
    );
    assert_eq!(
        scratch.run(&["ls", "--plain", "user:user_123", "level:ERROR"]),
        "000000a1000000000000000000000000\t2026-11-25T12:00:00.000000Z\tanswer\t2000\t1450\t0.00033\tERROR\tuser_123\tsession_abc\
         \tproduction,support\t{\"question\":\"refunds?\"} → see the handbook\n"
    );
    let names = |arguments: &[&str]| {
        let lines = scratch.run(&[&["ls", "--json"], arguments].concat());
        let name = |line: &str| {
            serde_json::from_str::<Value>(line).expect("JSON")["name"].as_str().expect("a name").to_owned()
        };
        lines.lines().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(&["sort:startTime"]), ["answer", "batch"]);
    assert_eq!(names(&["-tag:support", "--limit", "5"]), ["batch"]);
    assert_eq!(names(&["--limit", "1"]), ["batch"]);
    assert_eq!(names(&["metadata.plan:pro", "scores.helpfulness:>0.9"]), ["answer"]);
    assert_eq!(names(&["name:nothing"]), Vec::<String>::new());
    // Found by its words at once, also by the command that reads the files.
    assert_eq!(recorded("words").run(&["ls", "--plain", "see the handbook"]).lines().count(), 1);
    assert_eq!(names(&["\"no such tool\" or nothing"]), ["answer"]);
}

#[test]
fn show_draws_the_tree() {
    let scratch = recorded("show");
    let tree = "\
answer  000000a1000000000000000000000000
2026-11-25 12:00:00  2s  4 observations  1450 tokens  $0.00033  user=user_123  session=session_abc  tags=production,support
1 error
helpfulness = 0.92 (at once)

answer [chain]                  2s  ████████████████████████████████
├─ retrieve [retriever]      500ms  ████████
└─ generate [generation]      1.5s          ████████████████████████  gpt-4o-mini  1200 → 250 tokens  $0.00033
   └─ lookup [tool]          250ms                  ████              ERROR no such tool
";
    assert_eq!(scratch.run(&["show", "000000a1"]), tree);
    assert_eq!(scratch.run(&["show", "http://127.0.0.1:3030/trace/000000a1000000000000000000000000?obs=1"]), tree);
    let plain = scratch.run(&["show", "000000a1", "--plain", "--io"]);
    let plain = plain.split_once("\n\n").expect("a head and a tree").1;
    assert_eq!(
        plain,
        "\
answer [chain]                 2s
  input
    {
      \"question\": \"refunds?\"
    }
  output
    see the handbook
  retrieve [retriever]      500ms
    output
      [
        \"doc-1\",
        \"doc-2\"
      ]
  generate [generation]      1.5s  gpt-4o-mini  1200 → 250 tokens  $0.00033
    output
      see the handbook
    lookup [tool]           250ms  ERROR no such tool
"
    );
    assert!(scratch.run(&["show"]).starts_with("batch  000000b2"), "the newest");
    let json: Value = serde_json::from_str(&scratch.run(&["show", "000000a1", "--json"])).expect("JSON");
    assert_eq!(json["observations"][1]["output"], json!(["doc-1", "doc-2"]));
    assert_eq!(json["scores"][0]["value"], 0.92);

    assert_eq!(scratch.fail(&["show", "nothing"]), "observe: there is no trace \"nothing\": `observe ls` lists them\n");
    assert!(scratch.fail(&["show", "0000"]).contains("begins the ids of several traces"));
}

#[test]
fn stats_sum_up() {
    let scratch = recorded("stats");
    assert_eq!(
        scratch.run(&["stats"]),
        "\
traces        2                    1 with errors
observations  5
users         2                    1 session
tokens        1450                 1200 in, 250 out
cost          $0.00033
latency       p50 10ms             p95 2s  p99 2s
from          2026-11-25 12:00:00  to 2026-11-25 12:01:00

name    traces  errors  duration  tokens      cost
answer       1       1        2s    1450  $0.00033
batch        1              10ms

model        calls  duration  tokens      cost
gpt-4o-mini      1      1.5s    1450  $0.00033

score        count   mean
helpfulness      1  0.920
"
    );
    let json: Value = serde_json::from_str(&scratch.run(&["stats", "--json", "name:batch"])).expect("JSON");
    assert_eq!((&json["traces"], &json["latency"]["p95"]), (&json!(1), &json!(10.0)));
}

#[test]
fn an_unclear_query_is_shown_where() {
    let scratch = recorded("unclear");
    let said = scratch.fail(&["ls", "user:user_123", "nmae:x"]);
    assert_eq!(
        said,
        "observe: there is no field nmae (at character 15): did you mean name:?\n  user:user_123 nmae:x\n                ^\n"
    );
}

#[test]
fn an_empty_place_is_left_empty() {
    let scratch = Scratch::new("empty");
    let said = scratch.fail(&["ls"]);
    assert!(said.starts_with("observe: there are no traces here: .observe/observe.db does not exist"), "{said}");
    assert_eq!(fs::read_dir(scratch.path()).expect("a directory").count(), 0);
}

#[test]
fn a_query_may_begin_with_a_minus() {
    let scratch = recorded("minus");
    let traces = |arguments: &[&str]| scratch.run(&[&["export"], arguments].concat()).lines().count();
    for (query, count) in [
        (&["-environment:dev"][..], 2),
        (&["-user:user_456"], 1),
        (&["-env:dev", "-name:answer"], 1),
        (&["-latency>1s"], 1),
        (&["-user=user_123", "--format", "csv"], 2),
        (&["-(name:answer or name:batch)"], 0),
        (&["-\"see the handbook\""], 1),
        (&["-metadata.\"plan\":pro"], 1),
        (&["--", "-name:answer"], 1),
        (&["not name:answer"], 1),
    ] {
        assert_eq!(traces(query), count, "{query:?}");
    }
    assert_eq!(scratch.run(&["ls", "--json", "-environment:dev"]).lines().count(), 2);
    assert!(scratch.run(&["ls", "--plain", "-n1", "-tag:support"]).contains("batch"));
    assert!(scratch.run(&["stats", "-level:ERROR"]).starts_with("traces        1\n"));
    assert!(scratch.fail(&["push", "-nmae:x"]).contains("set LANGFUSE_PUBLIC_KEY"), "it is no flag");
    for command in ["ls", "tail", "stats", "export", "push"] {
        assert!(scratch.run(&[command, "--help"]).contains("-env:dev"), "{command}");
    }
    let said = scratch.fail(&["ls", "-x"]);
    assert!(said.contains("unexpected argument '-x'"), "{said}");
}

//! The commands of the real program, on local files as the runtime writes them, with and without a server.

#![cfg(unix)]

#[expect(dead_code, reason = "each test uses a part of it")]
mod program;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use program::Scratch;
use serde_json::{Value, json};

/// A span of a trace: name, type, parent, start and end in milliseconds, and attributes.
struct Span(&'static str, &'static str, Option<&'static str>, u64, u64, Value);

/// Noon of 2026-11-25.
const NOON: u64 = 1_795_608_000_000;

fn attributes(map: &Value) -> Value {
    let any = |value: &Value| match value {
        Value::String(text) => json!({"stringValue": text}),
        Value::Number(number) => json!({"intValue": number.to_string()}),
        other => json!({"stringValue": other.to_string()}),
    };
    map.as_object().expect("attributes").iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect()
}

/// A line of a local file. Ids are made of the trace's number and the place of the span.
fn line(trace: u32, about: &Value, spans: &[Span]) -> String {
    let id = |name: &str| {
        let place = spans.iter().position(|span| span.0 == name).expect("a parent of this trace");
        format!("{trace:08x}{:08x}", place + 1)
    };
    let spans: Vec<Value> = spans
        .iter()
        .map(|Span(name, kind, parent, start, end, own)| {
            let mut all = about.clone();
            all["langfuse.observation.type"] = (*kind).into();
            all.as_object_mut().expect("attributes").extend(own.as_object().expect("attributes").clone());
            json!({
                "traceId": format!("{trace:08x}{:024x}", 0), "spanId": id(name), "parentSpanId": parent.map(id).unwrap_or_default(),
                "name": name, "kind": 1, "startTimeUnixNano": ((NOON + start) * 1_000_000).to_string(),
                "endTimeUnixNano": ((NOON + end) * 1_000_000).to_string(), "attributes": attributes(&all), "status": {},
            })
        })
        .collect();
    let request = json!({"resourceSpans": [{
        "resource": {"attributes": attributes(&json!({"service.name": "tests"}))},
        "scopeSpans": [{"scope": {"name": "langfuse-sdk-tests"}, "spans": spans}],
    }]});
    format!("{request}\n")
}

/// A directory with two traces in local files.
fn recorded(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let first = line(
        0xa1,
        &json!({"user.id": "user_123", "session.id": "session_abc", "langfuse.trace.tags": "[\"support\",\"production\"]"}),
        &[
            Span(
                "answer",
                "chain",
                None,
                0,
                2000,
                json!({"langfuse.observation.input": "{\"question\":\"refunds?\"}",
                "langfuse.observation.output": "see the handbook", "langfuse.observation.metadata.plan": "pro"}),
            ),
            Span(
                "retrieve",
                "retriever",
                Some("answer"),
                0,
                500,
                json!({"langfuse.observation.output": "[\"doc-1\",\"doc-2\"]"}),
            ),
            Span(
                "generate",
                "generation",
                Some("answer"),
                500,
                2000,
                json!({"langfuse.observation.model.name": "gpt-4o-mini",
                "langfuse.observation.usage_details": "{\"input\":1200,\"output\":250}", "langfuse.observation.output": "see the handbook"}),
            ),
            Span(
                "lookup",
                "tool",
                Some("generate"),
                1000,
                1250,
                json!({"langfuse.observation.level": "ERROR",
                "langfuse.observation.status_message": "no such tool"}),
            ),
        ],
    );
    let second = line(0xb2, &json!({"user.id": "user_456"}), &[Span("batch", "span", None, 60_000, 60_010, json!({}))]);
    let score = json!({"id": "s-1", "traceId": "000000a1000000000000000000000000", "name": "helpfulness", "value": 0.92, "comment": "at once"});
    fs::create_dir(scratch.path().join(".observe")).expect("a directory");
    fs::write(scratch.path().join(".observe/traces-1.jsonl"), first + &second).expect("a file");
    fs::write(scratch.path().join(".observe/scores-1.jsonl"), format!("{score}\n")).expect("a file");
    scratch
}

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
fn hostile_text_moves_nothing_on_a_terminal() {
    let scratch = Scratch::new("hostile");
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}evil\u{9b}31m\n\rx";
    let about = json!({"user.id": evil, "session.id": evil, "langfuse.trace.tags": [evil]});
    let spans = [Span(
        "root",
        "generation",
        None,
        0,
        1,
        json!({"langfuse.trace.name": evil, "langfuse.observation.input": evil, "langfuse.observation.model.name": evil,
            "langfuse.observation.level": "ERROR", "langfuse.observation.status_message": evil}),
    )];
    fs::create_dir(scratch.path().join(".observe")).expect("a directory");
    fs::write(scratch.path().join(".observe/traces-1.jsonl"), line(1, &about, &spans)).expect("a file");
    for arguments in [&["ls"][..], &["ls", "--plain"], &["show", "--io"], &["show", "--plain", "--io"], &["stats"]] {
        let shown = scratch.run(arguments);
        let moving = shown
            .chars()
            .find(|letter| (letter.is_control() && *letter != '\n' && *letter != '\t') || *letter == '\u{202e}');
        assert_eq!(moving, None, "{arguments:?}: {shown:?}");
        assert!(shown.contains("\\u{202e}evil"), "{arguments:?}: {shown}");
    }
    let said = scratch.fail(&["ls", &format!("nmae:{evil}")]);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said:?}");
}

#[test]
fn colours_are_for_terminals() {
    let scratch = recorded("colours");
    let on_terminal = |setup: &str| {
        let command = format!("{setup} {} ls", env!("CARGO_BIN_EXE_observe"));
        let shell = Command::new("script")
            .args(["--quiet", "--return", "--command", &format!("stty rows 40 cols 100; {command}"), "/dev/null"])
            .current_dir(scratch.path())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .output()
            .expect("script(1)");
        String::from_utf8(shell.stdout).expect("text")
    };
    let coloured = on_terminal("");
    assert!(coloured.contains("\u{1b}[31mERROR\u{1b}[0m"), "{coloured:?}");
    assert!(coloured.lines().all(|line| strip(line).chars().count() <= 100), "{coloured}");
    assert!(!on_terminal("NO_COLOR=1").contains('\u{1b}'));
    assert!(!scratch.run(&["ls"]).contains('\u{1b}'));
}

/// Without colours.
fn strip(line: &str) -> String {
    let mut parts = line.trim_end().split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| line + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let scratch = Scratch::new("pipe");
    fs::create_dir(scratch.path().join(".observe")).expect("a directory");
    let input = json!({"langfuse.observation.input": "x".repeat(100_000)});
    let lines: String =
        (0..20).map(|trace| line(trace, &input, &[Span("root", "span", None, 0, 1, json!({}))])).collect();
    fs::write(scratch.path().join(".observe/traces-1.jsonl"), lines).expect("a file");
    let mut child =
        scratch.command(&["export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut some = [0; 10];
    child.stdout.take().expect("piped").read_exact(&mut some).expect("a beginning");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{}", output.status);
}

#[test]
fn tail_prints_what_comes() {
    let scratch = recorded("tail");
    let mut child = scratch
        .command(&["tail", "--json", "-n", "1", "user:user_456"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next = || {
        let line = lines.next().expect("a line").expect("text");
        serde_json::from_str::<Value>(&line).expect("JSON")["name"].as_str().expect("a name").to_owned()
    };
    assert_eq!(next(), "batch");
    let more =
        |trace, user: &str, name| line(trace, &json!({"user.id": user}), &[Span(name, "span", None, 0, 1, json!({}))]);
    let file = scratch.path().join(".observe/traces-2.jsonl");
    fs::write(&file, more(3, "somebody", "other") + &more(4, "user_456", "later")).expect("a file");
    assert_eq!(next(), "later");
    child.kill().expect("running");
    child.wait().expect("an end");
}

#[test]
fn a_running_server_and_commands_share_the_database() {
    let scratch = recorded("shared");
    let server = scratch.serve(&[]);
    let about = json!({"user.id": "user_789"});
    let body = line(5, &about, &[Span("sent", "span", None, 0, 1, json!({}))]);
    let sent = Command::new("curl")
        .args(["--silent", "--fail", "--header", "content-type: application/json", "--data-binary", &body])
        .arg(format!("{}/v1/traces", server.address))
        .output()
        .expect("curl");
    assert!(sent.status.success(), "{sent:?}");
    assert_eq!(scratch.run(&["ls", "user:user_789", "--json"]).lines().count(), 1);
    assert!(scratch.run(&["show", "00000005"]).starts_with("sent  00000005"));
}

#[test]
fn exports_hold_everything() {
    let scratch = recorded("export");
    let csv = scratch.run(&["export", "--format", "csv", "name:answer"]);
    assert_eq!(
        csv.lines().nth(1).expect("a row"),
        "000000a1000000000000000000000000,2026-11-25T12:00:00.000000Z,answer,user_123,session_abc,default,,,production;support,ERROR,\
         2000,4,1,0,1200,250,1450,0.00033,\"{\"\"helpfulness\"\":0.92}\",\"{\"\"question\"\":\"\"refunds?\"\"}\",see the handbook"
    );
    let lines = scratch.run(&["export"]);
    let traces: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(traces.len(), 2);
    assert_eq!(traces[1]["observations"][2]["usageDetails"], json!({"input": 1200, "output": 250, "total": 1450}));

    // What is exported as OTLP is the same trace elsewhere.
    let elsewhere = Scratch::new("elsewhere");
    let otlp = scratch.run(&["export", "--format", "otlp"]);
    fs::create_dir(elsewhere.path().join(".observe")).expect("a directory");
    fs::write(elsewhere.path().join(".observe/traces-1.jsonl"), otlp).expect("a file");
    assert_eq!(elsewhere.run(&["show", "000000a1", "--json"]), scratch.run(&["show", "000000a1", "--json"]));
    assert_eq!(elsewhere.run(&["export"]), lines);

    let output = scratch.path().join("out.jsonl");
    assert_eq!(scratch.run(&["export", "--output", &output.to_string_lossy(), "--format", "jsonl"]), "");
    assert_eq!(fs::read_to_string(output).expect("a file"), lines);
}

#[test]
fn what_langfuse_exports_is_imported() {
    let scratch = recorded("import");
    let elsewhere = Scratch::new("imported");
    // Our own lines are Langfuse's answers.
    fs::write(elsewhere.path().join("traces.jsonl"), scratch.run(&["export"])).expect("a file");
    assert_eq!(elsewhere.run(&["import", "traces.jsonl"]), "traces.jsonl: 5 observations, 2 traces, 1 score\n");
    assert_eq!(elsewhere.run(&["show", "000000a1", "--io"]), scratch.run(&["show", "000000a1", "--io"]));
    // Twice is once.
    elsewhere.run(&["import", "traces.jsonl"]);
    assert_eq!(elsewhere.run(&["stats"]), scratch.run(&["stats"]));

    // A page of the API, a table of the page over several lines, and OTLP, zipped or not.
    let page = json!({"data": [
        {"id": "t-1", "timestamp": "2026-11-25T12:00:00Z", "name": "listed", "observations": ["o-1"], "scores": ["s-9"]},
        {"id": "o-1", "traceId": "t-1", "type": "AGENT", "name": "inside", "startTime": "2026-11-25T12:00:00Z", "endTime": "2026-11-25T12:00:01Z"},
        {"id": "s-9", "traceId": "t-1", "sessionId": null, "name": "verdict", "value": 0, "stringValue": "good", "dataType": "CATEGORICAL"},
    ], "meta": {"page": 1}});
    fs::write(elsewhere.path().join("page.json"), format!("{page:#}")).expect("a file");
    assert_eq!(elsewhere.run(&["import", "page.json"]), "page.json: 1 observation, 1 trace, 1 score\n");
    let shown = elsewhere.run(&["show", "t-1", "--plain"]);
    assert!(shown.contains("verdict = good") && shown.contains("inside [agent]"), "{shown}");
    let zipped = Command::new("gzip")
        .args(["--stdout", ".observe/traces-1.jsonl"])
        .current_dir(scratch.path())
        .output()
        .expect("gzip");
    let third = Scratch::new("zipped");
    fs::write(third.path().join("otlp.jsonl.gz"), zipped.stdout).expect("a file");
    assert_eq!(third.run(&["import", "otlp.jsonl.gz"]), "otlp.jsonl.gz: 5 observations, 0 traces, 0 scores\n");

    // What cannot be understood is said by line, and the rest is stored.
    let mixed = format!(
        "{}\nnot json\n{{\"odd\":1}}\n\n{}\n",
        json!({"id": "t-2", "timestamp": "2026-11-25T12:00:00Z"}),
        json!({"id": "t-3", "timestamp": "2026-11-25T12:00:00Z"})
    );
    fs::write(third.path().join("mixed.jsonl"), mixed).expect("a file");
    let said = third.fail(&["import", "mixed.jsonl"]);
    assert!(
        said.contains("mixed.jsonl, line 2: no JSON") && said.contains("line 3: an object with odd is no trace"),
        "{said}"
    );
    assert!(said.ends_with("2 entries were left out, all others are stored\n"), "{said}");
    assert_eq!(third.run(&["ls", "--json"]).lines().count(), 4);
    assert!(third.fail(&["import", "missing.jsonl"]).contains("missing.jsonl cannot be read"));
}

#[test]
fn an_export_keeps_the_events_and_the_model_of_a_span() {
    let here = Scratch::new("events");
    let span = json!({
        "traceId": "000000c3000000000000000000000000", "spanId": "000000c300000001", "name": "work",
        "startTimeUnixNano": (NOON * 1_000_000).to_string(), "endTimeUnixNano": ((NOON + 5) * 1_000_000).to_string(),
        "attributes": attributes(&json!({"langfuse.observation.type": "span", "langfuse.observation.model.name": "gpt-4o-mini",
            "langfuse.observation.usage_details": "{\"input\":1200,\"output\":250}"})),
        "events": [{"timeUnixNano": ((NOON + 2) * 1_000_000).to_string(), "name": "retry", "attributes": attributes(&json!({"attempt": 2}))}],
    });
    let request =
        json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "langfuse-sdk-tests"}, "spans": [span]}]}]});
    fs::write(here.path().join("otlp.jsonl"), request.to_string()).expect("a file");
    here.run(&["import", "otlp.jsonl"]);

    let there = Scratch::new("events-again");
    fs::write(there.path().join("traces.jsonl"), here.run(&["export"])).expect("a file");
    there.run(&["import", "traces.jsonl"]);
    let of = |scratch: &Scratch| {
        let shown: Value = serde_json::from_str(&scratch.run(&["show", "--json"])).expect("JSON");
        let observation = &shown["observations"][0];
        json!([observation["events"], observation["model"], observation["usage"], observation["costTotal"]])
    };
    assert_eq!(of(&there), of(&here));
    assert_eq!(
        of(&there)[0],
        json!([{"time": "2026-11-25T12:00:00.002000Z", "name": "retry", "attributes": {"attempt": 2}}])
    );
    assert_eq!(of(&there)[1], "gpt-4o-mini");
}

#[test]
fn push_sends_each_observation_once() {
    let scratch = recorded("push");
    let langfuse = Scratch::new("pushed");
    let mut serve = langfuse.command(&["serve", "--port", "0", "--watch", "none", "--db", "there.db"]);
    let server =
        program::Server::start(serve.env("OBSERVE_PUBLIC_KEY", "pk-test").env("OBSERVE_SECRET_KEY", "sk-test"));
    let push = |secret: &str, arguments: &[&str]| {
        let mut command = scratch.command(&[&["push"], arguments].concat());
        command
            .env("LANGFUSE_PUBLIC_KEY", "pk-test")
            .env("LANGFUSE_SECRET_KEY", secret)
            .env("LANGFUSE_BASE_URL", &server.address);
        let output = command.output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&server.address, "LANGFUSE");
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let ended = |sent: &str| (true, format!("{sent}\n"), String::new());
    let (ok, sent, why) = push("wrong", &[]);
    assert_eq!((ok, sent.as_str()), (false, "0 observations and 0 scores sent to LANGFUSE (key pk-test…)\n"));
    assert!(
        why.starts_with("observe: LANGFUSE (key pk-test…) answered 401 Unauthorized") && !why.contains("wrong"),
        "{why}"
    );

    assert_eq!(push("sk-test", &["name:batch"]), ended("1 observation and 0 scores sent to LANGFUSE (key pk-test…)"));
    assert_eq!(
        push("sk-test", &[]),
        ended("4 observations and 1 score sent to LANGFUSE (key pk-test…), 1 sent before")
    );
    assert_eq!(
        push("sk-test", &[]),
        ended("0 observations and 0 scores sent to LANGFUSE (key pk-test…), 6 sent before")
    );
    let there = langfuse.run(&["show", "000000a1", "--io", "--watch", "none", "--db", "there.db"]);
    assert_eq!(there, scratch.run(&["show", "000000a1", "--io"]));

    // A collector takes spans alone.
    let collector = Scratch::new("collector");
    let other = collector.serve(&["--watch", "none"]);
    let mut command = scratch.command(&["push"]);
    let output = command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &other.address).output().expect("the program starts");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("5 observations and 0 scores sent to {}/v1/traces\n", other.address)
    );
    assert!(scratch.fail(&["push"]).contains("it is not said where to: set LANGFUSE_PUBLIC_KEY"));
}

/// A server that gives these answers, one a request, and says how many were asked for.
fn answering(answers: &[&str]) -> (String, std::thread::JoinHandle<usize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
    let served = std::thread::spawn(move || {
        for answer in &answers {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            let (mut length, mut line) = (0, String::new());
            while reader.read_line(&mut line).expect("a header") > 2 {
                let lower = line.to_ascii_lowercase();
                length = lower
                    .strip_prefix("content-length:")
                    .map_or(length, |digits| digits.trim().parse().expect("digits"));
                line.clear();
            }
            reader.read_exact(&mut vec![0; length]).expect("a body");
            let head =
                format!("HTTP/1.1 {answer}\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
            std::io::Write::write_all(&mut stream, head.as_bytes()).expect("an answer");
        }
        answers.len()
    });
    (address, served)
}

#[test]
fn push_tries_again_what_may_succeed() {
    let scratch = recorded("again");
    let push = |address: &str| {
        let output = scratch
            .command(&["push"])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", address)
            .output()
            .expect("the program starts");
        let said =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).replace(address, "COLLECTOR"));
        (output.status.success(), said)
    };
    // What is too large, or unreadable there, is left out and said; it is not remembered as sent.
    let (address, served) = answering(&["413 Payload Too Large"]);
    let (ok, [sent, why]) = push(&address);
    assert_eq!((ok, sent.as_str()), (false, "0 observations and 0 scores sent to COLLECTOR/v1/traces\n"));
    assert!(why.contains("413 Payload Too Large") && why.contains("1 request refused"), "{why}");
    assert_eq!(served.join().expect("served"), 1);

    let (address, served) = answering(&["503 Service Unavailable", "429 Too Many Requests", "200 OK"]);
    let (ok, [sent, why]) = push(&address);
    assert_eq!(
        (ok, sent.as_str(), why.as_str()),
        (true, "5 observations and 0 scores sent to COLLECTOR/v1/traces\n", "")
    );
    assert_eq!(served.join().expect("served"), 3);

    let (address, served) = answering(&["500 Internal Server Error"; 5]);
    let (ok, [_, why]) = push(&address);
    assert!(!ok && why.contains("did not take it in 5 tries: 500 Internal Server Error"), "{why}");
    assert_eq!(served.join().expect("served"), 5);
}

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

#[test]
fn shells_complete() {
    let scratch = Scratch::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = scratch.run(&["completions", shell]);
        assert!(script.contains("observe") && script.contains("export"), "{shell}");
    }
}

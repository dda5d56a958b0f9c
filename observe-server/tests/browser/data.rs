//! Traces as programs send them, by OTLP.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

/// A trace that is being written down.
#[derive(Clone)]
pub(crate) struct Trace {
    pub(crate) id: String,
    start: u64,
    spans: Vec<Value>,
}

/// What a span says beside its name and time.
#[derive(Clone, Default)]
pub(crate) struct Span<'a> {
    pub(crate) parent: Option<usize>,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    /// Of the trace's start, in milliseconds.
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) attributes: Vec<(&'a str, Value)>,
    pub(crate) error: Option<&'a str>,
}

impl Trace {
    /// One that began `age` ago; `number` makes its id.
    pub(crate) fn new(number: u64, age: Duration) -> Self {
        let start = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970") - age;
        Self {
            id: format!("{:032x}", 0xabc0_0000_0000_u64 + number),
            start: u64::try_from(start.as_nanos()).expect("before 2554"),
            spans: Vec::new(),
        }
    }

    /// Adds a span, and answers its number for its children.
    pub(crate) fn span(&mut self, span: &Span<'_>) -> usize {
        let number = self.spans.len();
        let time = |ms: f64| (self.start + (ms * 1e6) as u64).to_string();
        let mut attributes =
            vec![attribute("langfuse.observation.type", &json!(if span.kind.is_empty() { "span" } else { span.kind }))];
        attributes.extend(span.attributes.iter().map(|(key, value)| attribute(key, value)));
        let mut fields = Map::new();
        fields.insert("traceId".into(), json!(self.id));
        fields.insert("spanId".into(), json!(self.span_id(number)));
        fields.insert("name".into(), json!(span.name));
        fields.insert("startTimeUnixNano".into(), json!(time(span.from)));
        fields.insert("endTimeUnixNano".into(), json!(time(span.to)));
        fields.insert("attributes".into(), json!(attributes));
        if let Some(parent) = span.parent {
            fields.insert("parentSpanId".into(), json!(self.span_id(parent)));
        }
        if let Some(message) = span.error {
            fields.insert("status".into(), json!({"code": 2, "message": message}));
        }
        self.spans.push(fields.into());
        number
    }

    pub(crate) fn span_id(&self, number: usize) -> String {
        // An id of zeros alone is none.
        format!("{}{:08x}", &self.id[24..], number + 1)
    }
}

fn attribute(key: &str, value: &Value) -> Value {
    let value = match value {
        Value::Array(list) => {
            json!({"arrayValue": {"values": list.iter().map(|one| json!({"stringValue": one.as_str()})).collect::<Vec<_>>()}})
        }
        Value::Bool(value) => json!({"boolValue": value}),
        Value::Number(number) if number.is_f64() => json!({"doubleValue": number}),
        Value::Number(number) => json!({"intValue": number.to_string()}),
        Value::String(text) => json!({"stringValue": text}),
        other => json!({"stringValue": other.to_string()}),
    };
    json!({"key": key, "value": value})
}

/// A trace with one span, which has this input and output.
pub(crate) fn simple(number: u64, age: Duration, name: &str, input: &Value, output: &Value) -> Trace {
    let mut trace = Trace::new(number, age);
    trace.span(&Span { name, to: 40.0, attributes: io(input, output), ..Span::default() });
    trace
}

/// Input and output, as an SDK writes them.
pub(crate) fn io(input: &Value, output: &Value) -> Vec<(&'static str, Value)> {
    let text = |value: &Value| json!(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    vec![("langfuse.observation.input", text(input)), ("langfuse.observation.output", text(output))]
}

const ANSWER: &str = "## Resetting a password\n\nOpen **Settings → Security** and choose *Reset password*. We send a link; it is valid for `30 minutes`.\n\n1. Open the [settings](https://example.com/settings)\n2. Choose **Reset password**\n3. Follow the link in the mail\n\n| plan | by an admin | SSO |\n|---|:---:|---:|\n| Free | no | no |\n| Team | yes | yes |\n\n```rust\n#[observe]\nasync fn reset(user: &str) -> Result<(), Error> { mail(user, link()?).await }\n```\n";

/// A question that is answered from documents: retrieval in parallel, a model, a check. `user`, `session`: whose.
pub(crate) fn pipeline(number: u64, age: Duration, question: &str, user: &str, session: &str) -> Trace {
    let mut trace = Trace::new(number, age);
    // Neither all alike nor by chance: the same every time.
    let stretch = 1.0 + 0.35 * ((number as f64) * 2.4).sin();
    let ms = |at: f64| at * stretch;
    let fails = number % 9 == 4;
    let asked = json!({"question": question, "user_id": user});
    let mut attributes = io(&asked, &json!(if fails { "" } else { ANSWER }));
    let tags = json!(["support", if number.is_multiple_of(3) { "canary" } else { "production" }]);
    attributes.extend([
        ("langfuse.user.id", json!(user)),
        ("langfuse.session.id", json!(session)),
        ("langfuse.trace.tags", tags),
    ]);
    attributes.extend([
        ("langfuse.trace.name", json!("rag_pipeline")),
        ("langfuse.environment", json!("production")),
        ("langfuse.release", json!("2026.11")),
    ]);
    attributes.extend([
        ("langfuse.trace.metadata.plan", json!("pro")),
        ("langfuse.observation.metadata.route", json!("/v1/answer")),
    ]);
    let error =
        fails.then_some("rate limited: 429 Too Many Requests\ncaused by: the model's quota for this minute is used up");
    let root = trace.span(&Span { name: "rag_pipeline", to: ms(2140.0), attributes, error, ..Span::default() });
    let embedding = [
        ("langfuse.observation.model.name", json!("text-embedding-3-small")),
        ("langfuse.observation.usage_details", json!({"input": 9})),
    ];
    let embed = io(&json!({"text": question}), &json!("64 dimensions")).into_iter().chain(embedding).collect();
    trace.span(&Span {
        parent: Some(root),
        kind: "embedding",
        name: "embed_query",
        from: ms(8.0),
        to: ms(172.0),
        attributes: embed,
        ..Span::default()
    });
    let found = json!([{"title": "Security", "score": 0.92, "text": "To reset your password, open Settings, choose Security, then Reset password."}, {"title": "Accounts", "score": 0.71, "text": "An admin of a team can reset the password of its members."}]);
    let retrieve = trace.span(&Span {
        parent: Some(root),
        kind: "chain",
        name: "retrieve",
        from: ms(176.0),
        to: ms(742.0),
        attributes: io(&json!({"query": question, "top_k": 5}), &found),
        ..Span::default()
    });
    for (name, from, to) in
        [("vector_search", 180.0, 655.0), ("keyword_search", 181.0, 410.0), ("graph_search", 181.0, 733.0)]
    {
        trace.span(&Span {
            parent: Some(retrieve),
            kind: "retriever",
            name,
            from: ms(from),
            to: ms(to),
            attributes: io(&json!({"query": question}), &found),
            ..Span::default()
        });
    }
    trace.span(&Span {
        parent: Some(root),
        name: "rerank",
        from: ms(748.0),
        to: ms(869.0),
        attributes: io(&json!({"hits": 2}), &json!([1, 0])),
        ..Span::default()
    });
    let messages = json!({"messages": [
        {"role": "system", "content": "You answer questions about our product from the handbook. Cite it. Never invent."},
        {"role": "user", "content": question},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "call_7", "type": "function", "function": {"name": "open_page", "arguments": "{\"title\":\"Security\"}"}}]},
        {"role": "tool", "tool_call_id": "call_7", "content": "{\"title\":\"Security\",\"updated\":\"2026-10-02\"}"},
    ], "temperature": 0.2});
    let mut generation = io(&messages, &json!({"role": "assistant", "content": if fails { "" } else { ANSWER }}));
    let first = trace.start + (ms(1240.0) * 1e6) as u64;
    let first = jiff::Timestamp::from_nanosecond(first.into()).expect("a time").to_string();
    generation.extend([
        ("langfuse.observation.model.name", json!("gpt-4o-mini")),
        ("langfuse.observation.model.parameters", json!({"temperature": 0.2, "max_tokens": 1024})),
    ]);
    generation.extend([(
        "langfuse.observation.usage_details",
        json!({"input": 1412 + number * 7 % 300, "output": 301 + number * 13 % 90, "input_cached_tokens": 256}),
    )]);
    generation.extend([
        ("langfuse.observation.completion_start_time", json!(first)),
        ("langfuse.observation.prompt.name", json!("support-answer")),
        ("langfuse.observation.prompt.version", json!(7)),
    ]);
    let generate = trace.span(&Span {
        parent: Some(root),
        kind: "generation",
        name: "generate_response",
        from: ms(875.0),
        to: ms(2098.0),
        attributes: generation,
        error,
    });
    trace.span(&Span {
        parent: Some(generate),
        kind: "guardrail",
        name: "check_answer",
        from: ms(2052.0),
        to: ms(2094.0),
        attributes: io(&json!("the answer"), &json!({"safe": true})),
        ..Span::default()
    });
    trace
}

/// A trace with this many observations below its root, some of them deep.
pub(crate) fn large(number: u64, observations: usize) -> Trace {
    let mut trace = Trace::new(number, Duration::from_secs(90));
    let root = trace.span(&Span { name: "batch", to: 60_000.0, ..Span::default() });
    let mut parent = root;
    for i in 0..observations {
        let from = 60_000.0 * i as f64 / observations as f64;
        let name = format!("step {i}");
        let span = trace.span(&Span {
            parent: Some(parent),
            kind: "tool",
            name: &name,
            from,
            to: from + 25.0,
            attributes: io(&json!({"step": i}), &json!("done")),
            ..Span::default()
        });
        parent = if i % 10 == 9 { root } else { span };
    }
    trace
}

pub(crate) async fn send(address: &str, traces: &[Trace]) {
    let client = reqwest::Client::new();
    for trace in traces {
        let body = json!({"resourceSpans": [{"resource": {"attributes": [attribute("service.name", &json!("browser-tests"))]}, "scopeSpans": [{"scope": {"name": "tests"}, "spans": trace.spans}]}]});
        let answer = client
            .post(format!("{address}/v1/traces"))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .expect("the server answers");
        assert!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await.unwrap_or_default());
    }
}

/// A score, as an SDK sends it.
pub(crate) async fn score(address: &str, trace: &Trace, name: &str, value: Value) {
    let body = json!({"traceId": trace.id, "name": name, "value": value});
    let answer = reqwest::Client::new()
        .post(format!("{address}/api/public/scores"))
        .basic_auth("pk-lf-local", Some("sk-lf-local"))
        .header("content-type", "application/json")
        .body(body.to_string());
    let answer = answer.send().await.expect("the server answers");
    assert!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await.unwrap_or_default());
}

pub(crate) const QUESTIONS: [&str; 8] = [
    "How do I reset my password?",
    "Why was my card declined twice this month?",
    "Can I export all of my data as CSV?",
    "Which plan do I need for single sign-on?",
    "What changed in the API between v3 and v4?",
    "How long do you keep deleted projects?",
    "Is there a discount for universities?",
    "Can two people edit the same page?",
];

/// A morning of support questions, the newest first.
pub(crate) fn morning(count: u64) -> Vec<Trace> {
    (0..count)
        .map(|i| {
            let age = Duration::from_secs(4 + i * 47 + i * i % 60);
            let question = QUESTIONS[usize::try_from(i).expect("few") % QUESTIONS.len()];
            pipeline(i, age, question, &format!("user_{:03}", 100 + i * 7 % 23), &format!("session_{:02}", i / 4))
        })
        .collect()
}

//! Every option: what is captured, and what else is said of a call.

use observe::testing::captured;
use observe::{Level, Outcome, observe};
use serde_json::{Value, json};

use crate::block_on;

/// The input that a call recorded.
fn input<R>(call: impl FnOnce() -> R) -> Value {
    let (_, recorded) = captured(call);
    recorded.observations()[0].input.clone().unwrap_or(Value::Null)
}

#[test]
fn name_is_any_expression_and_may_look_at_the_arguments() {
    #[observe(name = "literal")]
    fn literal() {}
    #[observe(name = format!("{}-{model}", parts.0))]
    fn formatted(model: &str, parts: (u8, u8), mut count: u8) -> u8 {
        count += parts.1;
        count
    }
    #[observe(name = kind)]
    async fn owned(kind: String, Pair { left, .. }: Pair) -> String {
        kind + &left.to_string()
    }
    #[observe(name = [left.to_string(), "x".to_owned()].concat())]
    fn of_a_pattern(Pair { left, right }: Pair) -> u8 {
        left + right
    }
    struct Pair {
        left: u8,
        right: u8,
    }
    let pair = || Pair { left: 1, right: 2 };
    let (_, recorded) = captured(|| {
        literal();
        formatted("gpt", (1, 2), 3);
        block_on(owned("kind".to_owned(), pair()));
        of_a_pattern(pair());
    });
    let names: Vec<_> = recorded.observations().into_iter().map(|observation| observation.name).collect();
    assert_eq!(names, ["literal", "1-gpt", "kind", "1x"]);
}

#[test]
fn an_expression_that_panics_is_left_out() {
    fn fails() -> String {
        std::panic::panic_any("no name")
    }
    #[observe(name = fails(), version = "1", capture(length = fails().len()), metadata(key = fails()))]
    fn survives(n: u8) -> u8 {
        n
    }
    let (n, recorded) = captured(|| survives(1));
    assert_eq!(n, 1);
    let call = recorded.observation("survives");
    assert_eq!(call.input, Some(json!({"n": 1, "length": "<capture panicked>"})));
    assert_eq!((call.outcome, call.version), (Outcome::Ok, None));
}

#[test]
fn expressions_cost_nothing_where_nothing_is_recorded() {
    fn never() -> String {
        std::process::abort()
    }
    #[observe(name = never(), version = never(), metadata(a = never()), capture(b = never()), enabled = never().is_empty())]
    fn plain(n: u8) -> u8 {
        n
    }
    assert_eq!(plain(1), 1);
}

#[test]
fn input_is_what_is_asked_for() {
    #[observe(skip(a, r#type))]
    fn skipped(a: u8, b: u8, r#type: u8) -> u8 {
        a + b + r#type
    }
    #[observe(skip_all)]
    fn none(a: u8, b: u8) -> u8 {
        a + b
    }
    #[observe(capture_input = false)]
    fn no_input(a: u8) -> u8 {
        a
    }
    #[observe(only(b, c))]
    fn chosen(a: u8, b: u8, (c, d): (u8, u8)) -> u8 {
        a + b + c + d
    }
    #[observe(rename(a = "first one", d = "last"))]
    fn renamed(a: u8, (_c, d): (u8, u8)) -> u8 {
        a + d
    }
    #[observe(capture(docs = docs.len(), total = docs.iter().sum::<u32>()))]
    fn computed(docs: Vec<u32>, top: u8) -> Vec<u32> {
        let _ = top;
        docs
    }
    #[observe(skip_all, capture(length = text.len()))]
    async fn only_computed(mut text: String) -> String {
        text.push('!');
        text
    }
    assert_eq!(input(|| skipped(1, 2, 3)), json!({"b": 2}));
    assert_eq!(input(|| none(1, 2)), Value::Null);
    assert_eq!(input(|| no_input(1)), Value::Null);
    assert_eq!(input(|| chosen(1, 2, (3, 4))), json!({"b": 2, "c": 3}));
    assert_eq!(input(|| renamed(1, (2, 3))), json!({"first one": 1, "_c": 2, "last": 3}));
    assert_eq!(input(|| computed(vec![1, 2], 3)), json!({"top": 3, "docs": 2, "total": 3}));
    assert_eq!(input(|| block_on(only_computed("four".to_owned()))), json!({"length": 4}));
}

#[test]
fn an_expression_may_look_at_the_parts_of_an_argument() {
    struct Counted {
        c: u8,
    }

    #[observe(capture(sum = a + b + _c))]
    fn sync((a, b): (u8, u8), _c: u8) -> u8 {
        a * b
    }
    #[observe(only(c), capture(sum = a + b + c))]
    async fn later((a, mut b): (u8, u8), Counted { c, .. }: Counted) -> u8 {
        b += 1;
        a * b * c
    }
    assert_eq!(input(|| sync((1, 2), 3)), json!({"a": 1, "b": 2, "_c": 3, "sum": 6}));
    assert_eq!(input(|| block_on(later((1, 2), Counted { c: 3 }))), json!({"c": 3, "sum": 6}));
}

#[derive(Debug)]
struct Agent {
    name: &'static str,
}

impl Agent {
    #[observe(only(self, question))]
    fn shown(&self, question: &str, other: u8) -> usize {
        question.len() + usize::from(other)
    }

    #[observe(capture(agent = self.name))]
    async fn computed(&mut self, question: &str) -> usize {
        self.name.len() + question.len()
    }

    #[observe(skip(self))]
    fn habit(&self, question: &str) -> usize {
        self.name.len() + question.len()
    }
}

#[test]
fn the_receiver_is_captured_on_request() {
    let mut agent = Agent { name: "ada" };
    assert_eq!(input(|| agent.shown("why?", 1)), json!({"self": "Agent { name: \"ada\" }", "question": "why?"}));
    assert_eq!(input(|| block_on(agent.computed("why?"))), json!({"question": "why?", "agent": "ada"}));
    assert_eq!(input(|| agent.habit("why?")), json!({"question": "why?"}));
}

#[test]
fn secrets_are_redacted_under_any_name() {
    #[observe(rename(password = "pw"))]
    fn renamed(password: &str) -> usize {
        password.len()
    }
    #[observe(rename(code = "api_key"), capture(token = code.to_uppercase()))]
    fn named(code: &str) -> usize {
        code.len()
    }
    #[observe]
    #[expect(non_snake_case, reason = "names are split at humps too")]
    fn parts((user, password): (&str, &str), max_tokens: u32, apiKey: &str) -> usize {
        user.len() + password.len() + apiKey.len() + max_tokens as usize
    }
    let redacted = "[redacted]";
    assert_eq!(input(|| renamed("hunter2")), json!({"pw": redacted}));
    assert_eq!(input(|| named("hunter2")), json!({"api_key": redacted, "token": redacted}));
    assert_eq!(
        input(|| parts(("ada", "hunter2"), 5, "sk")),
        json!({"user": "ada", "password": redacted, "max_tokens": 5, "apiKey": redacted})
    );
}

#[test]
fn errors_are_written_as_asked() {
    #[derive(Debug)]
    struct Lost {
        #[expect(dead_code, reason = "shown by Debug")]
        code: u8,
    }
    impl std::fmt::Display for Lost {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("it is lost")
        }
    }
    #[observe(err = Debug)]
    fn debug() -> Result<(), Lost> {
        Err(Lost { code: 7 })
    }
    #[observe(err = Display)]
    async fn display() -> Result<(), Lost> {
        Err(Lost { code: 7 })
    }
    #[observe(err = Display)]
    fn no_result() -> u8 {
        1
    }
    let (_, recorded) = captured(|| {
        let _ = debug();
        let _ = block_on(display());
        no_result()
    });
    let message = |name: &str| recorded.observation(name).status_message.unwrap();
    assert_eq!(message("debug"), "Lost { code: 7 }");
    assert_eq!(message("display"), "it is lost");
}

#[test]
fn level_holds_while_all_goes_well() {
    #[observe(level = "debug")]
    fn cache(fail: bool) -> Result<u8, String> {
        if fail { Err("cold".to_owned()) } else { Ok(1) }
    }
    #[observe(level = "debug")]
    fn raised() {
        observe::update_current_observation(|o| o.level(Level::Warning));
    }
    let level = |fail| captured(|| cache(fail)).1.observation("cache").level;
    assert_eq!(level(false), Level::Debug);
    assert_eq!(level(true), Level::Error);
    assert_eq!(captured(raised).1.observation("raised").level, Level::Warning);
}

#[test]
fn version_and_metadata_are_said_at_the_start() {
    struct Opaque;
    #[observe(version = env!("CARGO_PKG_VERSION"), metadata(plan = plan, "cache.hit" = true, size = text.len(), opaque = Opaque))]
    async fn answer(plan: &'static str, text: String) -> String {
        observe::update_current_observation(|o| o.metadata("size", "changed"));
        text
    }
    let (_, recorded) = captured(|| block_on(answer("pro", "four".to_owned())));
    let answer = recorded.observation("answer");
    assert_eq!(answer.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(answer.metadata["plan"], "pro");
    assert_eq!(answer.metadata["cache.hit"], true);
    assert_eq!(answer.metadata["size"], "changed");
    assert!(answer.metadata["opaque"].as_str().is_some_and(|name| name.ends_with("Opaque")));
}

#[test]
fn root_starts_a_trace() {
    #[observe]
    fn outer() {
        job();
    }
    #[observe(root)]
    fn job() {
        inner();
    }
    #[observe]
    fn inner() {}
    let ((), recorded) = captured(outer);
    assert_eq!(recorded.tree(), "outer [span]\njob [span]\n  inner [span]\n");
    assert_ne!(recorded.observation("outer").trace_id, recorded.observation("job").trace_id);
}

#[test]
fn what_is_not_enabled_leaves_its_children_to_its_parent() {
    #[observe]
    fn outer(verbose: bool) -> u8 {
        middle(verbose, 1)
    }
    #[observe(enabled = verbose && n > 0)]
    fn middle(verbose: bool, n: u8) -> u8 {
        inner(n)
    }
    #[observe]
    fn inner(n: u8) -> u8 {
        n
    }
    let tree = |verbose| captured(|| outer(verbose)).1.tree().lines().count();
    assert_eq!((tree(true), tree(false)), (3, 2));
}

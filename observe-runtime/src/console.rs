//! `OBSERVE_CONSOLE=1`: each finished trace as an indented tree on stderr.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::encode;
use crate::finished::{Item, Observed};
use crate::id::TraceId;
use crate::observation::ObservationType;
use crate::tree;
use crate::view::{ScoreView, View};

/// Prints traces as they leave the fold and are masked.
#[derive(Debug)]
pub(crate) struct Console;

/// Characters of a value that are shown.
const VALUE: usize = 60;

impl Console {
    #[expect(clippy::unused_self, reason = "to have one is to be asked to show")]
    pub(crate) fn show(&self, items: &[Item]) {
        let mut views: Vec<View<'_>> = Vec::new();
        let mut scores: Vec<ScoreView<'_>> = Vec::new();
        for item in items {
            match item {
                Item::Observations(finished) => views.extend(finished.each().filter_map(Observed::view)),
                Item::Score(score) => scores.extend(score.view()),
            }
        }
        let mut text = String::new();
        while let Some(trace) = views.first().map(|view| view.trace_id) {
            let (of_trace, rest) = views.into_iter().partition::<Vec<_>, _>(|view| view.trace_id == trace);
            views = rest;
            write_trace(&mut text, trace, &of_trace);
            for score in scores.extract_if(.., |score| score.trace_id == trace && score.session_id.is_none()) {
                let _ = writeln!(text, "  score {}", tree::score(&score));
            }
        }
        for score in &scores {
            let (what, id) = match &score.session_id {
                Some(session) => ("session", session.to_string()),
                None => ("trace", score.trace_id.to_string()),
            };
            let _ = writeln!(text, "score {} of {what} {id}", tree::score(score));
        }
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

fn write_trace(text: &mut String, id: TraceId, views: &[View<'_>]) {
    let _ = write!(text, "trace {id}");
    if let Some(trace) = views.first().map(|view| &view.trace) {
        for (what, value) in [("name", &trace.name), ("user", &trace.user_id), ("session", &trace.session_id)] {
            if let Some(value) = value {
                let _ = write!(text, "  {what}={value}");
            }
        }
        if !trace.tags.is_empty() {
            let _ = write!(text, "  tags={}", trace.tags.join(","));
        }
    }
    text.push('\n');
    tree::walk(views, |depth, view| {
        let _ = write!(text, "{:indent$}{}", "", view.name, indent = 2 * depth + 2);
        if view.kind != ObservationType::Span {
            let _ = write!(text, " [{}]", view.kind);
        }
        if view.kind != ObservationType::Event {
            let _ = write!(text, " {}", duration(view.end - view.start));
        }
        if let Some(model) = &view.model {
            let _ = write!(text, " {model}");
        }
        for (kind, count) in encode::usage(view) {
            if matches!(&*kind, "input" | "output" | "total") {
                let _ = write!(text, " {kind}={count}");
            }
        }
        if let Some(unit) = encode::unit(view) {
            let _ = write!(text, " {}", unit.to_lowercase());
        }
        if let Some((_, usd)) = encode::cost(view).iter().find(|(kind, _)| kind == "total") {
            let _ = write!(text, " ${usd:.4}");
        }
        if let Some(outcome) = tree::outcome(view) {
            let _ = write!(text, " {outcome}");
        }
        if let Some(input) = &view.input {
            let _ = write!(text, "  {}", tree::short(input, VALUE));
        }
        if let Some(output) = &view.output {
            let _ = write!(text, " → {}", tree::short(output, VALUE));
        }
        text.push('\n');
    });
}

/// A duration with three digits that matter.
#[expect(clippy::cast_precision_loss, reason = "for people")]
fn duration(nanoseconds: u64) -> String {
    let n = nanoseconds as f64;
    match nanoseconds {
        0..1_000_000 => format!("{:.1}µs", n / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1}ms", n / 1e6),
        _ => format!("{:.2}s", n / 1e9),
    }
}

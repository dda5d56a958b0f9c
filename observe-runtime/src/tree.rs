//! A trace as an indented tree, a line an observation.

use std::collections::HashMap;

use crate::id::ObservationId;
use crate::observation::Outcome;
use crate::view::{ScoreView, ScoreViewValue, View};

/// Calls `line` for every observation, parents before children and older before younger, with its depth.
/// What has no parent among `views` stands at the top.
pub(crate) fn walk<'v, 'a>(views: &'v [View<'a>], mut line: impl FnMut(usize, &'v View<'a>)) {
    let mut by_parent: HashMap<Option<ObservationId>, Vec<&View<'_>>> = HashMap::new();
    let known: HashMap<ObservationId, ()> = views.iter().map(|view| (view.id, ())).collect();
    let mut sorted: Vec<&View<'_>> = views.iter().collect();
    sorted.sort_by_key(|view| (view.start, view.end));
    for view in sorted {
        let parent = view.parent_id.filter(|parent| known.contains_key(parent) && *parent != view.id);
        by_parent.entry(parent).or_default().push(view);
    }
    let mut waiting: Vec<(usize, &View<'_>)> = Vec::new();
    let push = |waiting: &mut Vec<_>, depth, children: Option<Vec<&'v View<'a>>>| {
        waiting.extend(children.unwrap_or_default().into_iter().rev().map(|view| (depth, view)));
    };
    push(&mut waiting, 0, by_parent.remove(&None));
    while let Some((depth, view)) = waiting.pop() {
        line(depth, view);
        push(&mut waiting, depth + 1, by_parent.remove(&Some(view.id)));
    }
}

/// How an observation ended, if not well: `ERROR "why"`.
pub(crate) fn outcome(view: &View<'_>) -> Option<String> {
    let word = match view.outcome {
        Outcome::Ok if view.status_message.is_none() && view.level.as_str() == "DEFAULT" => return None,
        _ => view.level.as_str(),
    };
    Some(match &view.status_message {
        Some(message) => format!("{word} {message:?}"),
        None => word.to_owned(),
    })
}

/// A score in a few words: `helpfulness = 0.92`.
pub(crate) fn score(score: &ScoreView<'_>) -> String {
    let value = match &score.value {
        ScoreViewValue::Number(number) if score.data_type.as_str() == "BOOLEAN" => (*number != 0.0).to_string(),
        ScoreViewValue::Number(number) => number.to_string(),
        ScoreViewValue::Text(text) => format!("{text:?}"),
    };
    match &score.comment {
        Some(comment) => format!("{} = {value} ({comment})", score.name),
        None => format!("{} = {value}", score.name),
    }
}

/// At most `most` characters of a text, on one line.
pub(crate) fn short(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}

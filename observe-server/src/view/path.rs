//! The critical path: the chain of observations that the trace waited for. From the end backwards, of what was going on the
//! one that ended last; inside it the same among its children.

use std::collections::{HashMap, HashSet};

use super::Observation;

/// Ids on the critical path, from the root on. Cycles and orphans do no harm: each observation is visited once.
pub(super) fn critical(observations: &[Observation]) -> Vec<String> {
    let known: HashSet<&str> = observations.iter().map(|observation| observation.id.as_str()).collect();
    let mut children: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
    for (place, observation) in observations.iter().enumerate() {
        let parent = observation.parent.as_deref().filter(|parent| known.contains(parent) && *parent != observation.id);
        children.entry(parent).or_default().push(place);
    }
    let mut path = Vec::new();
    let mut seen = HashSet::new();
    let mut open: Vec<(Option<&str>, i64)> = vec![(None, i64::MAX)];
    while let Some((parent, until)) = open.pop() {
        let mut at = until;
        let mut places: Vec<usize> = children.get(&parent).cloned().unwrap_or_default();
        let end = |place: &usize| observations[*place].times.1.unwrap_or(observations[*place].times.0);
        places.sort_by_key(|place| std::cmp::Reverse(end(place)));
        for place in places {
            let observation = &observations[place];
            let ended = end(&place);
            let is_waited_for = ended <= at || at == until;
            if is_waited_for && seen.insert(place) {
                path.push(place);
                open.push((Some(&observation.id), ended));
                at = observation.times.0;
            }
        }
    }
    path.sort_by_key(|place| observations[*place].times.0);
    path.into_iter().map(|place| observations[place].id.clone()).collect()
}

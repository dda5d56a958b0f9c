//! A trace as Langfuse's API answers it, with its observations and scores in it.

use serde_json::{Map, Value, json};

use super::Whole;
use crate::view::{Observation, Score};

pub(super) fn trace(whole: &Whole) -> Value {
    let about = &whole.trace.trace;
    let row = &about.row;
    json!({
        "id": row.id,
        "timestamp": row.start,
        "name": row.name,
        "userId": row.user,
        "sessionId": row.session,
        "environment": row.environment,
        "version": row.version,
        "release": row.release,
        "tags": row.tags,
        "public": about.public,
        "metadata": about.metadata,
        "input": about.payload.input,
        "output": about.payload.output,
        "latency": row.latency / 1000.0,
        "totalCost": row.cost,
        "observations": whole.trace.observations.iter().map(|of| observation(whole, of)).collect::<Vec<_>>(),
        "scores": whole.trace.scores.iter().map(score).collect::<Vec<_>>(),
    })
}

fn observation(whole: &Whole, of: &Observation) -> Value {
    let payload = whole.payloads.get(&of.id);
    let mut cost: Map<String, Value> =
        of.cost.iter().flatten().map(|(bucket, paid)| (bucket.clone(), (*paid).into())).collect();
    if let Some(total) = of.cost_total {
        cost.insert("total".to_owned(), total.into());
    }
    // A cost from a price table is not the trace's own: whoever reads it has prices too.
    let is_provided = of.cost_source.as_deref() == Some("provided");
    json!({
        "id": of.id,
        "traceId": whole.trace.trace.row.id,
        "type": of.kind,
        "name": of.name,
        "startTime": of.start,
        "endTime": of.end,
        "completionStartTime": of.completion_start,
        "parentObservationId": of.parent,
        "level": of.level,
        "statusMessage": of.status_message,
        "model": of.model,
        "modelParameters": of.model_parameters,
        "usageDetails": of.usage,
        "costDetails": if is_provided { cost } else { Map::new() },
        "calculatedTotalCost": of.cost_total,
        "promptName": of.prompt_name,
        "promptVersion": of.prompt_version,
        "version": of.version,
        "environment": of.environment,
        "metadata": of.metadata,
        "input": payload.and_then(|payload| payload.input.as_ref()),
        "output": payload.and_then(|payload| payload.output.as_ref()),
        "events": of.events,
    })
}

fn score(score: &Score) -> Value {
    json!({
        "id": score.id,
        "traceId": score.trace,
        "observationId": score.observation,
        "sessionId": score.session,
        "name": score.name,
        "value": if score.data_type == "BOOLEAN" { json!(i32::from(score.value == true)) } else { score.value.clone() },
        "dataType": score.data_type,
        "comment": score.comment,
        "source": score.source,
        "environment": score.environment,
        "metadata": score.metadata,
        "timestamp": score.time,
    })
}

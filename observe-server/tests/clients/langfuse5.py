"""The newest `langfuse` package (OTLP for observations, REST for scores): its decorator, its manual API, media, and reading back."""

import asyncio
import base64
import json
import urllib.request

from langfuse import Langfuse, get_client, observe, propagate_attributes
from langfuse.media import LangfuseMedia
from waiting import equal, until

client = get_client()
assert client.auth_check()


@observe(as_type="retriever")
def retrieve(query: str):
    return ["doc-1", "doc-2"]


@observe(as_type="generation")
async def generate(question: str):
    client.update_current_generation(
        model="claude-sonnet-4-5-20250929",
        model_parameters={"temperature": 0.2},
        usage_details={"input": 1000, "output": 1000, "cache_read_input_tokens": 1000},
        metadata={"cache": "miss"},
    )
    client.score_current_span(name="relevance", value=0.91, comment="on topic")
    return "see the handbook"


@observe(as_type="tool")
def broken():
    raise ValueError("no such tool")


@observe()
async def answer(question: str):
    with propagate_attributes(
        user_id="user_5", session_id="session_5", tags=["support", "v5"], metadata={"plan": "pro"}, trace_name="support-query"
    ):
        retrieve(question)
        try:
            broken()
        except ValueError:
            pass
        client.score_current_trace(name="helpfulness", value="good", data_type="CATEGORICAL")
        return await generate(question), client.get_current_trace_id()


said, trace_id = asyncio.run(answer("How do refunds work?"))
client.create_score(name="satisfied", value=1, data_type="BOOLEAN", session_id="session_5", score_id="satisfied-5")
client.flush()

everything = "core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context"
observations = until(
    lambda: client.api.observations.get_many(trace_id=trace_id, fields=everything).data, lambda observations: len(observations) == 4
)
by_name = {observation.name: observation for observation in observations}
root = by_name["answer"]
generation = by_name["generate"]
equal("parent", {by_name[name].parent_observation_id for name in ("retrieve", "generate", "broken")}, {root.id})
equal("types", [by_name[name].type for name in ("answer", "retrieve", "generate", "broken")], ["SPAN", "RETRIEVER", "GENERATION", "TOOL"])
equal("user and session", (generation.user_id, generation.session_id), ("user_5", "session_5"))
equal("tags and name of the trace", (sorted(generation.tags), generation.trace_name), (["support", "v5"], "support-query"))
equal("model", generation.model, "claude-sonnet-4-5-20250929")
equal("parameters", {key: float(value) for key, value in generation.model_parameters.items()}, {"temperature": 0.2})
equal("usage", generation.usage_details, {"input": 1000, "output": 1000, "cache_read_input_tokens": 1000, "total": 3000})
equal("cost", round(generation.total_cost, 9), 0.0183)
equal("cost of a bucket", round(generation.cost_details["cache_read_input_tokens"], 9), 0.0003)
equal("input", json.loads(root.input), {"args": ["How do refunds work?"], "kwargs": {}})
equal("output", json.loads(root.output), [said, trace_id])
equal("metadata", (generation.metadata["cache"], generation.metadata["plan"]), ("miss", "pro"))
equal("level", (by_name["broken"].level, by_name["broken"].status_message), ("ERROR", "no such tool"))
assert generation.latency >= 0 and generation.start_time <= generation.end_time

scores = until(lambda: client.api.scores.get_many(trace_id=trace_id, fields="details,subject").data, lambda scores: len(scores) == 2)
equal("scores", {score.name: score.value for score in scores}, {"relevance": 0.91, "helpfulness": "good"})
equal("comment", [score.comment for score in scores if score.name == "relevance"], ["on topic"])
session = until(lambda: client.api.scores.get_many(session_id="session_5").data, lambda scores: len(scores) == 1)
equal("score of a session", (session[0].id, session[0].value), ("satisfied-5", True))

equal("by type and level", [one.name for one in client.api.observations.get_many(trace_id=trace_id, type="TOOL", level="ERROR").data], ["broken"])
equal("of a user", {one.trace_id for one in client.api.observations.get_many(user_id="user_5").data}, {trace_id})
pages, cursor = [], None
while True:
    page = client.api.observations.get_many(trace_id=trace_id, limit=3, cursor=cursor)
    pages.append(len(page.data))
    cursor = page.meta.cursor
    if not cursor:
        break
equal("pages", pages, [3, 1])
metrics = client.api.metrics.metrics(query=json.dumps({
    "view": "observations",
    "dimensions": [{"field": "name"}],
    "metrics": [{"measure": "count", "aggregation": "count"}, {"measure": "totalCost", "aggregation": "sum"}],
    "filters": [{"type": "string", "column": "userId", "operator": "=", "value": "user_5"}],
    "fromTimestamp": "2020-01-01T00:00:00Z",
    "toTimestamp": "2100-01-01T00:00:00Z",
}))
counts = {row["name"]: (int(row["count_count"]), round(float(row["sum_totalCost"] or 0), 9)) for row in metrics.data}
equal("metrics", counts, {"answer": (1, 0.0), "retrieve": (1, 0.0), "broken": (1, 0.0), "generate": (1, 0.0183)})

url = client.get_trace_url(trace_id=trace_id)
assert url and trace_id in url, url
with urllib.request.urlopen(url) as page:
    equal("page of the trace", (page.status, page.headers.get_content_type()), (200, "text/html"))

# By hand, below a trace id from a seed, with a picture and an event.
picture = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
seeded = Langfuse.create_trace_id(seed="by-hand-5")
with client.start_as_current_observation(
    name="by-hand", as_type="agent", trace_context={"trace_id": seeded}, input={"image": LangfuseMedia(content_bytes=picture, content_type="image/png")}
) as agent:
    step = agent.start_observation(name="step", as_type="embedding", model="text-embedding-3-small", usage_details={"input": 6, "total": 6})
    step.end()
    agent.create_event(name="limit", level="WARNING", status_message="3 left")
    agent.update(output={"ok": True})
    agent.score_trace(name="verdict", value=0, data_type="BOOLEAN")
client.flush()
observations = until(
    lambda: client.api.observations.get_many(trace_id=seeded, fields=everything).data, lambda observations: len(observations) == 3
)
by_name = {observation.name: observation for observation in observations}
equal("types by hand", [by_name[name].type for name in ("by-hand", "step", "limit")], ["AGENT", "EMBEDDING", "EVENT"])
equal("cost of an embedding", by_name["step"].total_cost, 1.2e-07)
reference = json.loads(by_name["by-hand"].input)["image"]
media = until(lambda: client.api.media.get(reference.split("|id=")[1].split("|")[0]), lambda media: media.url)
with urllib.request.urlopen(media.url) as content:
    equal("bytes of the picture", content.read(), picture)
verdict = until(lambda: client.api.scores.get_many(trace_id=seeded).data, lambda scores: len(scores) == 1)
equal("verdict", verdict[0].value, False)
client.api.trace.delete(trace_id=seeded)
until(lambda: client.api.observations.get_many(trace_id=seeded).data, lambda observations: observations == [])

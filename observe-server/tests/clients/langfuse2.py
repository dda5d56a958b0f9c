"""The `langfuse` package 2.x (JSON batches to /api/public/ingestion): its decorator, its manual API, media, and reading back."""

import base64

from langfuse import Langfuse
from langfuse.decorators import langfuse_context, observe
from langfuse.media import LangfuseMedia
from waiting import equal, until

client = Langfuse()
assert client.auth_check()


@observe()
def retrieve(query: str):
    return ["doc-1", "doc-2"]


@observe(as_type="generation")
def generate(question: str):
    langfuse_context.update_current_observation(
        model="gpt-4o-mini",
        model_parameters={"temperature": 0.2},
        usage_details={"input": 1200, "output": 250},
        metadata={"cache": "miss"},
    )
    langfuse_context.score_current_observation(name="relevance", value=0.91, comment="on topic")
    return "see the handbook"


@observe()
def broken():
    raise ValueError("no such tool")


@observe()
def answer(question: str):
    langfuse_context.update_current_trace(
        user_id="user_2", session_id="session_2", tags=["support", "v2"], metadata={"plan": "pro"}
    )
    retrieve(question)
    try:
        broken()
    except ValueError:
        pass
    langfuse_context.score_current_trace(name="helpfulness", value="good")
    return generate(question), langfuse_context.get_current_trace_id()


said, trace_id = answer("How do refunds work?")
langfuse_context.flush()

trace = until(lambda: client.fetch_trace(trace_id).data, lambda trace: len(trace.observations) == 3 and len(trace.scores) == 2)
equal("name", trace.name, "answer")
equal("user and session", (trace.user_id, trace.session_id), ("user_2", "session_2"))
equal("tags", trace.tags, ["support", "v2"])
equal("trace metadata", trace.metadata["plan"], "pro")
equal("trace input", trace.input, {"args": ["How do refunds work?"], "kwargs": {}})
equal("trace output", trace.output, [said, trace_id])
equal("html path ends with the trace", trace.html_path.rsplit("/", 1)[-1], trace_id)
by_name = {observation.name: observation for observation in trace.observations}
generation = by_name["generate"]
equal("type", generation.type, "GENERATION")
equal("model", generation.model, "gpt-4o-mini")
equal("parameters", {key: float(value) for key, value in generation.model_parameters.items()}, {"temperature": 0.2})
equal("usage", (generation.usage_details["input"], generation.usage_details["output"], generation.usage.total), (1200, 250, 1450))
equal("cost", round(generation.calculated_total_cost, 9), 0.00033)
equal("trace cost", round(trace.total_cost, 9), 0.00033)
equal("output", generation.output, said)
equal("level", (by_name["broken"].level, by_name["broken"].status_message), ("ERROR", "no such tool"))
equal("scores", {score.name: score.value if score.data_type == "NUMERIC" else score.string_value for score in trace.scores}, {
    "relevance": 0.91,
    "helpfulness": "good",
})

equal("traces by name, user and tags", [one.id for one in client.fetch_traces(name="answer", user_id="user_2", tags=["v2", "support"]).data], [trace_id])
equal("no trace of another user", client.fetch_traces(name="answer", user_id="nobody").data, [])
found = client.fetch_observations(trace_id=trace_id, type="GENERATION")
equal("observations of a type", ([one.name for one in found.data], found.meta.total_items), (["generate"], 1))
equal("one observation", client.fetch_observation(generation.id).data.parent_observation_id, None)
assert "session_2" in [session.id for session in client.fetch_sessions().data]

# By hand, and out of order: updates, events, a nested generation with the older kind of usage, and a picture.
picture = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
by_hand = client.trace(id="by-hand-2", name="by-hand", user_id="user_2", input={"image": LangfuseMedia(content_bytes=picture, content_type="image/png")})
span = by_hand.span(name="step", input="in")
inner = span.generation(name="call", model="claude-sonnet-4-5-20250929", usage={"input": 1000, "output": 10, "unit": "TOKENS"})
inner.end(output="done", level="WARNING", status_message="cut short")
span.event(name="limit", metadata={"remaining": 3})
span.end(output="out")
by_hand.score(name="verdict", value=1, data_type="BOOLEAN")
by_hand.update(output={"ok": True}, public=True)
client.flush()

trace = until(lambda: client.fetch_trace("by-hand-2").data, lambda trace: len(trace.observations) == 3 and trace.output and trace.scores)
observations = {observation.name: observation for observation in trace.observations}
equal("children", (observations["call"].parent_observation_id, observations["limit"].parent_observation_id), (span.id, span.id))
equal("event", (observations["limit"].type, observations["limit"].metadata), ("EVENT", {"remaining": 3}))
equal("older usage", (observations["call"].usage.input, observations["call"].usage.output, observations["call"].usage.unit), (1000, 10, "TOKENS"))
equal("dated model", round(observations["call"].calculated_total_cost, 9), 0.00315)
equal("warning", (observations["call"].level, observations["call"].status_message), ("WARNING", "cut short"))
equal("merged output", (observations["step"].input, observations["step"].output, trace.output), ("in", "out", {"ok": True}))
equal("public", trace.public, True)
equal("verdict", (trace.scores[0].value, trace.scores[0].string_value), (1, "True"))
reference = trace.input["image"]
assert reference.startswith("@@@langfuseMedia:type=image/png|id="), reference
media = until(lambda: client.fetch_media(reference.split("|id=")[1].split("|")[0]), lambda media: media.data.url)
equal("bytes of the picture", client.httpx_client.get(media.data.url).content, picture)
resolved = client.resolve_media_references(obj=trace.input, resolve_with="base64_data_uri")
equal("resolved picture", resolved["image"].split(",")[1], base64.b64encode(picture).decode())

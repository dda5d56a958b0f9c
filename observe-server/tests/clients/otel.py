"""A program with the plain OpenTelemetry SDK and the GenAI conventions, sent as protobuf to /v1/traces."""

import base64
import json
import os
import urllib.request

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from waiting import equal, until

base = os.environ["LANGFUSE_BASE_URL"]
provider = TracerProvider(resource=Resource.create({"service.name": "shop", "deployment.environment.name": "staging"}))
exporter = OTLPSpanExporter(endpoint=f"{base}/v1/traces", compression=Compression.Gzip)
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("shop.checkout", "1.2.3")

with tracer.start_as_current_span("checkout", kind=SpanKind.SERVER, attributes={"user.id": "user_otel", "session.id": "session_otel", "cart.size": 3}) as root:
    with tracer.start_as_current_span("chat gpt-4o", kind=SpanKind.CLIENT) as call:
        call.set_attributes({
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.request.temperature": 0.5,
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 100,
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "hello"}]}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "hi"}]}]),
        })
    with tracer.start_as_current_span("charge") as charge:
        charge.record_exception(RuntimeError("card declined"))
        charge.set_status(Status(StatusCode.ERROR, "card declined"))
trace_id = format(root.get_span_context().trace_id, "032x")
assert provider.force_flush(20_000)
provider.shutdown()


def get(path):
    keys = f"{os.environ['LANGFUSE_PUBLIC_KEY']}:{os.environ['LANGFUSE_SECRET_KEY']}"
    request = urllib.request.Request(base + path, headers={"Authorization": "Basic " + base64.b64encode(keys.encode()).decode()})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


found = until(lambda: get(f"/api/public/traces/{trace_id}"), lambda found: len(found["observations"]) == 3)
equal("trace", (found["name"], found["userId"], found["sessionId"], found["environment"]), ("checkout", "user_otel", "session_otel", "staging"))
by_name = {observation["name"]: observation for observation in found["observations"]}
call = by_name["chat gpt-4o"]
equal("type and model", (call["type"], call["model"]), ("GENERATION", "gpt-4o-2024-08-06"))
equal("usage", (call["usageDetails"]["input"], call["usageDetails"]["output"]), (1000, 100))
equal("cost", round(call["costDetails"]["total"], 9), 0.0035)
equal("input", call["input"][0]["role"], "user")
equal("output", call["output"][0]["role"], "assistant")
equal("error", (by_name["charge"]["level"], by_name["charge"]["statusMessage"]), ("ERROR", "card declined"))
equal("attributes are metadata", by_name["checkout"]["metadata"]["attributes.cart.size"], 3)
equal("resource", by_name["checkout"]["metadata"]["resourceAttributes.service.name"], "shop")

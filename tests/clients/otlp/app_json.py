"""OTLP in JSON as protobuf's own serialiser writes it (ids in base64, enums by name), and as the protocol wants it (ids in hex)."""

import base64
import json
import sys
import urllib.request

from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode

url, key, session = sys.argv[1:4]
memory = InMemorySpanExporter()
provider = TracerProvider(resource=Resource.create({"service.name": session}))
provider.add_span_processor(SimpleSpanProcessor(memory))
tracer = provider.get_tracer("salon")
common = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.conversation.id": session}
with tracer.start_as_current_span("chat", attributes={**common, "gen_ai.usage.input_tokens": 20, "gen_ai.request.stop_sequences": ["a", "b"], "share": 0.5}):
    pass
with tracer.start_as_current_span("chat", attributes=common) as failing:
    failing.set_status(Status(StatusCode.ERROR, "no answer"))

told = MessageToDict(encode_spans(memory.get_finished_spans()))


def send(body):
    request = urllib.request.Request(
        url + "/v1/traces", json.dumps(body).encode(), {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, json.load(answer)) == (200, {}), "all of it is kept"


send(told)
for resource in told["resourceSpans"]:
    for scope in resource["scopeSpans"]:
        for span in scope["spans"]:
            for name in ("traceId", "spanId"):
                span[name] = base64.b64decode(span[name]).hex()
send(told)

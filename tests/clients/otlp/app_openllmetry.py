"""OpenLLMetry's instrumentation of the OpenAI client, with association properties for the conversation."""

import sys

import openai
from opentelemetry import trace
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

import fake_openai
import otel
from talk import talk

url, key, session = sys.argv[1:4]
finish = otel.start(url, key, session)
OpenAIInstrumentor().instrument()
workflow = {
    "traceloop.span.kind": "workflow", "traceloop.entity.name": "salon", "traceloop.association.properties.session_id": session,
    "traceloop.association.properties.user_id": "client-2",
}
with trace.get_tracer("salon").start_as_current_span("salon.workflow", attributes=workflow):
    talk(openai.OpenAI(base_url=fake_openai.start(), api_key="sk-fake", max_retries=0))
finish()

"""OpenTelemetry's own instrumentation of the OpenAI client: bare calls, messages as events, no conversation named anywhere."""

import os
import sys

os.environ.update(OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="SPAN_AND_EVENT", OTEL_SEMCONV_STABILITY_OPT_IN="gen_ai_latest_experimental")

import openai
from opentelemetry import trace
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

import fake_openai
import otel
from talk import talk

url, key, session = sys.argv[1:4]
finish = otel.start(url, key, session)
OpenAIInstrumentor().instrument()
with trace.get_tracer("salon").start_as_current_span("turn"):
    talk(openai.OpenAI(base_url=fake_openai.start(), api_key="sk-fake", max_retries=0))
finish()

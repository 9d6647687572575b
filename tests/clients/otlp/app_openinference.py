"""OpenInference's instrumentation of the OpenAI client, with its own way to name session and user."""

import sys

import openai
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor

import fake_openai
import otel
from talk import talk

url, key, session = sys.argv[1:4]
finish = otel.start(url, key, session)
OpenAIInstrumentor().instrument()
with using_attributes(session_id=session, user_id="client-3", tags=["site"]):
    talk(openai.OpenAI(base_url=fake_openai.start(), api_key="sk-fake", max_retries=0))
finish()

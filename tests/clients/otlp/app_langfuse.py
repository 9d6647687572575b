"""The Langfuse SDK as its users use it: host and keys, @observe, and its OpenAI wrapper."""

import sys

from langfuse import Langfuse, get_client, observe, propagate_attributes

url, key, session = sys.argv[1:4]
Langfuse(host=url, public_key="pk-lf-letopis", secret_key=key)

from langfuse.openai import OpenAI  # after the client: it takes the same one

import fake_openai
from talk import talk


@observe(as_type="tool")
def create_booking(at):
    return {"id": 991, "at": at}


@observe(as_type="agent", name="booking")
def turn(words):
    talk(OpenAI(base_url=fake_openai.start(), api_key="sk-fake", max_retries=0))
    create_booking("15:00")
    return "Да, записал вас на 15:00."


with propagate_attributes(session_id=session, user_id="client-4", tags=["site"]):
    turn("Можно завтра в 15:00?")
get_client().flush()

"""openai (Python): chat completions, responses, embeddings, models; sync and async, JSON and streams, tools, errors, retries, faults."""
import base64

from openai import AsyncOpenAI, OpenAI

from scene import BASE, case, run

client = OpenAI(base_url=BASE + "/v1", api_key="sk-fake", max_retries=0, timeout=20)
QUESTION = [{"role": "system", "content": "Ты администратор салона."}, {"role": "user", "content": "Запишите меня на 15:00 на стрижку"}]
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {"time": {"type": "string"}}}}} for name in ("create_lead", "check_slot")]
ASK = {"model": "gpt-4o-mini", "messages": QUESTION}


def fault(name):
    return {"X-Fake-Fault": name}


def streamed(**more):
    return list(client.chat.completions.create(**ASK, stream=True, **more))


@case
def chat():
    return client.chat.completions.create(**ASK, temperature=0.2)


@case
def chat_named():
    named = {"X-Letopis-Session": "sess-openai-1", "X-Letopis-Client": "+79211234567", "X-Letopis-Intent": "booking", "X-Letopis-Experiment": "greeting", "X-Letopis-Variant": "b"}
    return client.chat.completions.create(**ASK, extra_headers=named)


@case
def chat_metadata():
    return client.chat.completions.create(**ASK, user="client-77", metadata={"session_id": "sess-openai-2"})


@case
def chat_stream():
    return streamed()


@case
def chat_stream_usage():
    return streamed(stream_options={"include_usage": True})


@case
def chain():
    """A client's question, the model's call of a tool, its result, the words: one conversation in two requests."""
    first = client.chat.completions.create(**ASK, tools=TOOLS)
    call = first.choices[0].message.tool_calls[0]
    history = [*QUESTION, first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": '{"id":"BX_LEAD_4521"}'}]
    return [first, client.chat.completions.create(model="gpt-4o-mini", messages=history, tools=TOOLS)]


@case
def tools_stream():
    question = [{"role": "user", "content": "Проверьте два времени"}]
    return list(client.chat.completions.create(model="gpt-4o-mini", messages=question, tools=TOOLS, stream=True, stream_options={"include_usage": True}))


@case
def image():
    drawn = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12).decode()
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{drawn}"}}
    return client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": [{"type": "text", "text": "Что на снимке?"}, picture]}])


@case
async def chat_async():
    async with AsyncOpenAI(base_url=BASE + "/v1", api_key="sk-fake", max_retries=0) as other:
        return [chunk async for chunk in await other.chat.completions.create(**ASK, stream=True)]


@case
def responses():
    return client.responses.create(model="gpt-4o-mini", instructions="Ты администратор салона.", input="Запишите меня на 15:00", metadata={"session_id": "sess-openai-3"})


@case
def responses_stream():
    return list(client.responses.create(model="gpt-4o-mini", input=[{"role": "user", "content": "Запишите меня на 15:00"}], stream=True))


@case
def responses_tools():
    tools = [{"type": "function", "name": "create_lead", "parameters": {"type": "object", "properties": {}}, "strict": False}]
    return list(client.responses.create(model="gpt-4o-mini", input=[{"role": "user", "content": "Запишите меня"}], tools=tools, stream=True))


@case
def embeddings():
    return client.embeddings.create(model="text-embedding-3-small", input=["стрижка", "окрашивание"])


@case
def models():
    return list(client.models.list())


@case
def error_401():
    return client.chat.completions.create(model="err-401", messages=QUESTION)


@case
def error_500_twice():
    return client.with_options(max_retries=1).chat.completions.create(model="err-500", messages=QUESTION)


@case
def retried_429():
    return client.with_options(max_retries=2).chat.completions.create(**ASK, extra_headers=fault("429-once"))


@case
def gzip():
    return client.chat.completions.create(**ASK, extra_headers=fault("gzip"))


@case
def gzip_stream():
    return streamed(extra_headers=fault("gzip"))


@case
def slow():
    return client.chat.completions.create(**ASK, extra_headers=fault("slow"))


@case
def gives_up_waiting():
    return client.with_options(timeout=0.5).chat.completions.create(**ASK, extra_headers=fault("slow"))


@case
def cut_stream():
    """The upstream breaks off in the middle: what was received, and that it broke."""
    got = []
    try:
        for chunk in client.chat.completions.create(**ASK, stream=True, extra_headers=fault("cut")):
            got.append(chunk)
    except Exception as error:
        return [*got, type(error).__name__]
    return got


@case
def silent():
    return client.chat.completions.create(**ASK, extra_headers=fault("silent"))


@case
def bad_sse():
    got = []
    try:
        for chunk in client.chat.completions.create(**ASK, stream=True, extra_headers=fault("bad-sse")):
            got.append(chunk)
    except Exception as error:
        return [*got, type(error).__name__]
    return got


@case
def leaves_midway():
    """The client closes the stream after two chunks."""
    stream = client.chat.completions.create(**ASK, stream=True)
    got = [next(stream) for _ in range(2)]
    stream.close()
    return got


@case
def bad_gzip():
    return client.chat.completions.create(**ASK, extra_headers=fault("bad-gzip"))


run()

"""anthropic (Python): messages as JSON and as a stream, tools, count_tokens, errors and retries."""
from anthropic import Anthropic

from scene import BASE, case, run

client = Anthropic(base_url=BASE, api_key="sk-ant-fake", max_retries=0)
ASK = {"model": "claude-fake-4", "max_tokens": 256, "system": "Ты администратор клиники.", "messages": [{"role": "user", "content": "Запишите меня на 15:00"}]}
TOOLS = [{"name": "create_lead", "description": "Создать лид", "input_schema": {"type": "object", "properties": {"title": {"type": "string"}}}}]


@case
def message():
    return client.messages.create(**ASK, metadata={"user_id": "client-78"})


@case
def message_named():
    return client.messages.create(**ASK, extra_headers={"X-Letopis-Session": "sess-anthropic-1"})


@case
def stream():
    return list(client.messages.create(**ASK, stream=True))


@case
def chain():
    first = client.messages.create(**ASK, tools=TOOLS)
    call = first.content[-1]
    history = [*ASK["messages"], {"role": "assistant", "content": first.content},
               {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "BX_LEAD_4521"}]}]
    return [first, client.messages.create(**ASK | {"messages": history}, tools=TOOLS)]


@case
def tools_stream():
    with client.messages.stream(**ASK, tools=TOOLS) as stream:
        return stream.get_final_message()


@case
def cached():
    system = [{"type": "text", "text": "Ты администратор клиники.", "cache_control": {"type": "ephemeral"}}]
    return client.messages.create(**ASK | {"system": system})


@case
def count_tokens():
    return client.messages.count_tokens(model=ASK["model"], messages=ASK["messages"])


@case
def error_529_twice():
    return client.with_options(max_retries=1).messages.create(**ASK | {"model": "err-529"})


@case
def error_401():
    return client.messages.create(**ASK | {"model": "err-401"})


@case
def gzip_stream():
    return list(client.messages.create(**ASK, stream=True, extra_headers={"X-Fake-Fault": "gzip"}))


@case
def cut_stream():
    got = []
    try:
        for event in client.messages.create(**ASK, stream=True, extra_headers={"X-Fake-Fault": "cut"}):
            got.append(event)
    except Exception as error:
        return [*got, type(error).__name__]
    return got


run()

"""OpenAI: chat completions, responses, embeddings, models; JSON and SSE. After the published OpenAPI description of the API.

What is answered follows from the question: a request with `tools` whose last message is the user's is answered with calls of them (two where
the text says «два»), one whose last message is a tool's with words. A model named err-STATUS is answered with that error.
"""
import base64
import struct

from .wire import Answer, sse

WORDS = ["Запи", "сал ", "на 15:00", ", отправил ", "напоминание 🙂"]
USAGE = {"prompt_tokens": 57, "completion_tokens": 17, "total_tokens": 74,
         "prompt_tokens_details": {"cached_tokens": 32, "audio_tokens": 0},
         "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}}
ERRORS = {401: ("Incorrect API key provided: sk-****.", "invalid_request_error", "invalid_api_key"),
          429: ("Rate limit reached for requests", "requests", "rate_limit_exceeded"),
          500: ("The server had an error while processing your request. Sorry about that!", "server_error", None)}
NOTE = [("x-request-id", "req_fake_0001"), ("openai-processing-ms", "12"), ("openai-version", "2020-10-01"), ("x-ratelimit-remaining-requests", "4999")]


def respond(path, request, memory):
    if path.endswith("/models"):
        return Answer(body={"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model", "created": 1721172741, "owned_by": "system"}]}, headers=NOTE)
    asked = request.json()
    if asked["model"].startswith("err-"):
        status = int(asked["model"][4:])
        message, kind, code = ERRORS[status]
        return Answer(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}, headers=[*NOTE, ("retry-after-ms", "20")])
    if path.endswith("/chat/completions"):
        return chat(asked)
    if path.endswith("/responses"):
        return responses(asked)
    if path.endswith("/embeddings"):
        return embeddings(asked)
    return Answer(404, {"error": {"message": f"Invalid URL (POST {path})", "type": "invalid_request_error", "param": None, "code": None}})


def wanted(tools, text):
    """The calls that answer a text: (id, name, arguments)."""
    calls = [("call_fake_a", tools[0], '{"title":"Стрижка","phone":"+79211234567","time":"15:00"}')]
    if "два" in text:
        calls.append(("call_fake_b", tools[-1], '{"time":"14:00"}'))
    return calls


def text_of(content):
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content or [])


def chat(asked):
    last = asked["messages"][-1]
    base = {"id": "chatcmpl-fake0001", "created": 1735722000, "model": asked["model"] + "-2024-07-18", "service_tier": "default", "system_fingerprint": "fp_fake"}
    names = [tool["function"]["name"] for tool in asked.get("tools", [])]
    calls = wanted(names, text_of(last["content"])) if names and last["role"] == "user" else []
    if asked.get("stream"):
        return chat_stream(asked, base, calls)
    message = {"role": "assistant", "content": None if calls else "".join(WORDS), "refusal": None, "annotations": []}
    if calls:
        message["tool_calls"] = [{"id": one, "type": "function", "function": {"name": name, "arguments": text}} for one, name, text in calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls" if calls else "stop"}
    return Answer(body={"object": "chat.completion", **base, "choices": [choice], "usage": USAGE}, headers=NOTE)


def chat_stream(asked, base, calls):
    usage = asked.get("stream_options", {}).get("include_usage")

    def chunk(delta, finish=None):
        one = {"object": "chat.completion.chunk", **base, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}
        return one | {"usage": None} if usage else one

    chunks = [chunk({"role": "assistant", "content": None if calls else "", "refusal": None})]
    for index, (one, name, text) in enumerate(calls):
        chunks.append(chunk({"tool_calls": [{"index": index, "id": one, "type": "function", "function": {"name": name, "arguments": ""}}]}))
        for start in range(0, len(text), 16):
            chunks.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": text[start:start + 16]}}]}))
    if not calls:
        chunks += [chunk({"content": word}) for word in WORDS]
    chunks.append(chunk({}, "tool_calls" if calls else "stop"))
    if usage:
        chunks.append({"object": "chat.completion.chunk", **base, "choices": [], "usage": USAGE})
    return sse([(None, one) for one in chunks] + [(None, "[DONE]")], headers=NOTE)


def embeddings(asked):
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    numbers = [0.25, -0.5, 0.125]
    packed = base64.b64encode(struct.pack("<3f", *numbers)).decode() if asked.get("encoding_format") == "base64" else numbers
    data = [{"object": "embedding", "index": index, "embedding": packed} for index, _ in enumerate(texts)]
    return Answer(body={"object": "list", "data": data, "model": asked["model"], "usage": {"prompt_tokens": 8, "total_tokens": 8}}, headers=NOTE)


def responses(asked):
    usage = {"input_tokens": 36, "input_tokens_details": {"cached_tokens": 16}, "output_tokens": 87,
             "output_tokens_details": {"reasoning_tokens": 64}, "total_tokens": 123}
    inputs = asked["input"] if isinstance(asked["input"], list) else [{"role": "user", "content": asked["input"]}]
    text, names = "".join(WORDS), [tool["name"] for tool in asked.get("tools", []) if tool["type"] == "function"]
    if names and inputs[-1].get("role") == "user":
        output = [{"id": f"fc_{one}", "type": "function_call", "status": "completed", "arguments": arguments, "call_id": one, "name": name}
                  for one, name, arguments in wanted(names, text_of(inputs[-1]["content"]))]
    else:
        output = [{"id": "msg_fake0001", "type": "message", "status": "completed", "role": "assistant",
                   "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]}]
    whole = {"id": "resp_fake0001", "object": "response", "created_at": 1735722000, "status": "completed", "background": False, "error": None,
             "incomplete_details": None, "instructions": asked.get("instructions"), "max_output_tokens": None, "model": asked["model"] + "-2024-07-18",
             "output": output, "parallel_tool_calls": True, "previous_response_id": asked.get("previous_response_id"), "reasoning": {"effort": None, "summary": None},
             "service_tier": "default", "store": True, "temperature": 1.0, "text": {"format": {"type": "text"}}, "tool_choice": "auto",
             "tools": asked.get("tools", []), "top_p": 1.0, "truncation": "disabled", "usage": usage, "user": None, "metadata": asked.get("metadata", {})}
    return responses_stream(whole) if asked.get("stream") else Answer(body=whole, headers=NOTE)


def responses_stream(whole):
    events, number = [], 0

    def say(kind, **data):
        nonlocal number
        events.append((kind, {"type": kind, "sequence_number": number, **data}))
        number += 1

    begun = whole | {"status": "in_progress", "output": [], "usage": None}
    say("response.created", response=begun)
    say("response.in_progress", response=begun)
    for index, item in enumerate(whole["output"]):
        at = {"item_id": item["id"], "output_index": index}
        if item["type"] == "function_call":
            say("response.output_item.added", output_index=index, item=item | {"status": "in_progress", "arguments": ""})
            for start in range(0, len(item["arguments"]), 16):
                say("response.function_call_arguments.delta", **at, delta=item["arguments"][start:start + 16], obfuscation="xx")
            say("response.function_call_arguments.done", **at, arguments=item["arguments"], name=item["name"])
        else:
            part = item["content"][0]
            say("response.output_item.added", output_index=index, item=item | {"status": "in_progress", "content": []})
            say("response.content_part.added", **at, content_index=0, part=part | {"text": ""})
            for word in WORDS:
                say("response.output_text.delta", **at, content_index=0, delta=word, logprobs=[], obfuscation="x")
            say("response.output_text.done", **at, content_index=0, text=part["text"], logprobs=[])
            say("response.content_part.done", **at, content_index=0, part=part)
        say("response.output_item.done", output_index=index, item=item)
    say("response.completed", response=whole)
    return sse(events, headers=NOTE)

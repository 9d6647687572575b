"""Anthropic Messages: JSON and SSE, tools, count_tokens; after the published API reference. A model named err-STATUS is answered with that error."""
import json

from .wire import Answer, sse

WORDS = ["Запи", "сал ", "на 15:00", ", отправил ", "напоминание 🙂"]
NOTE = [("request-id", "req_fake_0002"), ("anthropic-organization-id", "00000000-0000-0000-0000-000000000000")]
ERRORS = {401: ("authentication_error", "invalid x-api-key"), 429: ("rate_limit_error", "This request would exceed your rate limit."),
          500: ("api_error", "Internal server error"), 529: ("overloaded_error", "Overloaded")}


def respond(path, request, memory):
    asked = request.json()
    if path.endswith("/count_tokens"):
        return Answer(body={"input_tokens": 41}, headers=NOTE)
    if not path.endswith("/v1/messages"):
        return Answer(404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}, "request_id": "req_fake_0002"})
    if asked["model"].startswith("err-"):
        status = int(asked["model"][4:])
        kind, message = ERRORS[status]
        return Answer(status, {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake_0002"},
                      headers=[*NOTE, ("retry-after-ms", "20"), ("x-should-retry", "true" if status >= 429 else "false")])
    last = asked["messages"][-1]
    parts = last["content"] if isinstance(last["content"], list) else [{"type": "text", "text": last["content"]}]
    if asked.get("tools") and not any(part["type"] == "tool_result" for part in parts):
        content = [{"type": "text", "text": "Сейчас запишу."}, {"type": "tool_use", "id": "toolu_fake_a", "name": asked["tools"][0]["name"],
                                                                "input": {"title": "Стрижка", "phone": "+79211234567", "time": "15:00"}}]
    else:
        content = [{"type": "text", "text": "".join(WORDS)}]
    usage = {"input_tokens": 25, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 40,
             "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 0}, "output_tokens": 33, "service_tier": "standard"}
    whole = {"id": "msg_fake0001", "type": "message", "role": "assistant", "model": asked["model"], "content": content,
             "stop_reason": "tool_use" if content[-1]["type"] == "tool_use" else "end_turn", "stop_sequence": None, "usage": usage}
    return stream(whole) if asked.get("stream") else Answer(body=whole, headers=NOTE)


def stream(whole):
    begun = whole | {"content": [], "stop_reason": None, "usage": whole["usage"] | {"output_tokens": 1}}
    events = [("message_start", {"type": "message_start", "message": begun})]
    for index, part in enumerate(whole["content"]):
        tool = part["type"] == "tool_use"
        empty = part | ({"input": {}} if tool else {"text": ""})
        events.append(("content_block_start", {"type": "content_block_start", "index": index, "content_block": empty}))
        if index == 0:
            events.append(("ping", {"type": "ping"}))
        text = json.dumps(part["input"], ensure_ascii=False) if tool else part["text"]
        pieces = [text[start:start + 12] for start in range(0, len(text), 12)]
        if not tool and text == "".join(WORDS):
            pieces = WORDS
        for piece in ["", *pieces] if tool else pieces:
            delta = {"type": "input_json_delta", "partial_json": piece} if tool else {"type": "text_delta", "text": piece}
            events.append(("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}))
        events.append(("content_block_stop", {"type": "content_block_stop", "index": index}))
    events.append(("message_delta", {"type": "message_delta", "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None},
                                     "usage": {"output_tokens": whole["usage"]["output_tokens"]}}))
    events.append(("message_stop", {"type": "message_stop"}))
    return sse(events, headers=NOTE)

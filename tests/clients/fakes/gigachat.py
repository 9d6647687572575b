"""GigaChat: tokens on a port of their own (OAuth, Basic, form), chat completions JSON and SSE, functions, models; after the vendor's API description."""
from .wire import Answer, sse

WORDS = ["Запи", "сал ", "на 15:00", ", отправил ", "напоминание 🙂"]
USAGE = {"prompt_tokens": 28, "completion_tokens": 19, "total_tokens": 47, "precached_prompt_tokens": 12}
NOTE = [("x-request-id", "79e41a5f-f180-4c7a-b2d9-393086ae20a1"), ("x-session-id", "b6874da0-bf06-410b-a150-fd5f9164a0b2")]
TOKEN = "fake.access.token"


def respond_auth(path, request, memory):
    if path != "/api/v2/oauth" or not request.header("authorization").startswith("Basic ") or not request.header("rquid"):
        return Answer(400, {"code": 5, "message": "scope or RqUID is missing"})
    return Answer(body={"access_token": TOKEN, "expires_at": 4102444800000})


def respond(path, request, memory):
    if request.header("authorization") != f"Bearer {TOKEN}":
        return Answer(401, {"status": 401, "message": "Unauthorized"}, headers=NOTE)
    if path.endswith("/models"):
        return Answer(body={"object": "list", "data": [{"id": "GigaChat-2", "object": "model", "owned_by": "salutedevices", "type": "chat"}]}, headers=NOTE)
    asked = request.json()
    if asked.get("model", "").startswith("err-"):
        return Answer(int(asked["model"][4:]), {"status": int(asked["model"][4:]), "message": "Too Many Requests"}, headers=NOTE)
    calls = bool(asked.get("functions")) and asked["messages"][-1]["role"] == "user"
    base = {"created": 1735722000, "model": asked.get("model", "GigaChat") + ":2.0.28.2"}
    message = {"role": "assistant", "content": "" if calls else "".join(WORDS)}
    if calls:
        message |= {"functions_state_id": "77d3fb14-457a-46ba-937e-8d856156d003",
                    "function_call": {"name": asked["functions"][0]["name"], "arguments": {"title": "Стрижка", "time": "15:00"}}}
    finish = "function_call" if calls else "stop"
    if not asked.get("stream"):
        return Answer(body={"choices": [{"message": message, "index": 0, "finish_reason": finish}], **base, "object": "chat.completion", "usage": USAGE}, headers=NOTE)
    deltas = [message] if calls else [{"role": "assistant", "content": WORDS[0]}] + [{"content": word} for word in WORDS[1:]]
    chunks = [{"choices": [{"delta": delta, "index": 0}], **base, "object": "chat.completion"} for delta in deltas]
    chunks.append({"choices": [{"delta": {"content": ""}, "index": 0, "finish_reason": finish}], **base, "object": "chat.completion", "usage": USAGE})
    return sse([(None, chunk) for chunk in chunks] + [(None, "[DONE]")], headers=NOTE)

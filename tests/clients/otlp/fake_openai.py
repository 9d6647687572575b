"""A stand-in for a model's API: chat completions as OpenAI documents them, whole and streamed, a tool call, and an error.

The first message asks for what comes: "tool" for a tool call, "fail" for a 429, anything else for words.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = "Да, записал вас на 15:00."
USAGE = {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29, "prompt_tokens_details": {"cached_tokens": 8}}
HEAD = {"id": "chatcmpl-fake1", "created": 1735732800, "model": "gpt-4o-mini-2024-07-18", "system_fingerprint": "fp_1"}


class Fake(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        last = asked["messages"][-1]["content"]
        if "fail" in last:
            error = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}
            return self.answer(429, json.dumps(error).encode())
        if asked.get("stream"):
            return self.stream(asked)
        message, reason = {"role": "assistant", "content": ANSWER, "refusal": None}, "stop"
        if "tool" in last:
            call = {"id": "call_1", "type": "function", "function": {"name": "create_booking", "arguments": '{"at": "15:00"}'}}
            message, reason = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}, "tool_calls"
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        self.answer(200, json.dumps({**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}).encode())

    def stream(self, asked):
        def chunk(delta, reason=None, usage=None):
            choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": reason}]
            return b"data: " + json.dumps({**HEAD, "object": "chat.completion.chunk", "choices": choices, "usage": usage}).encode() + b"\n\n"

        words = [chunk({"role": "assistant", "content": ""})] + [chunk({"content": word + " "}) for word in ANSWER.split()] + [chunk({}, "stop")]
        if asked.get("stream_options", {}).get("include_usage"):
            words.append(chunk(None, None, USAGE))
        self.answer(200, b"".join(words) + b"data: [DONE]\n\n", "text/event-stream")


def start():
    """Serves on a free port; gives the base URL for a client."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1"


if __name__ == "__main__":
    sys.exit("import it")

"""A small HTTP/1.1 server for the fakes: keeps every request and every answer as bytes, and can misbehave on purpose.

Written on sockets so that nothing is normalised on the way: header names keep their case and order, bodies are the bytes that came.
Control, on the same port: GET /__seen, POST /__reset, POST /__mark?NAME (what follows is recorded under NAME).
Faults are asked for by a header, `X-Fake-Fault: NAME`, or a path prefix, `/__fault/NAME/…` (see `misbehave`).
"""
import asyncio
import base64
import gzip
import json
import zlib
from urllib.parse import parse_qs, unquote, urlsplit

DATE = ("Date", "Wed, 01 Jan 2025 09:00:00 GMT")


class Request:
    def __init__(self, method, target, headers, body, framing):
        self.method, self.target, self.headers, self.body, self.framing = method, target, headers, body, framing
        parts = urlsplit(target)
        self.path, self.query = parts.path, parts.query

    def header(self, name, default=""):
        return next((value for key, value in self.headers if key.lower() == name.lower()), default)

    def json(self):
        return json.loads(self.body)

    def args(self):
        """Query, form, JSON or multipart fields as one flat dictionary (files as their length)."""
        found = {key: values[-1] for key, values in parse_qs(self.query, keep_blank_values=True).items()}
        kind = self.header("content-type")
        if "json" in kind and self.body:
            found.update(self.json())
        elif "x-www-form-urlencoded" in kind:
            found.update({key: values[-1] for key, values in parse_qs(self.body.decode(), keep_blank_values=True).items()})
        elif "multipart" in kind:
            found.update(multipart(kind, self.body))
        return found


def multipart(kind, body):
    boundary = kind.split("boundary=")[1].strip('"').encode()
    found = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        line = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-disposition"))
        name = line.split(b'name="')[1].split(b'"')[0].decode()
        found[name] = len(content) - 2 if b"filename=" in line else content[:-2].decode()
    return found


class Answer:
    """An answer in one piece (`body`) or in several (`pieces`, sent chunked with `pause` seconds between)."""

    def __init__(self, status=200, body=b"", kind="application/json", headers=(), pieces=None, pause=0.02):
        self.status, self.headers, self.pieces, self.pause = status, [DATE, ("Content-Type", kind), *headers], pieces, pause
        self.body = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.before, self.cut = 0.0, None


def sse(events, **more):
    """Server-sent events from (name or None, object or text)."""
    pieces = []
    for name, data in events:
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        pieces.append(((f"event: {name}\n" if name else "") + f"data: {text}\n\n").encode())
    return Answer(kind="text/event-stream; charset=utf-8", pieces=pieces, **more)


def misbehave(name, answer, times):
    """The answer as it is under a fault; `times` says how often this path was asked for since the mark."""
    if name == "slow":
        answer.before = 1.5
    elif name == "429-once" and times == 1:
        answer = Answer(429, {"error": {"message": "Too many requests", "type": "requests", "param": None, "code": "rate_limit_exceeded"}},
                        headers=[("Retry-After", "0"), ("retry-after-ms", "20")])
    elif name == "gzip":
        answer.headers.append(("Content-Encoding", "gzip"))
        if answer.pieces is None:
            answer.body = gzip.compress(answer.body, mtime=0)
        else:
            packer = zlib.compressobj(wbits=31)
            answer.pieces = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in answer.pieces] + [packer.flush()]
    elif name == "bad-gzip":
        answer.headers.append(("Content-Encoding", "gzip"))
    elif name == "cut":
        answer.cut = len(answer.pieces) // 2 if answer.pieces is not None else len(answer.body) // 2
    elif name == "silent":
        answer.cut = -1
    elif name == "bad-sse":
        answer.pieces[1:1] = [b"\xff\xfe not an event\n\n", b"data: {broken\n\n"]
    return answer


class Fake:
    def __init__(self, name, respond, forgets):
        self.name, self.respond, self.forgets, self.port = name, respond, forgets, None
        self.reset()

    def reset(self):
        self.seen, self.memory = [], {}
        self.mark("")

    def mark(self, name):
        self.marked, self.asked = name, {}
        if self.forgets:
            self.memory = {}

    async def start(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def serve(self, reader, writer):
        try:
            while (request := await read(reader)) is not None:
                if request.path.startswith("/__") and not request.path.startswith("/__fault/"):
                    await send(writer, self.control(request))
                elif not await self.exchange(request, writer):
                    break
                if "close" in request.header("connection").lower():
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def control(self, request):
        if request.path == "/__mark":
            self.mark(unquote(request.query))
        elif request.path == "/__reset":
            self.reset()
        return Answer(body=self.seen if request.path == "/__seen" else {})

    async def exchange(self, request, writer):
        fault, path = request.header("x-fake-fault"), request.path
        if path.startswith("/__fault/"):
            _, _, fault, rest = path.split("/", 3)
            path = "/" + rest
        self.asked[path] = self.asked.get(path, 0) + 1
        note = {"mark": self.marked, "method": request.method, "target": request.target, "headers": request.headers,
                "framing": request.framing, "body": base64.b64encode(request.body).decode(), "answer": None}
        self.seen.append(note)
        try:
            answer = self.respond(path, request, self.memory)
        except Exception as error:  # A fake that fails must be seen as such, not as an answer of the vendor.
            answer = Answer(599, {"fake_failed": repr(error), "path": path})
        answer = misbehave(fault, answer, self.asked[path])
        sent = await send(writer, answer, request.method == "HEAD")
        note["answer"] = {"status": answer.status, "headers": answer.headers, "body": base64.b64encode(sent).decode(), "cut": answer.cut is not None}
        return answer.cut is None


async def read(reader):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head[:-4].split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = [[name, value.strip()] for name, _, value in (line.partition(":") for line in lines)]
    plain = {name.lower(): value for name, value in headers}
    if "chunked" in plain.get("transfer-encoding", "").lower():
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        return Request(method, target, headers, body, "chunked")
    length = int(plain.get("content-length", 0))
    return Request(method, target, headers, await reader.readexactly(length), "length" if length else "none")


async def send(writer, answer, head_only=False):
    """Sends; gives the bytes of the body that went out."""
    if answer.before:
        await asyncio.sleep(answer.before)
    if answer.cut == -1:
        return b""
    whole = answer.pieces is None
    framing = ("Content-Length", str(len(answer.body))) if whole else ("Transfer-Encoding", "chunked")
    lines = [f"HTTP/1.1 {answer.status} Said"] + [f"{name}: {value}" for name, value in [*answer.headers, framing]]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    if head_only:
        sent = b""
    elif whole:
        sent = answer.body[: answer.cut]
        writer.write(sent)
    else:
        sent = b""
        for piece in answer.pieces[: answer.cut]:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            sent += piece
            await asyncio.sleep(answer.pause)
        if answer.cut is None:
            writer.write(b"0\r\n\r\n")
    await writer.drain()
    return sent

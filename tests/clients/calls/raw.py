"""A client on bare sockets: what the SDKs never send, and every byte of what comes back.

An answer is shown as status, end-to-end headers and body, with the framing's marks taken off.
"""
import base64
import json
import socket
import time
from urllib.parse import urlsplit

from scene import BASE, VIA, case, run

HOP = {"connection", "keep-alive", "transfer-encoding", "trailer", "upgrade", "te"}
URL = urlsplit(BASE)
ASK = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "привет"}]}, ensure_ascii=False).encode()
STREAM = json.dumps({"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "привет"}]}).encode()


def talk(raw, silence=15):
    """Sends bytes as they are; gives every byte that comes back, until the end or `silence` seconds of nothing."""
    with socket.create_connection((URL.hostname, URL.port), timeout=15) as wire:
        got = b""
        try:
            wire.sendall(raw)
            wire.settimeout(silence)
            while piece := wire.recv(65536):
                got += piece
        except ConnectionError:
            pass
        except TimeoutError:
            if not got:
                raise
        return got


def read(got):
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if " " not in first:
        return {"nothing": repr(got)}
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    chunked = any(name == "transfer-encoding" and "chunked" in value for name, value in headers)
    whole, body = unchunk(body) if chunked else (None, body)
    return {"status": int(first.split()[1]), "headers": sorted(pair for pair in headers if pair[0] not in HOP), "chunked": chunked, "whole": whole,
            "body": base64.b64encode(body).decode()}


def unchunk(body):
    out = b""
    while body:
        size, found, body = body.partition(b"\r\n")
        if not found:
            return False, out
        size = int(size.split(b";")[0], 16)
        if size == 0:
            return True, out
        out, body = out + body[:size], body[size + 2:]
    return False, out


def ask(method, target, headers=(), body=b"", length=True):
    lines = [f"{method} {URL.path}{target} HTTP/1.1", f"Host: {URL.netloc}", *headers]
    if body and length:
        lines.append(f"Content-Length: {len(body)}")
    if not any(line.lower().startswith("connection:") for line in lines):
        lines.append("Connection: close")
    return read(talk("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body))


JSON = "Content-Type: application/json"


@case
def post():
    return ask("POST", "/v1/chat/completions", [JSON], ASK)


@case
def stream():
    return ask("POST", "/v1/chat/completions", [JSON, "Accept: text/event-stream"], STREAM)


@case
def stream_is_not_held():
    """The pieces of a stream, 20 ms apart, arrive apart; on a busy machine one look in five is enough."""
    seen = [pieces() for _ in range(5)]
    assert any(count >= 5 and spread >= 0.1 and largest < spread / 2 for count, spread, largest in seen), seen
    return "pieces"


def pieces():
    """How many came, over how long, and the longest wait between two."""
    with socket.create_connection((URL.hostname, URL.port), timeout=15) as wire:
        wire.sendall(f"POST {URL.path}/v1/chat/completions HTTP/1.1\r\nHost: {URL.netloc}\r\n{JSON}\r\nContent-Length: {len(STREAM)}\r\nConnection: close\r\n\r\n".encode() + STREAM)
        moments = []
        while wire.recv(65536):
            moments.append(time.monotonic())
    return len(moments), moments[-1] - moments[0], max((late - early for early, late in zip(moments, moments[1:])), default=99)


@case
def stream_gzip():
    return ask("POST", "/v1/chat/completions", [JSON, "Accept-Encoding: gzip, br", "X-Fake-Fault: gzip"], STREAM)


@case
def gzip():
    return ask("POST", "/v1/chat/completions", [JSON, "Accept-Encoding: gzip, br", "X-Fake-Fault: gzip"], ASK)


@case
def chunked_request():
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (ASK[:10], ASK[10:])) + b"0\r\n\r\n"
    return ask("POST", "/v1/chat/completions", [JSON, "Transfer-Encoding: chunked"], body, length=False)


@case
def odd_query():
    return ask("GET", "/v1/models?a=%2F%20+b&&empty=&%D1%82=%d1%82&plus=1+1&x[]=1&x[]=2")


@case
def odd_path():
    return ask("GET", "/v1/a%2Fb//c/%D1%82;p=1/models")


@case
def repeated_headers():
    return ask("GET", "/v1/models", ["Cookie: a=1", "Cookie: b=2", "X-Twice: 1", "X-Twice: 2", "X-Empty:", "Accept-Language: ru,en;q=0.5"])


@case
def headers_of_the_hop():
    """`Connection` names a header of this hop only; neither it nor the usual ones travel on."""
    return ask("GET", "/v1/models", ["Connection: close, X-This-Hop", "X-This-Hop: 1", "TE: trailers", "Keep-Alive: timeout=5", "X-Letopis-Session: raw-1", "X-letopis-CLIENT: x"])


@case
def forwarded_headers_of_the_caller():
    return ask("GET", "/v1/models", ["X-Forwarded-For: 203.0.113.7", "Via: 1.1 shop", "Forwarded: for=203.0.113.7", "User-Agent: odd/1.0 (тест)".encode().decode("latin-1")])


@case
def delete_with_a_body():
    return ask("DELETE", "/v1/models", [JSON], b'{"id":1}')


@case
def head():
    return ask("HEAD", "/v1/models")


@case
def empty_post():
    return ask("POST", "/v1/models", ["Content-Length: 0"])


@case
def error_page():
    return ask("POST", "/v1/nowhere", [JSON], ASK)


@case
def cut_body():
    got = ask("POST", "/v1/chat/completions", [JSON, "X-Fake-Fault: cut"], ASK)
    got.pop("headers", None)
    return got


@case
def cut_stream():
    return ask("POST", "/v1/chat/completions", [JSON, "X-Fake-Fault: cut"], STREAM)


@case
def large_body():
    body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "ы" * 1_500_000}]}).encode()
    return ask("POST", "/v1/chat/completions", [JSON], body)


@case
def expect_continue():
    """A client that waits for 100 Continue gets the answer in the end."""
    with socket.create_connection((URL.hostname, URL.port), timeout=15) as wire:
        wire.sendall(f"POST {URL.path}/v1/chat/completions HTTP/1.1\r\nHost: {URL.netloc}\r\n{JSON}\r\nContent-Length: {len(ASK)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        wire.settimeout(0.3)
        try:
            first = wire.recv(1024)
        except TimeoutError:
            first = b""
        wire.settimeout(15)
        wire.sendall(ASK)
        got = b""
        while piece := wire.recv(65536):
            got += piece
    return read(got if first.startswith(b"HTTP/1.1 100") else first + got)


@case
def two_on_one_connection():
    one = f"GET {URL.path}/v1/models HTTP/1.1\r\nHost: {URL.netloc}\r\n"
    got = talk((one + "\r\n" + one + "Connection: close\r\n\r\n").encode())
    return [got.count(b"HTTP/1.1 200"), got.count(b'"object":"list"')]


def refused(name, raw):
    """What a proxy must refuse itself; directly there is nothing to compare, so nothing is sent."""
    if VIA == "direct":
        return "refused"
    status = read(talk(raw, 1)).get("status")
    assert status is not None and 400 <= status < 600, f"{name} was answered with {status}"
    return "refused"


@case
def smuggling():
    head = f"POST {URL.path}/v1/chat/completions HTTP/1.1\r\nHost: {URL.netloc}\r\n{JSON}\r\n"
    for wrong in ("Content-Length: 5\r\nContent-Length: 6\r\n\r\n00000", "Content-Length: +5\r\n\r\n00000", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "X: 1\r\n Folded: 2\r\n\r\n",
                  "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"):
        refused(wrong, (head + wrong).encode())
    return "refused"


@case
def websocket():
    return refused("websocket", f"GET {URL.path}/v1/realtime HTTP/1.1\r\nHost: {URL.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())


@case
def header_bomb():
    lines = "".join(f"X-Bomb-{number}: {'x' * 1000}\r\n" for number in range(2000))
    if VIA == "direct":
        return "refused"
    got = read(talk(f"GET {URL.path}/v1/models HTTP/1.1\r\nHost: {URL.netloc}\r\n{lines}\r\n".encode(), 1))
    assert got.get("status", 431) >= 400, got
    return "refused"


run()

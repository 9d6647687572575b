"""Whether two runs of one script are the same run: what the system outside saw, byte by byte, and what the client saw.

What may differ: the hop (Host, Connection, …), `X-Letopis-*` (for us, never handed on), and what an SDK draws anew each time.
"""
import base64
import re
from urllib.parse import urlsplit

HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection", "expect"}
DRAWN_HEADERS = {"x-request-id": r"[0-9a-f-]{36}", "rquid": r"[0-9a-f-]{36}"}
DRAWN_QUERY = re.compile(r"(bx24_request_id=)[0-9a-f-]+")
# aiogram and grammY name the parts of a form at random.
DRAWN_BODY = [(re.compile(rb"attach://[\w-]+"), b"attach://DRAWN"), (re.compile(rb'name="[\w-]{8,}"(; ?filename=)'), rb'name="DRAWN"\1')]


def headers_of(note, drawn=True):
    """End-to-end headers as a sorted list; drawn values by their shape."""
    named = {token.strip().lower() for name, value in note["headers"] if name.lower() == "connection" for token in value.split(",")}
    kept = []
    for name, value in note["headers"]:
        name = name.lower()
        if name in HOP or name in named or name == "host" or name.startswith("x-letopis-"):
            continue
        if drawn and name in DRAWN_HEADERS and re.fullmatch(DRAWN_HEADERS[name], value):
            value = "DRAWN"
        kept.append((name, value))
    return sorted(kept)


def request_of(note):
    """A request as it is compared."""
    headers, body = headers_of(note), base64.b64decode(note["body"])
    kind = next((value for name, value in headers if name == "content-type"), "")
    if match := re.search(r'boundary="?([^";]+)', kind):
        body = body.replace(match[1].encode(), b"BOUNDARY")
        headers = [(name, value.replace(match[1], "BOUNDARY")) for name, value in headers]
        for pattern, plain in DRAWN_BODY:
            body = pattern.sub(plain, body)
        headers = [pair for pair in headers if pair[0] != "content-length"]
    return {"method": note["method"], "target": DRAWN_QUERY.sub(r"\1DRAWN", note["target"]), "headers": headers, "framing": note["framing"], "body": body}


def by_case(seen):
    found = {}
    for note in seen:
        found.setdefault(note["mark"], []).append(note)
    return found


def requests_differ(direct, through, host, ours_pass=False):
    """Why what the system outside saw through letopis is not what it sees directly; None where it is."""
    if len(direct) != len(through):
        return f"{len(through)} requests arrived, {len(direct)} directly"
    for number, (one, other) in enumerate(zip(direct, through)):
        left, right = request_of(one), request_of(other)
        for part in left:
            if left[part] != right[part]:
                if part == "headers":
                    lost, more = [h for h in left[part] if h not in right[part]], [h for h in right[part] if h not in left[part]]
                    return f"request {number}: headers lost {lost}, added {more}"
                return f"request {number}: {part} {shown(left[part])} became {shown(right[part])}"
        ours = [name for name, _ in other["headers"] if name.lower().startswith("x-letopis-")]
        if host and ours and not ours_pass:
            return f"request {number}: {ours} went on to the system outside"
        hosts = [value for name, value in other["headers"] if name.lower() == "host"]
        if host and hosts != [host]:
            return f"request {number}: Host is {hosts}, not {host}"
    return None


def shown(value):
    text = repr(value)
    return text if len(text) < 300 else text[:300] + "…"


def saw_differs(direct, through):
    """Why the client did not see the same; None where it did."""
    if direct == through:
        return None
    return "the client saw " + difference(direct, through, "")


def difference(left, right, place):
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(set(left) | set(right)):
            if left.get(key) != right.get(key):
                return difference(left.get(key), right.get(key), f"{place}.{key}")
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return f"{place or 'a list'} of {len(right)}, not {len(left)}: last {shown(right[-1:])}, not {shown(left[-1:])}"
        for number, (one, other) in enumerate(zip(left, right)):
            if one != other:
                return difference(one, other, f"{place}[{number}]")
    return f"{place or 'it'} = {shown(right)}, not {shown(left)}"


def host_of(url):
    return urlsplit(url).netloc

"""Asks a model through a gateway, every question with a number of its own, kills the gateway in the middle, and says which questions were answered.

    answered.py URL SECONDS CONNECTIONS KILL_PID [--model NAME] [--header 'NAME: VALUE']…

Prints one line: the numbers that got a whole answer with 200 before the gateway was gone, separated by spaces. Every process below KILL_PID goes
too, with SIGKILL: nothing may be saved on the way out.
"""

import argparse
import asyncio
import json
import os
import signal
import urllib.parse


def family(pid):
    """A process and all below it."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as stat:
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry))
    found = [pid]
    for each in found:
        found.extend(children.get(each, []))
    return found


async def ask(reader, writer, head, model, number):
    question = f"Можно записаться на стрижку? [[q{number}]]"
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": question}]}, ensure_ascii=False).encode()
    writer.write(head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    status = (await reader.readline()).split()
    length, chunked = 0, False
    while (line := await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        if name.lower() == "content-length":
            length = int(value)
        chunked |= name.lower() == "transfer-encoding" and "chunked" in value
    if chunked:
        while (size := int((await reader.readline()).split(b";")[0], 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(length)
    return status[1] == b"200"


async def caller(url, headers, model, numbers, answered):
    head = f"POST {url.path}/v1/chat/completions HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
    head += "Authorization: Bearer sk-bench\r\n" + "".join(f"{header}\r\n" for header in headers)
    try:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        while True:
            number = next(numbers)
            if await ask(reader, writer, head.encode(), model, number):
                answered.append(number)
    except (OSError, asyncio.IncompleteReadError, IndexError, ValueError):
        return


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("seconds", type=float)
    parser.add_argument("connections", type=int)
    parser.add_argument("kill_pid", type=int)
    parser.add_argument("--model", default="gpt-4o-mini")
    parser.add_argument("--header", action="append", default=[])
    args = parser.parse_args()
    url, answered, numbers = urllib.parse.urlsplit(args.url.rstrip("/")), [], iter(range(1, 10**9))
    callers = [asyncio.create_task(caller(url, args.header, args.model, numbers, answered)) for _ in range(args.connections)]
    await asyncio.sleep(args.seconds)
    for pid in family(args.kill_pid):
        os.kill(pid, signal.SIGKILL)
    await asyncio.wait(callers, timeout=10)
    print(*answered)


asyncio.run(main())

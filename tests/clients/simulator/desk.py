"""What the Python scripts share: where the portal is, a hand in it, and saying what a case came to.

BASE is the simulator's https address; its certificate is of the run's own CA, which SDKs find by the environment as anybody's would be.
"""
import asyncio
import inspect
import json
import os
import ssl
import sys
import urllib.request

BASE = os.environ["BASE"]
trust = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
cases = []


def case(function):
    cases.append(function)
    return function


def sim(path, verb="POST"):
    """A call of /sim/…, which no real portal has."""
    with urllib.request.urlopen(urllib.request.Request(f"{BASE}/sim/{path}", method=verb), context=trust) as answer:
        return json.load(answer)


def same(got, expected):
    assert got == expected, f"got {got!r}, expected {expected!r}"


async def one(function):
    wrong = ""
    try:
        done = function()
        if inspect.isawaitable(done):
            await done
    except Exception as error:  # Whatever an SDK makes of an answer is the case's result.
        wrong = f"{type(error).__name__}: {error}"[:400]
    print(json.dumps({"case": function.__name__, "wrong": wrong}, ensure_ascii=False), flush=True)


def run():
    async def main():
        for function in cases:
            await one(function)

    asyncio.run(main())
    sys.exit(0)

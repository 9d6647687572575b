"""What a script of calls is made of: cases, run one after another; each says as JSON what the client saw.

The environment gives BASE (where the SDK is pointed: a fake or letopis) and FAKE (where the fake is told which case begins).
A case fails by raising `Unexpected`; an error of the SDK is what the client saw, and is told as such.
"""
import asyncio
import inspect
import json
import os
import sys
import time
import urllib.request

BASE, FAKE = os.environ["BASE"], os.environ["FAKE"]
VIA = os.environ.get("VIA", "direct")
cases = []


def case(function):
    cases.append(function)
    return function


def plain(thing):
    """Objects of an SDK as JSON."""
    for name in ("model_dump", "to_dict", "dict"):
        if hasattr(thing, name) and not isinstance(thing, type):
            return plain(getattr(thing, name)())
    if isinstance(thing, dict):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple, set)):
        return [plain(one) for one in thing]
    if thing is None or isinstance(thing, (str, int, float, bool)):
        return thing
    if isinstance(thing, bytes):
        return thing.hex()
    return plain(vars(thing)) if hasattr(thing, "__dict__") else repr(thing)


def failure(error):
    """An error as a client's program would look at it, without what differs by address."""
    found = {"error": type(error).__name__, "text": str(error).replace(BASE, "BASE")[:400]}
    for name in ("status_code", "code", "body", "retry_after", "error_code"):
        value = getattr(error, name, None)
        if isinstance(value, (str, int, dict)):
            found[name] = value
    return found


def mark(name):
    urllib.request.urlopen(urllib.request.Request(f"{FAKE}/__mark?{name}", method="POST")).read()


async def one(function):
    mark(function.__name__)
    began = time.time()
    try:
        saw = function()
        saw = await saw if inspect.isawaitable(saw) else saw
        saw = plain(saw)
    except AssertionError:
        raise
    except Exception as error:
        saw = failure(error)
    print(json.dumps({"at": began, "case": function.__name__, "saw": saw}, ensure_ascii=False), flush=True)
    if VIA == "letopis":  # The journal's events are told apart by when they were received.
        await asyncio.sleep(0.15)


def run(around=None):
    """Runs the cases named on the command line, or all; `around` is an async context manager they share."""
    chosen = [function for function in cases if not sys.argv[1:] or function.__name__ in sys.argv[1:]]

    async def main():
        if around is None:
            for function in chosen:
                await one(function)
        else:
            mark("opening")
            async with around:
                for function in chosen:
                    await one(function)

    asyncio.run(main())

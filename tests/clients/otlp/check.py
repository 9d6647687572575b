"""Reads the journal back and says for each app whether everything arrived as it should: check.py URL READ_KEY RUN APP…"""

import json
import sys
import time
import urllib.request

url, key, run = sys.argv[1:4]
failures = []


def events():
    """Every event, newest pages first, as sent."""
    found, cursor = [], ""
    while True:
        request = urllib.request.Request(f"{url}/api/v1/events?limit=200{cursor}", headers={"Authorization": "Bearer " + key})
        page = json.load(urllib.request.urlopen(request))
        found += page["items"]
        if not page.get("next"):
            return found
        cursor = "&cursor=" + page["next"]


def expect(app, what, holds):
    if not holds:
        failures.append(f"{app}: {what}")


def tokens(mine):
    return sum(line["event"].get("tokens_in", 0) for line in mine), sum(line["event"].get("tokens_out", 0) for line in mine)


def of(mine, kind):
    return [line["event"] for line in mine if line["type"] == kind]


def sdk(app, mine):
    expect(app, "an agent, a call, a tool, an evaluation", sorted(line["type"] for line in mine) == ["action", "agent_run", "evaluation", "llm_call"])
    expect(app, "one conversation", {line["event"].get("session_id") for line in mine} == {run + "-sdk"})
    expect(app, "tokens once", tokens(mine) == (20, 9))
    expect(app, "the resource names the channel", {line["channel"] for line in mine} == {"telegram"})
    expect(app, "the tool is the action", [event["action"] for event in of(mine, "action")] == ["create_booking"])
    expect(app, "the client", {event["client"]["id"] for event in of(mine, "llm_call")} == {"client-1"})


def json_(app, mine):
    expect(app, "two calls: both writings of a batch are one", len(mine) == 2 and tokens(mine) == (20, 0))
    expect(app, "one conversation", {line["event"].get("session_id") for line in mine} == {run + "-json"})
    expect(app, "one failed", [event["error"]["message"] for event in of(mine, "llm_call") if "error" in event] == ["no answer"])
    kept = [event["meta"] for event in of(mine, "llm_call") if "error" not in event][0]
    expect(app, "a list and a fraction", kept["llm"]["params"]["stop_sequences"] == ["a", "b"] and kept["attributes"]["share"] == 0.5)


def calls(app, mine, kinds):
    """What every instrumentation of the four calls must have told."""
    made = of(mine, "llm_call")
    expect(app, f"four calls, there are {len(made)}", len(made) == 4)
    expect(app, f"types {sorted({line['type'] for line in mine})}", {line["type"] for line in mine} == kinds)
    expect(app, f"tokens of three calls, there are {tokens(mine)}", tokens(mine) == (60, 27))
    expect(app, "one conversation", len({event.get("session_id") for event in made}) == 1)
    expect(app, "the provider", {event.get("provider") for event in made} <= {"openai", None})
    expect(app, "the model that answered", sum(event.get("model", "").startswith("gpt-4o-mini-2024") for event in made) == 3)
    failed = [event for event in made if "error" in event]
    expect(app, "one call failed", len(failed) == 1)
    expect(app, "latency", all(event.get("latency_ms", -1) >= 0 for event in made))
    expect(app, "cached tokens", sum(event["meta"]["llm"].get("usage", {}).get("cached", 0) for event in made) in (0, 16, 24))


def said(app, told):
    """The words that went in and out, wherever the instrumentation puts them."""
    text = json.dumps([event["meta"]["llm"] for event in told], ensure_ascii=False)
    expect(app, "the question", '"content": "Можно завтра в 15:00?"' in text)
    expect(app, "the answer", '"content": "Да, записал вас на 15:00.' in text)
    expect(app, "the tool call", '"name": "create_booking"' in text and '"at": "15:00"' in text)


def openai_v2(app, mine):
    kinds = {"llm_call"} | ({"llm_details"} & {line["type"] for line in mine})
    calls(app, mine, kinds)
    expect(app, "the trace is the conversation", {line["session_id"] for line in mine} == {"trace-" + mine[0]["event"]["meta"]["otel"]["trace"]})
    said(app, of(mine, "llm_call") + of(mine, "llm_details"))


def openllmetry(app, mine):
    calls(app, mine, {"llm_call", "agent_run"})
    said(app, of(mine, "llm_call"))
    expect(app, "session and client", {(e["session_id"], e["client"]["id"]) for e in of(mine, "llm_call")} == {(run + "-openllmetry", "client-2")})


def openinference(app, mine):
    calls(app, mine, {"llm_call"})
    said(app, of(mine, "llm_call"))
    expect(app, "session and client", {(e["session_id"], e["client"]["id"]) for e in of(mine, "llm_call")} == {(run + "-openinference", "client-3")})


def langfuse(app, mine):
    calls(app, mine, {"llm_call", "agent_run", "action"})
    said(app, of(mine, "llm_call"))
    expect(app, "session and client", {(e["session_id"], e["client"]["id"]) for e in of(mine, "llm_call")} == {(run + "-langfuse", "client-4")})
    expect(app, "the tool is the action", [event["action"] for event in of(mine, "action")] == ["create_booking"])
    expect(app, "its result", of(mine, "action")[0]["meta"]["tool"]["result"] == {"id": 991, "at": "15:00"})


def mine_of(app, all_events):
    name = f"{run}-{app}"
    traces = {e["event"]["meta"]["otel"].get("trace") for e in all_events if name in (e["event"].get("session_id"), e["event"]["meta"]["otel"].get("service"))}
    return [e for e in all_events if e["event"]["meta"]["otel"].get("trace") in traces - {None}]


CHECKS = {"sdk": sdk, "json": json_, "openai_v2": openai_v2, "openllmetry": openllmetry, "openinference": openinference, "langfuse": langfuse}
time.sleep(0.5)
for app in sys.argv[4:]:
    before, deadline = -1, time.time() + 10
    while True:
        everything = [line for line in events() if line.get("source") == "otlp"]
        mine = mine_of(app, everything)
        # Recorded a moment after it was accepted: wait until nothing more comes.
        if (mine and len(everything) == before) or time.time() > deadline:
            break
        before = len(everything)
        time.sleep(0.3)
    count = len(failures)
    expect(app, "anything at all", mine)
    if mine:
        CHECKS[app](app, mine)
    expect(app, "no conflicts", not any(line["flags"]["conflict"] for line in mine))
    print(("ok    " if len(failures) == count else "FAIL  ") + f"{app}: {len(mine)} events")
for failure in failures:
    print("      " + failure)
sys.exit(bool(failures))

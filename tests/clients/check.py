"""Runs every client twice, directly against its fake and through letopis, and compares what both ends saw; then reads the journal.

    check.py WORK LETOPIS [NAME…]     all, or the clients named
    check.py WORK --direct [NAME…]    every client twice directly: are the fakes and the scripts the same each time?

WORK holds venv, node_modules, calls and tls (run.sh prepares it). Prints a table; exit status 1 when something failed.
"""
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import compare
import expected
import hooks
import journal
import recipes
import site_chat
from server import Fakes, Server, Tls, ask
from table import CLIENTS

HERE = Path(__file__).parent
LIMIT = 90


class Table:
    """Passed, failed, skipped, by client."""

    def __init__(self):
        self.rows, self.reasons = {}, []

    def note(self, client, verdict, case="", reason=""):
        row = self.rows.setdefault(client, {"passed": 0, "failed": 0, "skipped": 0})
        row[verdict] += 1
        if verdict != "passed":
            self.reasons.append(f"{verdict.upper():7} {client}{': ' + case if case else ''}: {reason}")
            print(self.reasons[-1], flush=True)

    def end(self):
        print(f"\n{'client':24}{'passed':>8}{'failed':>8}{'skipped':>9}")
        for name, row in self.rows.items():
            print(f"{name:24}{row['passed']:>8}{row['failed']:>8}{row['skipped']:>9}")
        passed, failed, skipped = (sum(row[part] for row in self.rows.values()) for part in ("passed", "failed", "skipped"))
        print(f"{passed} passed, {failed} failed, {skipped} skipped")
        return failed == 0


def missing(work, client):
    """Why a client cannot run here; None where it can."""
    if client.script.endswith(".mjs"):
        return None if (work / "node_modules" / client.module).exists() else f"npm package {client.module} is not installed"
    return None if not client.module or find_spec(client.module) else f"Python package {client.module} is not installed"


def run(work, client, base, fake, via, more):
    """One run of a script: {case: what the client saw}, {case: when it ran}."""
    env = {**os.environ, "BASE": base, "FAKE": fake, "VIA": via, "REQUESTS_CA_BUNDLE": str(work / "tls/ca.pem"), "NODE_EXTRA_CA_CERTS": str(work / "tls/ca.pem"),
           "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "*", "no_proxy": "*", **more}
    words = ["node", work / "calls" / client.script] if client.script.endswith(".mjs") else [sys.executable, HERE / "calls" / client.script]
    done = subprocess.run([*words, *client.cases], env=env, capture_output=True, text=True, timeout=LIMIT)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"at"')]
    if done.returncode or not lines:
        return None, None, (done.stderr or done.stdout)[-600:]
    return {line["case"]: line["saw"] for line in lines}, {line["case"]: line["at"] for line in lines}, None


def check(client, work, fakes, server, table):
    """One client: directly, through letopis, the same."""
    if reason := missing(work, client):
        return table.note(client.name, "skipped", reason=reason)
    fake, auth = fakes.urls[client.fake], fakes.urls["gigachat-auth"]
    heard = [fake, auth] if client.fake == "gigachat" else [fake]
    with Tls(work, fake) if client.tls else Plain(fake) as base:
        for one in heard:
            ask(one + "/__reset", "POST")
        direct, _, wrong = run(work, client, base, fake, "direct", {"AUTH": auth + "/api/v2/oauth"})
        direct_seen, direct_auth = compare.by_case(ask(fake + "/__seen")), ask(heard[-1] + "/__seen")
    if wrong:
        return table.note(client.name, "failed", "directly", wrong)
    for one in heard:
        ask(one + "/__reset", "POST")
    with server.connect(client, fake, auth, work) as connected:
        through, at, wrong = run(work, client, connected.base, fake, connected.via, connected.more)
    through_seen = compare.by_case(ask(fake + "/__seen"))
    if wrong:
        return table.note(client.name, "failed", "through letopis", wrong)
    events = journal.by_case(connected, at) if connected.via == "letopis" else None
    if auth in heard:
        wrong = compare.requests_differ(direct_auth, ask(auth + "/__seen"), compare.host_of(auth) if connected.via == "letopis" else None)
        table.note(client.name, "failed" if wrong else "passed", "oauth", wrong or "")
    for case in direct:
        wrong = compare.requests_differ(direct_seen.get(case, []), through_seen.get(case, []), connected.host) or saw_differs(client, case, direct[case], through.get(case), connected)
        if not wrong and events is not None:
            wrong = journal.wrong(client, case, events[case])
        table.note(client.name, "failed" if wrong else "passed", case, wrong or "")
    return None


def several(clients, work, fakes, server, table):
    for client in clients:
        try:
            check(client, work, fakes, server, table)
        except Exception as error:  # One client that hangs or breaks must not hide the others.
            table.note(client.name, "failed", reason=f"{type(error).__name__}: {error}")


def telemetry(server, table):
    """OpenTelemetry SDKs have a script of their own."""
    script = HERE / "otlp" / "run.sh"
    if not script.exists():
        return table.note("OpenTelemetry", "skipped", reason="tests/clients/otlp/run.sh is not there yet")
    slug, read_key = server.business("OpenTelemetry")
    ingest_key = server.command("key", "create", "--role", "ingest", "--business", slug)["key"]
    done = subprocess.run([script, server.url, ingest_key, read_key], capture_output=True, text=True, timeout=600)
    print(done.stdout, end="", flush=True)
    return table.note("OpenTelemetry", "failed" if done.returncode else "passed", "otlp/run.sh", (done.stderr or done.stdout)[-400:])


def saw_differs(client, case, direct, through, connected):
    otherwise = expected.SEES_OTHERWISE.get((client.script.split(".")[0], case))
    if otherwise and connected.via == "letopis":
        return None if otherwise(direct, through) else f"the client saw {compare.shown(through)}"
    return compare.saw_differs(direct, through)


class Plain:
    def __init__(self, url):
        self.url = url

    def __enter__(self):
        return self.url

    def __exit__(self, *_):
        pass


def main():
    work, what, *names = Path(sys.argv[1]).resolve(), sys.argv[2], *sys.argv[3:]
    began, table = time.monotonic(), Table()
    chosen = [client for client in CLIENTS if not names or client.name in names or client.script.split(".")[0] in names]
    with Fakes(work) as fakes, Server(work, None if what == "--direct" else what) as server:
        # A fake hears one client at a time; different fakes may be busy at once.
        tasks = [(several, [client for client in chosen if client.fake == fake], work, fakes, server, table) for fake in dict.fromkeys(client.fake for client in chosen)]
        if server.binary:
            tasks += [(hooks.run, work, fakes, server, table, names)] + ([] if names and "otlp" not in names else [(telemetry, server, table)])
        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(*task) for task in tasks]:
                if error := done.exception():
                    table.note("hooks, OpenTelemetry", "failed", reason=f"{type(error).__name__}: {error}")
        if server.binary:
            if not names or "recipes" in names:
                recipes.check(work, fakes, server.binary, table)
            if not names or "site" in names:
                site_chat.check(work, server.binary, table)
            server.after(table)
    good = table.end()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(0 if good else 1)


main()

"""The chat on a site in Chromium (calls/site_browser.mjs): what the visitor sees, and what the journal says of it."""
import json
import os
import shutil
import subprocess
import time

import journal
from server import Connected, Server

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LONG = "Запишите" * 40
WANTED = [("message_in", "Есть время\nзавтра?"), ("message_out", "Да, в 15:00 <b>свободно</b>"), ("message_in", LONG), ("message_out", LONG), ("message_in", "Не спешите"), ("error", "bot_unreachable"),
          ("error", "answered_too_late")]


def check(work, binary, table):
    browser = next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *BROWSERS))), None)
    if not browser:
        return table.note("chat on a site", "skipped", reason="there is no Chromium on this machine (CHROMIUM names one)")
    if not (work / "node_modules" / "playwright-core").exists():
        return table.note("chat on a site", "skipped", reason="npm package playwright-core is not installed")
    pictures = work / "pictures"
    pictures.mkdir(exist_ok=True)
    script = subprocess.Popen(["node", work / "calls/site_browser.mjs", browser, pictures], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        with Server(work, binary, "letopis-site") as server:
            urls = json.loads(script.stdout.readline())
            made = server.command("connection", "add", "--kind", "site", "--origin", urls["page"], "--forward", urls["bot"] + "/chat", "--forward-ms", "800")
            said, _ = script.communicate(json.dumps({"script": made["url"]}) + "\n", timeout=90)
            cases = [json.loads(line) for line in said.splitlines()]
            for case in cases:
                table.note("chat on a site", "failed" if case["wrong"] else "passed", case["case"], case["wrong"])
            if not cases:
                table.note("chat on a site", "failed", reason="the browser did nothing")
            key = server.command("key", "create", "--role", "read")["key"]
            # What came late is recorded a moment after it came.
            for _ in range(20):
                wrong = wrong_of(journal.events(Connected(None, "letopis", {}, read_key=key, url=server.url)))
                if not wrong:
                    break
                time.sleep(0.5)
            table.note("chat on a site", "failed" if wrong else "passed", "the journal", wrong or "")
    finally:
        script.kill()
    return None


def wrong_of(events):
    told = sorted((one["type"], words(one["event"])) for one in events)
    if told != sorted(WANTED):
        return f"the journal: {told}"
    visitors = {}
    for one in events:
        visitors.setdefault(one["session_id"], set()).add(one["event"]["client"]["channel_id"])
    if len(visitors) != 2 or any(len(of) != 1 for of in visitors.values()):
        return f"two browsers are two conversations, not {visitors}"
    return None


def words(event):
    return event.get("text") or event.get("bot_response") or event.get("error", {}).get("code")

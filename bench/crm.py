#!/usr/bin/env python3
"""Measures writing to cards: events of known clients at a steady rate, a simulated portal with the limits of an ordinary plan.

  bench/crm.py [--letopis target/release/letopis] [--sim target/release/bitrix24-sim] [--rate 14] [--seconds 180] [--per-dialogue 5]

Prints how long an event took to its entry on the card, how long the outbox was in between and at the end, and what the portal was asked. 14 events
a second are 50,000 an hour. Starts and stops everything itself; loopback only; nothing but the standard library.
"""
import argparse, json, os, re, signal, sqlite3, subprocess, sys, tempfile, time, urllib.request

ask = argparse.ArgumentParser()
ask.add_argument("--letopis", default="target/release/letopis")
ask.add_argument("--sim", default="target/release/bitrix24-sim")
ask.add_argument("--rate", type=float, default=14)
ask.add_argument("--seconds", type=float, default=180)
ask.add_argument("--per-dialogue", type=int, default=5)
told = ask.parse_args()
PORTAL, SERVER = 18560, 18561
dialogues = int(told.rate * told.seconds / told.per_dialogue) + 1


def post(url, body, headers=None):
    data = json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}), timeout=30) as answer:
        return json.load(answer)


def up(url):
    for _ in range(100):
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except OSError as e:
            if hasattr(e, "code"):
                return b""
            time.sleep(0.1)
    sys.exit(f"nothing answers at {url}")


def phone(at):
    return f"+7921{at:07d}"


with tempfile.TemporaryDirectory(prefix="letopis-crm.") as folder:
    sim = subprocess.Popen([told.sim, "--listen", f"127.0.0.1:{PORTAL}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    portal = f"http://127.0.0.1:{PORTAL}/rest/1/secret/"
    up(f"http://127.0.0.1:{PORTAL}/sim/state")
    for first in range(0, dialogues, 50):
        cmd = {f"c{at}": f"crm.contact.add?fields[NAME]=Anna&fields[PHONE][0][VALUE]={phone(at).replace('+', '%2B')}" for at in range(first, min(first + 50, dialogues))}
        post(portal + "batch", {"halt": 0, "cmd": cmd})
    time.sleep(30)  # the bucket is empty again
    data = os.path.join(folder, "data")
    server = subprocess.Popen([told.letopis, "serve", "--data", data, "--listen", f"127.0.0.1:{SERVER}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    up(f"http://127.0.0.1:{SERVER}/healthz")
    run = lambda *words: json.loads(subprocess.run([told.letopis, *words, "--data", data, "--json"], check=True, capture_output=True, text=True).stdout)
    key = run("key", "create", "--role", "ingest")["key"]
    run("connection", "add", "--kind", "bitrix24", "--name", "Portal", "--webhook", portal, "--write")
    time.sleep(5)
    tables = sqlite3.connect(f"file:{data}/letopis.db?mode=ro", uri=True)
    before = json.loads(up(f"http://127.0.0.1:{PORTAL}/sim/state"))
    start, sent, longest = time.time(), 0, 0
    while time.time() < start + told.seconds:
        while sent < (time.time() - start) * told.rate:
            # Dialogues overlap: one begins while the ones before it go on.
            step, round_ = sent % told.per_dialogue, sent // told.per_dialogue
            at = (round_ - step * 4) % dialogues
            event = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "channel": "telegram", "session_id": f"d{at}",
                     "client": {"channel_id": f"a{at}", "phone": phone(at)}, "type": "message_in" if step % 2 == 0 else "message_out", "text": "…"}
            post(f"http://127.0.0.1:{SERVER}/api/v1/events", event, {"Authorization": f"Bearer {key}"})
            sent += 1
        if sent % 7 == 0:
            longest = max(longest, tables.execute("SELECT count(*) FROM crm_entries WHERE state IN ('waiting', 'sending', 'unclear')").fetchone()[0])
        time.sleep(0.02)
    left = tables.execute("SELECT count(*) FROM crm_entries WHERE state IN ('waiting', 'sending', 'unclear')").fetchone()[0]
    until = time.time() + 60
    while time.time() < until and tables.execute("SELECT count(*) FROM crm_entries WHERE state <> 'written'").fetchone()[0]:
        time.sleep(0.2)
    # Every event of a stretch waited from its arrival to the moment its entry was confirmed.
    waits = sorted(
        (written - received) / 1e6
        for written, received in tables.execute(
            "SELECT c.written_us, e.received_us FROM crm_entries c JOIN sessions s ON s.pid = c.session"
            " JOIN events e ON e.session = s.id AND e.record BETWEEN c.first_record AND c.last_record WHERE c.state = 'written'"))
    rows = tables.execute("SELECT count(*), sum(state <> 'written'), sum(attempts > 1) FROM crm_entries").fetchone()
    after = json.loads(up(f"http://127.0.0.1:{PORTAL}/sim/state"))
    for process in (server, sim):
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)

at = lambda share: waits[min(len(waits) - 1, int(len(waits) * share))]
print(f"events {sent} in {told.seconds:.0f} s ({sent / told.seconds * 3600:.0f} an hour), {dialogues} dialogues")
print(f"event to its entry on the card: p50 {at(0.5):.2f} s, p95 {at(0.95):.2f} s, max {waits[-1]:.2f} s ({len(waits)} events told)")
print(f"entries {rows[0]}, not written a minute after the end {rows[1]}, tried more than once {rows[2]}; outbox at most {longest}, at the end {left}")
print(f"requests to the portal {after.get('requests', 0) - before.get('requests', 0)}")

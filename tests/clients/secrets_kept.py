"""No secret of a client reaches our log or the journal: every file of the data folder is searched for the bytes, and every event as it is read back."""
import json

import journal

SECRETS = ["sk-fake", "sk-ant-fake", "ZmFrZTpmYWtl", "fake.access.token", "FAKE-token", "hook-secret-", "max-fake-token", "max-secret-1", "EAAFAKEtoken", "vk1.fake", "fakesecret"]


def check(server, table):
    for path in sorted(server.data.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        for secret in SECRETS:
            place = data.find(secret.encode())
            if place >= 0:
                table.note("secrets", "failed", str(path.relative_to(server.data)), f"{secret} is in it: …{data[max(0, place - 60):place + 20]!r}")
    for connected in server.connected:
        texts = [json.dumps(event, ensure_ascii=False) for event in journal.events(connected, patience=0)]
        for secret in SECRETS:
            holding = [text for text in texts if secret in text]
            if holding:
                place = holding[0].find(secret)
                table.note("secrets", "failed", connected.business, f"{secret} is in {len(holding)} events: …{holding[0][max(0, place - 80):place + 20]}")
    if "secrets" not in table.rows:
        table.note("secrets", "passed")

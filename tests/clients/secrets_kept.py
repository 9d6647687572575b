"""No secret of a client reaches our log or the journal: every file of the data folder is searched for the bytes."""

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
    if "secrets" not in table.rows:
        table.note("secrets", "passed")

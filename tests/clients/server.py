"""What runs beside the clients: the fakes, TLS in front of plain HTTP, and letopis on a folder of its own."""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent


def wait_for(path, process, seconds=20):
    until = time.monotonic() + seconds
    while not path.exists():
        if process.poll() is not None or time.monotonic() > until:
            stop(process)
            raise RuntimeError(f"{path.name} did not appear: {process.args}")
        time.sleep(0.05)
    return path.read_text()


def stop(process):
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Fakes:
    def __init__(self, work):
        self.file = work / "fakes.json"

    def __enter__(self):
        self.file.unlink(missing_ok=True)
        self.process = subprocess.Popen([sys.executable, "-m", "fakes", self.file], cwd=HERE)
        self.urls = json.loads(wait_for(self.file, self.process))
        return self

    def __exit__(self, *_):
        stop(self.process)


class Tls:
    """https://localhost:… in front of an http URL."""

    def __init__(self, work, url):
        self.work, self.url, self.file = work, url, work / f"tls.{time.monotonic_ns()}"

    def __enter__(self):
        self.file.unlink(missing_ok=True)
        address, _, path = self.url.removeprefix("http://").partition("/")
        self.process = subprocess.Popen([sys.executable, HERE / "tls.py", address.split(":")[1], self.work / "tls", self.file])
        return f"https://localhost:{wait_for(self.file, self.process)}" + (f"/{path}" if path else "")

    def __exit__(self, *_):
        stop(self.process)
        self.file.unlink(missing_ok=True)


class Connected:
    """A connection and where its client is pointed."""

    def __init__(self, base, via, more, connection=None, business=None, read_key=None, url=None, tls=None, host=None, outside=None):
        self.base, self.via, self.more, self.connection, self.business, self.read_key, self.url = base, via, more, connection, business, read_key, url
        self.tls, self.host, self.outside = tls, host, outside

    def __enter__(self):
        if self.tls:
            self.base = self.tls.__enter__()
        return self

    def __exit__(self, *_):
        for relay in (self.tls, self.outside):
            if relay:
                relay.__exit__()


class Server:
    """letopis itself; with no binary, connections are none and clients run directly."""

    def __init__(self, work, binary, folder="letopis"):
        self.work, self.binary, self.data, self.connected = work, binary and Path(binary).resolve(), work / folder, []

    def __enter__(self):
        if self.binary:
            shutil.rmtree(self.data, ignore_errors=True)
            self.data.mkdir()
            self.said = open(self.data / "out", "w+")
            self.process = subprocess.Popen([self.binary, "serve", "--data", self.data / "data", "--listen", "127.0.0.1:0"], stdout=self.said, stderr=open(self.data / "log", "w"),
                                            env={**os.environ, "LETOPIS_LOG": "debug"})
            until = time.monotonic() + 20
            while "ltp_ingest" not in (text := (self.data / "out").read_text()):
                if self.process.poll() is not None or time.monotonic() > until:
                    stop(self.process)
                    raise RuntimeError("letopis did not start: " + (self.data / "log").read_text()[-500:])
                time.sleep(0.05)
            self.url = re.search(r"http://127[^ /\s]*", text)[0]
            self.ingest_key = re.search(r"ltp_ingest_[\w-]+", text)[0]
        return self

    def __exit__(self, *_):
        if self.binary:
            stop(self.process)

    def command(self, *words):
        done = subprocess.run([self.binary, *words, "--data", self.data / "data", "--json"], capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise RuntimeError(f"letopis {' '.join(words[:2])}: {(done.stderr or done.stdout).strip()[-400:]}")
        return json.loads(done.stdout)

    def business(self, name):
        """A business of its own for each client, so that journals do not mix; its read key."""
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        self.command("business", "add", slug, "--name", name)
        key = self.command("key", "create", "--role", "read", "--business", slug)["key"]
        self.connected.append(Connected(None, "letopis", {}, None, slug, key, self.url))
        return slug, key

    def hook(self, made):
        return f"{self.url}/hooks/{made['token']}"

    def connect(self, client, fake, auth, work):
        if not self.binary:
            return Connected(fake, "direct", {"AUTH": auth + "/api/v2/oauth"}, tls=Tls(work, fake) if client.tls else None)
        slug, key = self.business(client.name)
        outside = Tls(work, fake) if client.own_ca else None
        upstream = outside.__enter__() if outside else fake
        made = self.command("connection", "add", "--kind", client.kind, "--business", slug, "--upstream", upstream, "--mode", client.mode)
        if outside:
            self.command("connection", "set", made["id"], "--business", slug, "--ca", work / "tls/ca.pem")
        base, more = made["url"], {}
        if client.kind == "gigachat":  # Tokens come from a host of their own: a connection of their own.
            door = self.command("connection", "add", "--kind", "gigachat", "--business", slug, "--upstream", auth)
            more = {"AUTH": door["url"] + "/api/v2/oauth"}
        return Connected(base, "letopis", more, made["id"], slug, key, self.url, Tls(work, base) if client.tls else None, upstream.split("//")[1], outside)

    def after(self, table):
        """What must hold at the end: no secret of any client in the log or in the journal's file."""
        import secrets_kept

        secrets_kept.check(self, table)
        verified = subprocess.run([self.binary, "verify", "--deep", "--data", self.data / "data"], capture_output=True, text=True, timeout=60)
        table.note("verify --deep", "failed" if verified.returncode else "passed", reason=(verified.stdout + verified.stderr)[-400:])


def get(connected, path):
    request = urllib.request.Request(connected.url + path, headers={"Authorization": f"Bearer {connected.read_key}"})
    return json.load(urllib.request.urlopen(request, timeout=10))


def ask(url, method="GET"):
    return json.load(urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10))

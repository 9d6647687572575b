"""The pages of docs/connect/ as a new user would try them: every sh, python and js block is run as it stands, on a letopis of its own.

Only what a reader must put in himself is put in: addresses of the systems outside become those of the fakes, keys become the fakes' keys.
"""
import os
import re
import subprocess
import sys
from importlib.util import find_spec

import journal
from expected import Some, given, holds
from server import HERE, Connected, Server

PAGES = HERE.parent.parent / "docs" / "connect"
WANTED = {
    "curl": Some([{"type": "llm_call", "session_id": "order-17", "event.tokens_in": 57}, {"type": "lead_created", "event.crm_id": "LEAD_4521"}, {"type": "operator_reply", "session_id": "order-18"},
                  {"type": "message_in", "session_id": "order-19", "event.text": "Сколько стоит стрижка?"}]),
    "python": Some([{"type": "llm_call", "event.model": holds("gpt")}, {"type": "llm_call", "event.model": holds("claude")}, {"type": "message_out", "event.client.channel_id": "4211"}]),
    "javascript": Some([{"type": "llm_call", "event.tokens_in": 57}, {"type": "message_out", "event.client.channel_id": "4231"}]),
    "n8n": Some([{"type": "message_in", "event.text": holds('"завтра"'), "event_id": "n8n-900001"}]),
    "make": Some([{"type": "message_in", "event_id": "make-900001"}, {"type": "llm_call", "session_id": "4251"}]),
    "site": Some([{"type": "message_in", "event.text": "Есть время завтра?", "channel": "site"}]),
    "bitrix24": Some([{"type": "lead_created", "event.crm_id": given}, {"type": "lead_created", "event.crm_id": given}]),
}


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", (PAGES / f"{page}.md").read_text(), re.DOTALL | re.MULTILINE)


def run(page, work, fakes, server):
    """Runs a page; why it failed, or None."""
    put_in = {"https://api.openai.com": fakes.urls["openai"], "https://api.anthropic.com": fakes.urls["anthropic"], "https://api.telegram.org": fakes.urls["telegram"],
              "https://b24-xxxx.bitrix24.ru": fakes.urls["bitrix24"], "https://bot.example/chat": "http://127.0.0.1:9/chat", "LETOPIS=http://127.0.0.1:8080": f"LETOPIS={server.url}", "KEY=ltp_ingest_…": f"KEY={server.ingest_key}"}

    def filled(text):
        for old, new in put_in.items():
            text = text.replace(old, new)
        return text

    folder = work / "recipes"
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin/letopis").unlink(missing_ok=True)
    (folder / "bin/letopis").symlink_to(server.binary)
    env = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "LETOPIS_DATA": str(server.data / "data"), "OPENAI_API_KEY": "sk-fake-recipe", "ANTHROPIC_API_KEY": "sk-ant-fake",
           "BOT_TOKEN": "123456:FAKE-token_recipe", "B24_SECRET": "fakesecret", "B24_WEBHOOK": f"{fakes.urls['bitrix24']}/rest/1/fakesecret/", "NO_PROXY": "*", "no_proxy": "*"}
    script = "set -euo pipefail\n" + "\n".join(filled(text) for text in blocks(page, "sh")) + f"\nenv -0 >'{folder}/env'\n"
    if wrong := failed(["bash", "-c", script], env):
        return wrong
    env = dict(line.split("=", 1) for line in (folder / "env").read_text().split("\0") if "=" in line)
    if python := blocks(page, "python"):
        (folder / f"{page}.py").write_text("\n".join(python))
        if wrong := failed([sys.executable, folder / f"{page}.py"], env):
            return wrong
    if js := blocks(page, "js"):
        (work / "calls" / f"recipe_{page}.mjs").write_text("\n".join(js))
        if wrong := failed(["node", work / "calls" / f"recipe_{page}.mjs"], env):
            return wrong
    return None


def failed(words, env):
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    return (done.stderr + done.stdout).strip()[-500:] if done.returncode else None


NEEDS = {"python": ("openai", "anthropic", "aiogram"), "bitrix24": ("fast_bitrix24",)}


def missing(page, work):
    if blocks(page, "js") and not all((work / "node_modules" / package).exists() for package in ("openai", "grammy")):
        return "the JavaScript SDKs are not installed"
    lacking = [package for package in NEEDS.get(page, ()) if not find_spec(package)]
    return f"{', '.join(lacking)} not installed" if lacking else None


def check(work, fakes, binary, table):
    for page, wanted in WANTED.items():
        if reason := missing(page, work):
            table.note("docs/connect", "skipped", f"{page}.md", reason)
            continue
        with Server(work, binary, f"letopis-{page}") as server:
            try:
                key = server.command("key", "create", "--role", "read")["key"]
                wrong = run(page, work, fakes, server) or journal.wrong_of(wanted, journal.events(Connected(None, "letopis", {}, read_key=key, url=server.url), sources=("proxy", "hook", "channel", "api")))
            except Exception as error:
                wrong = f"{type(error).__name__}: {error}"
            table.note("docs/connect", "failed" if wrong else "passed", f"{page}.md", wrong or "")

"""Real SDKs against the Bitrix24 simulator, over https with a CA of the run's own: `check.py WORK SIMULATOR`.

WORK holds venv, node_modules and calls (run.sh prepares it). The simulator must be so much of a portal that SDKs nobody here wrote cannot tell.
"""
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = [("b24pysdk", "with_b24pysdk.py", "b24pysdk"), ("fast-bitrix24", "with_fast_bitrix24.py", "fast_bitrix24"), ("b24jssdk", "with_b24jssdk.mjs", "@bitrix24/b24jssdk")]


def missing(work, script, module):
    there = (work / "node_modules" / module).exists() if script.endswith(".mjs") else find_spec(module)
    return None if there else f"{module} is not installed"


def run(work, base, script):
    ca = str(work / "tls/ca.pem")
    env = {**os.environ, "BASE": base, "REQUESTS_CA_BUNDLE": ca, "SSL_CERT_FILE": ca, "NODE_EXTRA_CA_CERTS": ca, "NO_PROXY": "*", "no_proxy": "*"}
    words = ["node", work / "calls" / script] if script.endswith(".mjs") else [sys.executable, HERE / script]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=120)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"case"')]
    if done.returncode or not lines:
        lines.append({"case": script, "wrong": (done.stderr or done.stdout)[-600:]})
    return lines


def portal(work, simulator):
    """A portal of its own for each SDK, with the limits of an ordinary plan; its first line says where it is."""
    words = [simulator, "--listen", "127.0.0.1:0", "--cert", work / "tls/cert.pem", "--key", work / "tls/key.pem", "--json"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def main():
    work, simulator = Path(sys.argv[1]).resolve(), sys.argv[2]
    subprocess.run([sys.executable, HERE.parent / "tls.py", "--make", work / "tls"], check=True)
    passed = failed = skipped = 0
    for name, script, module in SCRIPTS:
        if reason := missing(work, script, module):
            print(f"SKIP    {name}: {reason}")
            skipped += 1
            continue
        process = portal(work, simulator)
        try:
            base = json.loads(process.stdout.readline())["url"]
            lines = run(work, base, script)
        finally:
            process.terminate()
            process.wait(15)
        for line in lines:
            passed, failed = passed + (not line["wrong"]), failed + bool(line["wrong"])
            if line["wrong"]:
                print(f"FAILED  {name}: {line['case']}: {line['wrong']}")
    print(f"Bitrix24 simulator: {passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


main()

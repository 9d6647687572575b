"""TensorZero's HTTP gateway out of its wheel: the server that `patch_openai_client` starts. Prints its address, runs until it is killed."""

import signal
import sys

import tensorzero

config, database = sys.argv[1], (sys.argv[2:] or [None])[0]
gateway = tensorzero._start_http_gateway(
    config_file=config, clickhouse_url=None, postgres_url=database, valkey_url=None, async_setup=False
)
print(gateway.base_url, flush=True)
signal.pause()

"""Starts every fake on a port of its own and writes their addresses, `{"openai":"http://127.0.0.1:…",…}`, to the file named."""
import asyncio
import json
import os
import sys

from . import anthropic, bitrix24, gigachat, max, openai, telegram, vk, whatsapp
from .wire import Fake

FAKES = {"openai": openai.respond, "anthropic": anthropic.respond, "gigachat": gigachat.respond, "gigachat-auth": gigachat.respond_auth, "telegram": telegram.respond,
         "max": max.respond, "max-for-bots": max.respond, "whatsapp": whatsapp.respond, "vk": vk.respond, "bitrix24": bitrix24.respond}


async def main(path):
    # A messenger gives no message the number of another; cards may begin anew with each case.
    fakes = [Fake(name, respond, forgets=name == "bitrix24") for name, respond in FAKES.items()]
    servers = [await fake.start() for fake in fakes]
    with open(path + ".new", "w") as file:
        json.dump({fake.name: f"http://127.0.0.1:{fake.port}" for fake in fakes}, file)
    os.rename(path + ".new", path)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main(sys.argv[1]))

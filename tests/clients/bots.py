"""Bots behind hooks: real frameworks that check a delivery's secret or signature themselves and answer, and a plain one. `bots.py ADDRESS_FILE`

What arrives is kept as bytes and readable at GET /__seen; POST /__reset forgets it.
"""
import asyncio
import base64
import json
import os
import sys

from aiogram import Bot, Dispatcher
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from maxapi import Bot as MaxBot
from maxapi import Dispatcher as MaxDispatcher
from maxapi.webhook.aiohttp import AiohttpMaxWebhook
from pywa import WhatsApp
from vkbottle.bot import Bot as VkBot

SEEN, HANDLED = [], []


@web.middleware
async def keep(request, handler):
    if request.path.startswith("/__"):
        return await handler(request)
    body = await request.read()
    SEEN.append({"mark": request.path, "method": request.method, "target": request.raw_path, "headers": [[name.decode(), value.decode("latin-1")] for name, value in request.raw_headers],
                 "framing": "", "body": base64.b64encode(body).decode()})
    return await handler(request)


def telegram(app):
    """aiogram, which answers a delivery with a call of a method, or with a call that it makes itself."""
    dispatcher, bot = Dispatcher(), Bot("123456:FAKE-token_hook")

    @dispatcher.message()
    @dispatcher.business_message()
    async def said(message: Message):
        HANDLED.append(["telegram", message.text])
        if message.text != "молчи":
            return SendMessage(chat_id=message.chat.id, text="Записал на 15:00", business_connection_id=message.business_connection_id)

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery):
        HANDLED.append(["telegram", query.data])
        return query.answer("Готово")

    SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token="hook-secret-tg").register(app, path="/telegram")


def whatsapp(app):
    """pywa, given the raw body and the signature as any framework would."""
    client = WhatsApp(phone_id="106540352242922", token="EAAFAKEtoken", server=None, app_secret="hook-secret-wa", verify_token="hook-secret-verify")

    @client.on_message
    def said(_, message):
        HANDLED.append(["whatsapp", message.text])

    async def delivered(request):
        body = await request.read()
        if wrong := client.webhook_update_validator(body, request.headers.get("X-Hub-Signature-256")):
            return web.Response(text=wrong[0], status=wrong[1])
        text, status = client.webhook_update_handler(body)
        return web.Response(text=text, status=status)

    async def greeted(request):
        text, status = client.webhook_challenge_handler(request.query.get("hub.verify_token"), request.query.get("hub.challenge"))
        return web.Response(text=text, status=status)

    app.router.add_post("/whatsapp", delivered)
    app.router.add_get("/whatsapp", greeted)


def max_messenger(app):
    dispatcher, bot = MaxDispatcher(), MaxBot("max-fake-token")

    @dispatcher.message_created()
    async def said(event):
        HANDLED.append(["max", event.message.body.text])

    bot.set_api_url(os.environ["MAX"])
    webhook = AiohttpMaxWebhook(dp=dispatcher, bot=bot, secret="hook-secret-max")
    webhook.setup(app, path="/max")


def vk(app):
    bot = VkBot("vk1.fake")

    @bot.on.message()
    async def said(message):
        HANDLED.append(["vk", message.text])

    async def delivered(request):
        event = await request.json()
        if event["type"] == "confirmation":
            return web.Response(text="c0nfirm")
        if event.get("secret") != "hook-secret-vk":
            return web.Response(text="no", status=403)
        await bot.process_event(event)
        return web.Response(text="ok")

    app.router.add_post("/vk", delivered)


def plain(app):
    async def delivered(request):
        return web.json_response({"text": "Записал на 15:00"}, headers={"X-Bot": "plain"})

    async def slow(request):
        await asyncio.sleep(60)
        return web.Response(text="late")

    async def broken(request):
        return web.json_response({"error": "bot is broken"}, status=500)

    app.router.add_route("*", "/plain", delivered)
    app.router.add_route("*", "/slow", slow)
    app.router.add_route("*", "/broken", broken)


async def seen(_):
    return web.json_response({"seen": SEEN, "handled": HANDLED})


async def reset(_):
    SEEN.clear()
    HANDLED.clear()
    return web.json_response({})


async def main(file):
    app = web.Application(middlewares=[keep])
    for bot in (telegram, whatsapp, max_messenger, vk, plain):
        bot(app)
    app.router.add_get("/__seen", seen)
    app.router.add_post("/__reset", reset)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    with open(file + ".new", "w") as out:
        json.dump(f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", out)
    os.rename(file + ".new", file)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))

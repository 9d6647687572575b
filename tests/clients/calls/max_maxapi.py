"""maxapi: the bot itself, messages with buttons, an answer to a press, a subscription, an error."""
from maxapi import Bot
from maxapi.types import ButtonsPayload, CallbackButton

from scene import BASE, case, run

bot = Bot("max-fake-token")
bot.set_api_url(BASE)


class Closing:
    async def __aenter__(self):
        return bot

    async def __aexit__(self, *_):
        await bot.close_session()


@case
async def get_me():
    return await bot.get_me()


@case
async def send_message():
    return (await bot.send_message(user_id=5101, text="Записал на 15:00")).message.body


@case
async def send_buttons():
    buttons = ButtonsPayload(buttons=[[CallbackButton(text="Подтвердить", payload="confirm:991")]]).pack()
    return (await bot.send_message(chat_id=9001, text="Подтвердите запись", attachments=[buttons])).message.body


@case
async def send_callback():
    return await bot.send_callback("cb-1", notification="Готово")


@case
async def subscribe():
    return await bot.subscribe_webhook("https://salon.example/max", secret="max-secret-1")


@case
async def stopped():
    return await bot.send_message(user_id=403, text="Здравствуйте!")


run(around=Closing())

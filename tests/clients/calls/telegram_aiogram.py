"""aiogram: forms, buttons, a file in chunked multipart, a business message, errors."""
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from scene import BASE, case, run

bot = Bot("123456:FAKE-token_aiogram", session=AiohttpSession(api=TelegramAPIServer.from_base(BASE)))
BUTTONS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Подтвердить", callback_data="confirm:991")]])


@case
async def get_me():
    return await bot.get_me()


@case
async def set_webhook():
    return await bot.set_webhook("https://salon.example/hook", secret_token="hook-secret-1", allowed_updates=["message", "callback_query"])


@case
async def send_message():
    return await bot.send_message(4211, "Записал на 15:00, отправил напоминание 🙂")


@case
async def send_buttons():
    return await bot.send_message(4211, "Подтвердите запись", reply_markup=BUTTONS)


@case
async def edit_message():
    return await bot.edit_message_text("Запись подтверждена", chat_id=4211, message_id=102)


@case
async def business_message():
    return await bot.send_message(4212, "Здравствуйте!", business_connection_id="biz-fake-1")


@case
async def answer_callback():
    return await bot.answer_callback_query("cbq-1", text="Готово")


@case
async def send_document():
    return await bot.send_document(4211, BufferedInputFile("Стрижка 1500".encode(), "price.txt"), caption="Прайс")


@case
async def blocked():
    return await bot.send_message(403, "Здравствуйте!")


@case
async def flood():
    return await bot.send_message(429, "Здравствуйте!")


run(around=bot)

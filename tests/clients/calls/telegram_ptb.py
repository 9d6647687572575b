"""python-telegram-bot: getMe first, messages, buttons, a file, an error."""
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from scene import BASE, case, run

bot = Bot("123456:FAKE-token_ptb", base_url=BASE + "/bot", base_file_url=BASE + "/file/bot")


@case
async def get_me():
    return await bot.get_me()


@case
async def send_message():
    return await bot.send_message(4221, "Ждём вас завтра в 15:00", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Отменить", callback_data="cancel:991")]]))


@case
async def set_webhook():
    return await bot.set_webhook("https://salon.example/hook", secret_token="hook-secret-2", max_connections=10)


@case
async def answer_callback():
    return await bot.answer_callback_query("cbq-2", text="Отменено", show_alert=True)


@case
async def send_document():
    return await bot.send_document(4221, b"price", filename="price.txt")


@case
async def blocked():
    return await bot.send_message(403, "Здравствуйте!")


run(around=bot)

"""pywa: text, buttons, a template-free reply, mark as read, a client known only by BSUID, an error."""
import httpx
from pywa import WhatsApp
from pywa.types import Button

from scene import BASE, case, run

session = httpx.Client()
client = WhatsApp(phone_id="106540352242922", token="EAAFAKEtoken", session=session)
session.base_url = BASE + "/v26.0"


@case
def send_text():
    return str(client.send_message(to="79211234567", text="Записал на 15:00", tracker="evt-1"))


@case
def send_buttons():
    return str(client.send_message(to="79211234567", text="Подтвердите запись", buttons=[Button(title="Подтвердить", callback_data="confirm:991")]))


@case
def reply():
    return str(client.send_message(to="79211234567", text="Да, есть", reply_to_message_id="wamid.IN0001"))


@case
def mark_read():
    return str(client.mark_message_as_read(message_id="wamid.IN0001"))


@case
def outside_window():
    return str(client.send_message(to="79000000403", text="Здравствуйте!"))


run()

"""vkbottle: a message with its random_id, the same again, an answer to a press, users, an error."""
import vkbottle
from vkbottle import API

from scene import BASE, case, run

API.API_URL = BASE + "/method/"
api = API("vk1.fake")


class Closing:
    async def __aenter__(self):
        return api

    async def __aexit__(self, *_):
        await api.http_client.close()


@case
async def send_message():
    return await api.messages.send(peer_id=6101, message="Записал на 15:00", random_id=77001)


@case
async def send_again():
    return [await api.messages.send(peer_id=6101, message="Ждём вас", random_id=77002), await api.messages.send(peer_id=6101, message="Ждём вас", random_id=77002)]


@case
async def event_answer():
    return await api.messages.send_message_event_answer(event_id="ev-1", user_id=6101, peer_id=6101, event_data='{"type":"show_snackbar","text":"Готово"}')


@case
async def users():
    return await api.users.get(user_ids=[6101])


@case
async def forbidden():
    return await api.messages.send(peer_id=901, message="Здравствуйте!", random_id=77003)


run(around=Closing())

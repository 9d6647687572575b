"""gigachat (Python): a token from the OAuth address, chat as JSON and as a stream, functions, models, an error."""
import os

from gigachat import GigaChat
from gigachat.models import Chat, Function, FunctionParameters, Messages, MessagesRole

from scene import BASE, case, run

client = GigaChat(base_url=BASE + "/v1", auth_url=os.environ["AUTH"], credentials="ZmFrZTpmYWtl", scope="GIGACHAT_API_PERS", model="GigaChat-2", verify_ssl_certs=False)
QUESTION = [Messages(role=MessagesRole.SYSTEM, content="Ты администратор салона."), Messages(role=MessagesRole.USER, content="Запишите меня на 15:00")]
FUNCTIONS = [Function(name="create_lead", description="Создать лид", parameters=FunctionParameters(type="object", properties={}))]


@case
def chat():
    return client.chat(Chat(messages=QUESTION))


@case
def stream():
    return list(client.stream(Chat(messages=QUESTION)))


@case
def functions():
    return client.chat(Chat(messages=QUESTION, functions=FUNCTIONS, function_call="auto"))


@case
def functions_stream():
    return list(client.stream(Chat(messages=QUESTION, functions=FUNCTIONS, function_call="auto")))


@case
def models():
    return client.get_models()


@case
def error_429():
    return client.chat(Chat(messages=QUESTION, model="err-429"))


run()

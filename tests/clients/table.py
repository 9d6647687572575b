"""Which scripts there are: the SDK, the fake that answers it, the kind of connection it goes through."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    name: str  # the package, as the table of results names it
    script: str  # in calls/
    fake: str
    kind: str
    tls: bool = False  # knows only https
    module: str = ""  # what must be importable
    mode: str = "confirm"
    cases: tuple = ()  # only these
    own_ca: bool = False  # the system outside has a certificate of a CA that only the connection knows


CLIENTS = [
    Client("raw sockets", "raw.py", "openai", "http"),
    Client("openai (Python)", "openai_py.py", "openai", "openai", module="openai"),
    Client("openai, observe", "openai_py.py", "openai", "openai", module="openai", mode="observe", cases=("chat", "chat_stream", "chain", "gzip_stream", "cut_stream", "leaves_midway")),
    Client("openai, strict", "openai_py.py", "openai", "openai", module="openai", mode="strict", cases=("chat", "chat_stream", "chain", "error_401", "cut_stream", "leaves_midway")),
    Client("openai (JS)", "openai_js.mjs", "openai", "openai", module="openai"),
    Client("anthropic", "anthropic_py.py", "anthropic", "anthropic", module="anthropic"),
    Client("gigachat", "gigachat_py.py", "gigachat", "gigachat", module="gigachat"),
    Client("aiogram", "telegram_aiogram.py", "telegram", "telegram", module="aiogram"),
    Client("python-telegram-bot", "telegram_ptb.py", "telegram", "telegram", module="telegram"),
    Client("grammY", "telegram_grammy.mjs", "telegram", "telegram", module="grammy"),
    Client("grammY, own CA", "telegram_grammy.mjs", "telegram", "telegram", module="grammy", own_ca=True, cases=("get_me", "send_message", "send_document")),
    Client("maxapi", "max_maxapi.py", "max", "max", module="maxapi"),
    Client("pywa", "whatsapp_pywa.py", "whatsapp", "whatsapp", module="pywa"),
    Client("vkbottle", "vk_vkbottle.py", "vk", "vk", module="vkbottle"),
    Client("b24pysdk", "bitrix_b24pysdk.py", "bitrix24", "bitrix24", tls=True, module="b24pysdk"),
    Client("b24jssdk", "bitrix_b24jssdk.mjs", "bitrix24", "bitrix24", tls=True, module="@bitrix24/b24jssdk"),
    Client("fast-bitrix24", "bitrix_fast.py", "bitrix24", "bitrix24", module="fast_bitrix24"),
]

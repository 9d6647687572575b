"""Deliveries of messengers to our hooks, with real bots behind them: what the bot got, what the platform got back, what the journal says.

A delivery is made once to the bot directly and once through letopis; both answers and both requests at the bot must be the same. What must not
reach the bot (a wrong secret) and what must not be recorded twice (a repeated delivery) has cases of its own.
"""
import hashlib
import hmac
import http.client
import json
import subprocess
import sys
import time
from importlib.util import find_spec
from urllib.parse import urlsplit

import compare
import journal
from expected import Some, given, holds
from server import HERE, Connected, ask, stop, wait_for

TEXT = "Здравствуйте! Можно записаться на 15:00?"
REPLY = "Записал на 15:00"


class Bots:
    def __init__(self, work, fakes):
        self.file, self.fakes = work / "bots.json", fakes

    def __enter__(self):
        self.file.unlink(missing_ok=True)
        self.process = subprocess.Popen([sys.executable, HERE / "bots.py", self.file], env={"PATH": "/usr/bin:/bin", "MAX": self.fakes.urls["max-for-bots"], "PYTHONDONTWRITEBYTECODE": "1"},
                                        stderr=open(self.file.with_suffix(".log"), "w"))
        self.url = json.loads(wait_for(self.file, self.process, 150))
        return self

    def __exit__(self, *_):
        stop(self.process)


# --- deliveries, after the platforms' documentation ---------------------------------------------------------------------------------


def packed(thing):
    return json.dumps(thing, ensure_ascii=False).encode()


def telegram(number, user, secret="hook-secret-tg", **update):
    person = {"id": user, "is_bot": False, "first_name": "Иван", "username": "ivan_fake", "language_code": "ru"}
    chat = {"id": user, "first_name": "Иван", "username": "ivan_fake", "type": "private"}
    for part in update.values():
        part.setdefault("from", person)
        if "chat_instance" not in part:
            part |= {"message_id": number, "date": int(time.time()), "chat": chat} | part
    return "POST", "", {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret, "User-Agent": ""}, packed({"update_id": 900000 + number, **update})


def signed(body, secret="hook-secret-wa"):
    return {"Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), "User-Agent": "facebookexternalua"}


def whatsapp(value, secret="hook-secret-wa"):
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "79000000001", "phone_number_id": "106540352242922"}, **value}
    body = packed({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]}]})
    return "POST", "", signed(body, secret), body


def wa_message(number, phone, bsuid, **more):
    contact = {"profile": {"name": "Иван", "username": "ivan_fake"}, "user_id": bsuid} | ({"wa_id": phone} if phone else {})
    message = {"id": f"wamid.IN{number:04}", "from_user_id": bsuid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": TEXT}, **more} | ({"from": phone} if phone else {})
    return whatsapp({"contacts": [contact], "messages": [message]})


def instagram(number, **message):
    body = packed({"object": "instagram", "entry": [{"id": "17841400000000000", "time": int(time.time() * 1000), "messaging": [
        {"sender": {"id": "5301"}, "recipient": {"id": "17841400000000000"}, "timestamp": int(time.time() * 1000), "message": {"mid": f"ig.mid.{number}", "text": TEXT, **message}}]}]})
    return "POST", "", signed(body, "hook-secret-ig"), body


def max_messenger(number, secret="hook-secret-max"):
    now = int(time.time() * 1000)
    sender = {"user_id": 5151, "first_name": "Иван", "last_name": "", "name": "Иван", "is_bot": False, "last_activity_time": now}
    message = {"sender": sender, "recipient": {"chat_id": 9001, "chat_type": "dialog", "user_id": 700}, "timestamp": now, "body": {"mid": f"mid.in{number}", "seq": number, "text": TEXT}}
    return "POST", "", {"Content-Type": "application/json", "X-Max-Bot-Api-Secret": secret}, packed({"update_type": "message_created", "timestamp": now, "user_locale": "ru", "message": message})


def vk(number, secret="hook-secret-vk"):
    message = {"date": int(time.time()), "from_id": 6151, "id": number, "out": 0, "version": 10000, "attachments": [], "conversation_message_id": number, "fwd_messages": [], "important": False,
               "is_hidden": False, "peer_id": 6151, "random_id": 0, "text": TEXT}
    info = {"button_actions": ["text", "callback"], "keyboard": True, "inline_keyboard": True, "carousel": True, "lang_id": 0}
    return "POST", "", {"Content-Type": "application/json"}, packed({"type": "message_new", "group_id": 77, "event_id": f"vk{number:038}", "v": "5.199", "secret": secret, "object": {"message": message, "client_info": info}})


def avito(number):
    value = {"id": f"av-{number}", "chat_id": "u2i-fake-1", "user_id": 94235311, "author_id": 5401, "created": int(time.time()), "type": "text", "chat_type": "u2i", "content": {"text": TEXT}, "item_id": 1768287444, "published_at": "2025-01-01T09:00:00Z"}
    return "POST", "", {"Content-Type": "application/json", "X-Avito-Messenger-Signature": "0" * 64}, packed({"id": f"n-{number}", "version": "v3.0.0", "timestamp": int(time.time()), "payload": {"type": "message", "value": value}})


def yclients(number, **record):
    data = {"id": number, "date": "2025-01-02 15:00:00", "datetime": "2025-01-02T15:00:00+03:00", "attendance": 0, "visit_attendance": 0, "confirmed": 0, "deleted": False, "online": True,
            "services": [{"id": 1, "title": "Стрижка", "cost": 1500}], "staff": {"id": 7, "name": "Ольга"}, "client": {"id": 5501, "name": "Иван", "phone": "+79211234567"}, **record}
    status = "delete" if data["deleted"] else "create" if not record else "update"
    return "POST", "", {"Content-Type": "application/json"}, packed({"company_id": 4564, "resource": "record", "resource_id": number, "status": status, "data": data})


def generic(number):
    return "POST", "", {"Content-Type": "application/json"}, packed({"event": {"id": f"g-{number}", "when": "2025-01-01T12:00:00+03:00"}, "from": {"phone": "+79211234567", "name": "Иван"}, "message": {"text": TEXT}})


# --- what is expected -----------------------------------------------------------------------------------------------------------


def came(channel, channel_id, **more):
    return {"type": "message_in", "channel": channel, "event.text": TEXT, "event.client.channel_id": channel_id, **more}


GENERIC = ["text=$.message.text", "client.phone=$.from.phone", "client.name=$.from.name", "event_id=$.event.id", "timestamp=$.event.when", "channel==site"]
# name: kind, bot, secrets, more words for `connection add`, deliveries by case
HOOKS = {
    "aiogram webhook": ("telegram", "/telegram", {"sender": "hook-secret-tg"}, [], {
        "message": ([telegram(1, 5211, message={"text": TEXT})], [came("telegram", "5211"), {"type": "message_out", "event.bot_response": REPLY, "event.client.channel_id": "5211"}]),
        "silent_bot": ([telegram(2, 5212, message={"text": "молчи"})], [{"type": "message_in", "event.text": "молчи"}]),
        "business_message": ([telegram(3, 5213, business_message={"business_connection_id": "biz-fake-2", "text": TEXT})], Some([came("telegram", "5213"), {"type": "message_out", "event.bot_response": REPLY}])),
        "button": ([telegram(4, 5214, callback_query={"id": "cb-4", "chat_instance": "1", "data": "confirm:991"})], Some([{"event.client.channel_id": "5214"}])),
        "contact": ([telegram(5, 5215, message={"contact": {"phone_number": "79211234567", "first_name": "Иван", "user_id": 5215}})], Some([{"event.client.channel_id": "5215", "event.client.phone": holds("79211234567")}])),
        "repeated": ([telegram(6, 5216, message={"text": TEXT})] * 2, Some([came("telegram", "5216")])),
    }),
    "pywa webhook": ("whatsapp", "/whatsapp", {"sender": "hook-secret-wa", "verify": "hook-secret-verify"}, [], {
        "greeting": ([("GET", "?hub.mode=subscribe&hub.verify_token=hook-secret-verify&hub.challenge=1158201444", {}, b"")], []),
        "message": ([wa_message(1, "79211234567", "RU.1502000001")], [came("whatsapp", given, **{"event.client.phone": holds("79211234567")})]),
        "username_only": ([wa_message(2, "", "RU.1502000002")], [came("whatsapp", holds("RU.1502000002"), **{"event.client.phone": None})]),
        "button": ([wa_message(3, "79211234568", "RU.1502000003", type="interactive", interactive={"type": "button_reply", "button_reply": {"id": "confirm:991", "title": "Подтвердить"}})], Some([{"type": "message_in", "event.text": holds("Подтвердить")}])),
        "status": ([whatsapp({"statuses": [{"id": "wamid.FAKE0001", "status": "delivered", "timestamp": "1735722060", "recipient_id": "79211234567", "recipient_user_id": "RU.1502000001"}]})],
                   Some([{"event.delivery.status": "delivered", "event.delivery.message_id": "wamid.FAKE0001"}])),
    }),
    "Instagram payloads": ("instagram", "/plain", {"sender": "hook-secret-ig"}, [], {
        "message": ([instagram(1)], [came("instagram", "5301")]),
        "echo": ([instagram(2, is_echo=True)], Some([{"event.meta.echo": True}])),
    }),
    "maxapi webhook": ("max", "/max", {"sender": "hook-secret-max"}, [], {"message": ([max_messenger(1)], [came("max", "5151")]), "repeated": ([max_messenger(2)] * 2, [came("max", "5151")])}),
    "vkbottle callback": ("vk", "/vk", {"sender": "hook-secret-vk"}, [], {
        "confirmation": ([("POST", "", {"Content-Type": "application/json"}, b'{"type":"confirmation","group_id":77}')], None),
        "message": ([vk(11)], [came("vk", "6151")]),
    }),
    # An answer on Avito goes to the chat, so the chat is whom a conversation is with.
    "Avito payloads": ("avito", "/plain", {}, [], {"message": ([avito(1)], [came("avito", "u2i-fake-1")])}),
    "YCLIENTS payloads": ("yclients", "/plain", {}, [], {
        "booked": ([yclients(771)], Some([{"type": "booking_created", "event.booking.service": "Стрижка", "event.client.phone": holds("79211234567")}])),
        "no_show": ([yclients(771, attendance=-1, visit_attendance=-1)], Some([{"type": "visit_no_show"}])),
        "cancelled": ([yclients(772, deleted=True)], Some([{"type": "booking_cancelled"}])),
    }),
    "generic JSON hook": ("hook", "/plain", {}, [word for field in GENERIC for word in ("--field", field)], {"message": ([generic(1)], Some([{"type": "message_in", "event.text": TEXT, "event.client.phone": holds("79211234567")}]))}),
    "a bot that fails": ("telegram", "/broken", {}, [], {"message": ([telegram(31, 5231, message={"text": TEXT})], Some([came("telegram", "5231")]))}),
}


def deliver(url, method, query, headers, body):
    parts = urlsplit(url)
    wire = http.client.HTTPConnection(parts.netloc, timeout=40)
    wire.request(method, parts.path + query, body or None, {**headers, "Connection": "close"})
    answer = wire.getresponse()
    return answer.status, sorted((name.lower(), value) for name, value in answer.getheaders() if name.lower() not in compare.HOP | {"date"}), answer.read()


def without_boundary(answer):
    status, headers, body = answer
    for name, value in headers:
        if name == "content-type" and "boundary=" in value:
            boundary = value.split("boundary=")[1].strip('"')
            return status, [(one, two.replace(boundary, "BOUNDARY")) for one, two in headers], body.replace(boundary.encode(), b"BOUNDARY")
    return status, headers, body


def named(request):
    """A delivery that names no program is forwarded under our name."""
    headers = [pair for pair in request["headers"] if not (pair[0].lower() == "user-agent" and pair[1].startswith("letopis/"))]
    return request | {"headers": headers}


def check(name, bots, server, table):
    kind, path, secrets, more, cases = HOOKS[name]
    slug, key = server.business(name)
    words = [word for pair in secrets.items() for word in ("--secret", "=".join(pair))]
    made = server.command("connection", "add", "--kind", kind, "--business", slug, "--forward", bots.url + path, *words, *more)
    url, at, seen = server.hook(made), {}, {}
    wrong = {}
    for case, (deliveries, _) in cases.items():
        ask(bots.url + "/__reset", "POST")
        direct = [without_boundary(deliver(bots.url + path, *delivery)) for delivery in deliveries]
        there = ask(bots.url + "/__seen")["seen"]
        ask(bots.url + "/__reset", "POST")
        at[case] = time.time()
        through = [without_boundary(deliver(url, *delivery)) for delivery in deliveries]
        time.sleep(0.15)
        seen[case] = [named(request) for request in ask(bots.url + "/__seen")["seen"]]
        greeting = case in ("greeting", "confirmation")
        if direct != through and not (greeting and direct[0][0] == through[0][0] and direct[0][2] == through[0][2]):
            wrong[case] = f"the platform got {compare.shown(through)}, from the bot itself {compare.shown(direct)}"
        elif not greeting and (why := compare.requests_differ([request | {"target": path} for request in there], seen[case], compare.host_of(bots.url), ours_pass=True)):
            wrong[case] = "at the bot: " + why
    connected = Connected(None, "letopis", {}, made["id"], slug, key, server.url)
    events = journal.by_case(connected, at)
    for case, (_, wanted) in cases.items():
        why = wrong.get(case) or (wanted is not None and journal.wrong_of(wanted, events[case])) or None
        if not why and case == "repeated" and len([event for event in events[case] if event["type"] == "message_in"]) != 1:
            why = f"a repeated delivery became {journal.types(events[case])}"
        table.note(name, "failed" if why else "passed", case, why or "")


def strangers(bots, server, table):
    """Deliveries with another's secret reach neither the bot nor the journal."""
    for kind, path, secret, delivery in (("telegram", "/telegram", "hook-secret-tg", telegram(51, 5251, "hook-secret-no", message={"text": TEXT})),
                                         ("whatsapp", "/whatsapp", "hook-secret-wa", whatsapp({"statuses": []}, "hook-secret-no")),
                                         ("max", "/max", "hook-secret-max", max_messenger(51, "hook-secret-no")), ("vk", "/vk", "hook-secret-vk", vk(51, "hook-secret-no"))):
        slug, key = server.business(f"strangers {kind}")
        made = server.command("connection", "add", "--kind", kind, "--business", slug, "--forward", bots.url + path, "--secret", f"sender={secret}")
        ask(bots.url + "/__reset", "POST")
        status, _, _ = deliver(server.hook(made), *delivery)
        reached = len(ask(bots.url + "/__seen")["seen"])
        recorded = journal.events(Connected(None, "letopis", {}, made["id"], slug, key, server.url), patience=1.5)
        recorded = [event for event in recorded if event["type"] == "message_in"]
        good = status in (401, 403) and reached == 0 and not recorded
        table.note("strangers", "passed" if good else "failed", kind, f"status {status}, {reached} requests at the bot, {len(recorded)} events")


def slow_bot(bots, server, table):
    """The platform is not kept waiting for a bot that does not answer; the delivery is recorded."""
    slug, key = server.business("slow bot")
    made = server.command("connection", "add", "--kind", "avito", "--business", slug, "--forward", bots.url + "/slow")
    began = time.monotonic()
    status, _, _ = deliver(server.hook(made), *avito(61))
    took = time.monotonic() - began
    recorded = journal.events(Connected(None, "letopis", {}, made["id"], slug, key, server.url))
    good = status == 200 and took < 2 and any(event["type"] == "message_in" for event in recorded)
    table.note("slow bot", "passed" if good else "failed", "avito", f"status {status} after {took:.1f} s, events {journal.types(recorded)}")


def run(work, fakes, server, table, names):
    chosen = [name for name in HOOKS if not names or name in names or "hooks" in names]
    if not chosen:
        return
    if missing := [package for package in ("aiogram", "aiohttp", "maxapi", "pywa", "vkbottle") if not find_spec(package)]:
        table.note("hooks", "skipped", reason=f"{', '.join(missing)} not installed")
        return
    with Bots(work, fakes) as bots:
        def guarded(name, part, *arguments):
            try:
                part(*arguments, bots, server, table)
            except Exception as error:
                table.note(name, "failed", reason=f"{type(error).__name__}: {error}")

        for name in chosen:
            guarded(name, check, name)
        if not names or "hooks" in names:
            guarded("strangers", strangers)
            guarded("slow bot", slow_bot)

"""The events that each case must leave in the journal: one dictionary an event, in any order.

Names are those of `GET /api/v1/events` (`event.` is the event itself, dots go deeper); a function is asked, anything else compared.
`Some` allows others beside. A case that is not here says nothing about the journal.
"""


class Some(list):
    """At least these."""


def given(value):
    return value not in (None, "", [], {})


def holds(*words):
    def holds_words(value):
        return all(word in str(value) for word in words)

    holds_words.__name__ = f"something with {words}"
    return holds_words


def one_of(*values):
    def is_one_of(value):
        return value in values

    is_one_of.__name__ = f"one of {values}"
    return is_one_of


def of(client, case):
    return TABLES.get(client.script.split(".")[0], {}).get(case)


ANSWER = "Записал на 15:00, отправил напоминание 🙂"
ASKED = "Запишите меня на 15:00 на стрижку"


def said(text, **more):
    return {"type": "message_in", "event.text": text, **more}


def answered(**more):
    return {"type": "message_out", "event.bot_response": ANSWER, **more}


def llm(provider, model, tokens_in, tokens_out, **more):
    provider = one_of(provider, "local")  # A fake is on this machine.
    return {"type": "llm_call", "event.provider": provider, "event.model": model, "event.tokens_in": tokens_in, "event.tokens_out": tokens_out, **more}


def failed(*words, **more):
    return {"type": "llm_call", "event.error.message": holds(*words), "event.meta.llm.answer": None, **more}


# --- OpenAI ---------------------------------------------------------------------------------------------------------

STOP = {"event.meta.llm.finish": "stop", "event.meta.llm.answer": ANSWER}


def openai(tokens=True, **more):
    numbers = (57, 17) if tokens else (None, None)
    return llm("openai", "gpt-4o-mini-2024-07-18", *numbers, **{"event.meta.llm.cached_tokens": 32 if tokens else None, "event.latency_ms": lambda ms: ms >= 0, **more})


def talk(text=ASKED, tokens=True, **more):
    return [said(text, **more), openai(tokens, **STOP, **more), answered(**more)]


CALLS = {"event.meta.llm.tools.0.name": "create_lead", "event.meta.llm.tools.0.arguments": holds("Стрижка", "+79211234567"), "event.meta.llm.finish": "tool_calls"}
NAMED = {"session_id": "sess-openai-1", "event.client.id": "+79211234567", "event.intent": "booking", "event.experiment": "greeting", "event.variant": "b"}

OPENAI_PY = {
    "chat": talk(**{"event.prompt_version": lambda version: version is None or len(version) >= 8}),
    "chat_named": [said(ASKED, **NAMED), openai(**STOP, **NAMED), answered(session_id="sess-openai-1")],
    "chat_metadata": talk(session_id="sess-openai-2", **{"event.client.id": "client-77"}),
    "chat_stream": talk(tokens=False),
    "chat_stream_usage": talk(),
    "chain": [said(ASKED), openai(**CALLS), openai(**STOP), answered()],
    "tools_stream": [said("Проверьте два времени"), openai(**CALLS, **{"event.meta.llm.tools.1.name": "check_slot", "event.meta.llm.tools.1.arguments": '{"time":"14:00"}'})],
    "image": [said(holds("Что на снимке?")), openai(**STOP, **{"event.meta.exchange.request_body": lambda body: "iVBORw0KGgo" not in str(body)}), answered()],
    "chat_async": talk(tokens=False),
    "responses": [said("Запишите меня на 15:00", session_id="sess-openai-3"), llm("openai", "gpt-4o-mini-2024-07-18", 36, 87, session_id="sess-openai-3", **{"event.meta.llm.cached_tokens": 16}), answered()],
    "responses_stream": [said("Запишите меня на 15:00"), llm("openai", "gpt-4o-mini-2024-07-18", 36, 87, **{"event.meta.llm.answer": ANSWER}), answered()],
    "responses_tools": [said("Запишите меня"), llm("openai", "gpt-4o-mini-2024-07-18", 36, 87, **{"event.meta.llm.tools.0.name": "create_lead", "event.meta.llm.tools.0.arguments": holds("Стрижка")})],
    "embeddings": [{"type": one_of("llm_call", "other")}],
    "models": [{"type": one_of("llm_call", "other")}],
    "error_401": [said(ASKED), failed("Incorrect API key", **{"event.error.code": "invalid_api_key"})],
    "error_500_twice": [said(ASKED), failed("The server had an error"), failed("The server had an error", **{"event.meta.exchange.retry_of": given})],
    "retried_429": [said(ASKED), failed("Too many requests"), openai(**STOP, **{"event.meta.exchange.retry_of": given}), answered()],
    "gzip": talk(),
    "gzip_stream": talk(tokens=False),
    "slow": talk(**{"event.channel": given}),
    "gives_up_waiting": Some([{"type": "llm_call", "event.error.message": given, "event.meta.exchange.ended": given}]),
    "cut_stream": Some([{"type": "llm_call", "event.error.message": given, "event.meta.exchange.ended": given, "event.meta.llm.answer": holds("Запи")}]),
    "silent": Some([{"type": "llm_call", "event.error.message": given, "event.meta.exchange.ended": given}]),
    "bad_sse": Some([{"type": "llm_call", "event.meta.llm.answer": lambda answer: answer is None or ANSWER.startswith(answer)}]),  # The SDK gives up at the broken line.
    "leaves_midway": Some([{"type": "llm_call", "event.error.message": given, "event.meta.exchange.ended": given}]),
    "bad_gzip": Some([{"type": "llm_call"}]),
}
PRICE = "Сколько стоит стрижка?"
OPENAI_JS = {
    "chat": talk(PRICE),
    "chat_named": talk(PRICE, session_id="sess-js-1"),
    "chat_stream": talk(PRICE),
    "tools_stream": [said(PRICE), openai(False, **CALLS)],
    "responses": [said(PRICE), llm("openai", "gpt-4o-mini-2024-07-18", 36, 87, **{"event.meta.llm.answer": ANSWER}), answered()],
    "responses_stream": [said(PRICE), llm("openai", "gpt-4o-mini-2024-07-18", 36, 87, **{"event.meta.llm.answer": ANSWER}), answered()],
    "error_401": [said(PRICE), failed("Incorrect API key")],
    "retried_429": [said(PRICE), failed("Too many requests"), openai(**STOP, **{"event.meta.exchange.retry_of": given}), answered()],
    "leaves_midway": Some([{"type": "llm_call", "event.error.message": given, "event.meta.exchange.ended": given}]),
}

# --- Anthropic: tokens_in is all that went in, what was read from and written to the cache included ------------------------------------

WANTED = "Запишите меня на 15:00"


def claude(**more):
    return llm("anthropic", "claude-fake-4", 75, 33, **{"event.meta.llm.cached_tokens": 40, **more})


USES = {"event.meta.llm.tools.0.name": "create_lead", "event.meta.llm.tools.0.arguments": holds("Стрижка", "15:00"), "event.meta.llm.finish": "tool_use"}
ENDS = {"event.meta.llm.finish": "end_turn", "event.meta.llm.answer": ANSWER}
ANTHROPIC = {
    "message": [said(WANTED, **{"event.client.id": "client-78"}), claude(**ENDS), answered()],
    "message_named": [said(WANTED, session_id="sess-anthropic-1"), claude(**ENDS, session_id="sess-anthropic-1"), answered(session_id="sess-anthropic-1")],
    "stream": [said(WANTED), claude(**ENDS), answered()],
    "chain": Some([said(WANTED), claude(**USES), claude(**ENDS), answered()]),
    "tools_stream": Some([said(WANTED), claude(**USES)]),
    "cached": [said(WANTED), claude(**ENDS), answered()],
    "count_tokens": [{"type": one_of("llm_call", "other")}],
    "error_529_twice": [said(WANTED), failed("Overloaded"), failed("Overloaded", **{"event.meta.exchange.retry_of": given})],
    "error_401": [said(WANTED), failed("invalid x-api-key")],
    "gzip_stream": [said(WANTED), claude(**ENDS), answered()],
    "cut_stream": Some([{"type": "llm_call", "event.error.message": given, "event.meta.exchange.ended": given}]),
}

# --- GigaChat ------------------------------------------------------------------------------------------------------------------------


def giga(**more):
    # 28 and 12 that the vendor had cached, which it does not count among them.
    return llm("gigachat", "GigaChat-2:2.0.28.2", 40, 19, **{"event.meta.llm.cached_tokens": 12, **more})


FUNCTION = {"event.meta.llm.tools.0.name": "create_lead", "event.meta.llm.tools.0.arguments": holds("Стрижка"), "event.meta.llm.finish": "function_call"}
GIGACHAT = {
    "chat": Some([said(WANTED), giga(**STOP), answered()]),
    "stream": [said(WANTED), giga(**STOP), answered()],
    "functions": [said(WANTED), giga(**FUNCTION)],
    "functions_stream": [said(WANTED), giga(**FUNCTION)],
    "error_429": [said(WANTED), failed("Too Many Requests")],
}

# --- channels: what goes out through the proxy is a message of the assistant to that client -------------------------------------------


def out(text, channel_id, **more):
    return {"type": "message_out", "event.bot_response": text, "event.client.channel_id": channel_id, **more}


def not_sent(text, channel_id, **more):
    return {"type": "error", "event.client.channel_id": channel_id, "event.error.message": given, "event": holds(text), **more}


SENT = {"event.delivery.status": "sent", "event.delivery.message_id": given, "channel": "telegram"}
AIOGRAM = {
    "send_message": [out("Записал на 15:00, отправил напоминание 🙂", "4211", **SENT)],
    "send_buttons": [out("Подтвердите запись", "4211", **SENT)],
    "business_message": [out("Здравствуйте!", "4212", **SENT)],
    "send_document": [{"type": "message_out", "event.client.channel_id": "4211", **SENT}],
    "blocked": [not_sent("Здравствуйте!", "403")],
    "flood": [not_sent("Здравствуйте!", "429")],
}
PTB = {
    "send_message": [out("Ждём вас завтра в 15:00", "4221", **SENT)],
    "send_document": [{"type": "message_out", "event.client.channel_id": "4221", **SENT}],
    "blocked": [not_sent("Здравствуйте!", "403")],
}
GRAMMY = {
    "send_message": [out("Записал на 15:00", "4231", **SENT)],
    "send_document": [{"type": "message_out", "event.client.channel_id": "4231", **SENT}],
    "blocked": [not_sent("Здравствуйте!", "403")],
}
MAX = {
    "send_message": [out("Записал на 15:00", "5101", channel="max", **{"event.delivery.message_id": given})],
    "send_buttons": [{"type": "message_out", "event.bot_response": "Подтвердите запись", "channel": "max"}],
    "stopped": [not_sent("Здравствуйте!", "403")],
}
WHATSAPP = {
    "send_text": [out("Записал на 15:00", given, channel="whatsapp", **{"event.delivery.message_id": "wamid.FAKE0001"})],
    "send_buttons": [{"type": "message_out", "event.bot_response": holds("Подтвердите запись"), "channel": "whatsapp"}],
    "reply": [out("Да, есть", given, channel="whatsapp")],
    "outside_window": [{"type": "error", "event.error.message": holds("Re-engagement")}],
}
VK = {
    "send_message": [out("Записал на 15:00", "6101", channel="vk", **{"event.delivery.message_id": given})],
    "forbidden": [not_sent("Здравствуйте!", "901")],
}

# --- Bitrix24: every sub-command of a batch is an action with the id of its own result --------------------------------------------------


def made(card, **more):
    return {"type": "lead_created", "event.action": "create_lead", "event.crm_id": card, **more}


def action(**more):
    return {"type": one_of("action", "crm_call"), "event.action": given, **more}


LEAD = lambda card: "4521" in str(card) and "L" in str(card).upper()
DEAL = lambda card: "4521" in str(card) and "D" in str(card).upper()
B24PY = {
    "lead_add": [made(LEAD)],
    "item_add": [{"event.crm_id": DEAL}],
    "lead_list": Some([made(LEAD)]),
    "comment": [action()],
    "batch": Some([made(LEAD), action()]),
    "limited": Some([{"event.error.message": holds("Too many requests")}, made(LEAD)]),
    "not_found": Some([{"event.error.message": holds("Not found")}]),
}
B24JS = {
    "lead_add": [made(LEAD)],
    "item_add": [{"event.crm_id": DEAL}],
    "batch_named": [made(LEAD), action(**{"event.crm_id": LEAD})],
    "batch_ordered": Some([made(LEAD), {"event.crm_id": lambda card: "4522" in str(card) and "C" in str(card).upper()}]),
    "not_found": Some([{"event.error.message": holds("Not found")}]),
}
B24FAST = {
    "lead_add": [made(LEAD)],
    "several": Some([{"event.crm_id": holds("4521")}, {"event.crm_id": holds("4522")}]),
    "all_leads": Some([made(LEAD)]),
    "raw": [{"event.crm_id": DEAL}],
}

TABLES = {
    "openai_py": OPENAI_PY, "openai_js": OPENAI_JS, "anthropic_py": ANTHROPIC, "gigachat_py": GIGACHAT,
    "telegram_aiogram": AIOGRAM, "telegram_ptb": PTB, "telegram_grammy": GRAMMY, "max_maxapi": MAX, "whatsapp_pywa": WHATSAPP, "vk_vkbottle": VK,
    "bitrix_b24pysdk": B24PY, "bitrix_b24jssdk": B24JS, "bitrix_fast": B24FAST,
}

# Cases all of whose events are one conversation, though nobody named it.
ONE_CONVERSATION = {("openai_py", "chain"), ("openai_py", "chat"), ("anthropic_py", "chain"), ("openai_py", "retried_429")}


def broke_off(direct, through):
    """Of an answer that breaks off, the last piece may be lost with the connection."""
    if isinstance(direct, dict):  # Of raw sockets.
        return not through["whole"] and direct["body"].startswith(through["body"].rstrip("=")[:-4]) and through["status"] == direct["status"]
    return len(through) >= 3 and through[-1] == direct[-1] and through[:-1] == direct[: len(through) - 1]


# What the client may see otherwise than directly: a proxy cannot break a connection that it never had.
SEES_OTHERWISE = {("openai_py", "silent"): lambda direct, through: through.get("status_code") == 502,
                  ("openai_py", "cut_stream"): broke_off, ("anthropic_py", "cut_stream"): broke_off, ("raw", "cut_stream"): broke_off}

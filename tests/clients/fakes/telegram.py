"""Telegram Bot API: the methods a salon's bot uses, asked by query, form, JSON or multipart. Chat 403 has blocked the bot, chat 429 is asked too often."""
import json

from .wire import Answer

BOT = {"id": 123456, "is_bot": True, "first_name": "Салон", "username": "salon_fake_bot", "can_join_groups": True, "can_read_all_group_messages": False,
       "supports_inline_queries": False, "can_connect_to_business": True, "has_main_web_app": False}


def respond(path, request, memory):
    _, bot, name = path.split("/", 2)
    if not bot.startswith("bot123456:"):
        return Answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    args, name = request.args(), name.lower()
    if str(args.get("chat_id")) == "403":
        return Answer(403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
    if str(args.get("chat_id")) == "429":
        return Answer(429, {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1", "parameters": {"retry_after": 1}})
    if name == "getme":
        return done(BOT)
    if name in ("setwebhook", "deletewebhook", "answercallbackquery", "sendchataction", "setmycommands"):
        return done(True)
    if name == "getwebhookinfo":
        return done({"url": "https://salon.example/hook", "has_custom_certificate": False, "pending_update_count": 0, "max_connections": 40})
    if name == "getupdates":
        return done([])
    if name.startswith("send") or name == "editmessagetext":
        return done(message(name, args, memory))
    return Answer(404, {"ok": False, "error_code": 404, "description": "Not Found: method not found"})


def done(result):
    return Answer(body={"ok": True, "result": result})


def message(name, args, memory):
    memory["last"] = number = int(args["message_id"]) if "message_id" in args else memory.get("last", 100) + 1
    sent = {"message_id": number, "from": BOT, "chat": {"id": int(args["chat_id"]), "first_name": "Иван", "username": "ivan_fake", "type": "private"}, "date": 1735722000}
    if "business_connection_id" in args:
        sent["business_connection_id"] = args["business_connection_id"]
    if name == "senddocument":
        sent["document"] = {"file_name": "price.txt", "mime_type": "text/plain", "file_id": "BQACFAKE", "file_unique_id": "AgADFAKE", "file_size": 24}
        sent["caption"] = args.get("caption", "")
    else:
        sent["text"] = args["text"]
    if "reply_markup" in args:
        sent["reply_markup"] = json.loads(args["reply_markup"]) if isinstance(args["reply_markup"], str) else args["reply_markup"]
        if "inline_keyboard" not in sent["reply_markup"]:
            del sent["reply_markup"]
    if name == "editmessagetext":
        sent["edit_date"] = 1735722060
    return sent

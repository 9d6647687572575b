"""MAX (platform-api2): token in `Authorization` as it is; after the vendor's published schema. User 403 has stopped the bot."""
from .wire import Answer

BOT = {"user_id": 700, "first_name": "Салон", "username": "salon_fake_bot", "is_bot": True, "last_activity_time": 1735722000000, "name": "Салон"}


def respond(path, request, memory):
    if request.header("authorization") != "max-fake-token":
        return Answer(401, {"code": "verify.token", "message": "Invalid access_token"})
    args = request.args()
    if path == "/me":
        return Answer(body=BOT)
    if path == "/messages" and request.method == "POST":
        if args.get("user_id") == "403":
            return Answer(403, {"code": "chat.denied", "message": "error.dialog.suspended"})
        memory["seq"] = number = memory.get("seq", 0) + 1
        chat, user = int(args.get("chat_id") or 9000), int(args.get("user_id") or 0)
        body = {"mid": f"mid.{number:016x}", "seq": 115000 + number, "text": args["text"], "attachments": args.get("attachments") or []}
        recipient = {"chat_id": chat, "chat_type": "dialog"} | ({"user_id": user} if user else {})
        return Answer(body={"message": {"sender": BOT, "recipient": recipient, "timestamp": 1735722000000 + number, "body": body}})
    if path in ("/messages", "/answers", "/subscriptions") and request.method in ("POST", "PUT", "DELETE"):
        return Answer(body={"success": True})
    if path.startswith("/chats/"):
        return Answer(body={"chat_id": int(path.split("/")[2]), "type": "dialog", "status": "active", "title": None, "icon": None, "last_event_time": 1735722000000,
                            "participants_count": 2, "is_public": False, "link": None, "description": None})
    if path == "/subscriptions":
        return Answer(body={"subscriptions": []})
    return Answer(404, {"code": "not.found", "message": f"Path {path} is not recognized"})

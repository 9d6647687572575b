"""VK API methods of a community's bot, asked by form with the token in the query or the form; after the published method list. Peer 901 has forbidden messages."""
from .wire import Answer


def respond(path, request, memory):
    args = request.args()
    token = args.get("access_token") or request.header("authorization").removeprefix("Bearer ")
    if token != "vk1.fake":
        return error(5, "User authorization failed: invalid access_token (4).", args)
    name = path.removeprefix("/method/")
    if name == "messages.send":
        peer = args.get("peer_id") or args.get("peer_ids") or args.get("user_id")
        if str(peer) == "901":
            return error(901, "Can't send messages for users without permission", args)
        seen = memory.setdefault("sent", {})  # The same random_id is the same message.
        number = seen.setdefault((str(peer), str(args.get("random_id"))), 500 + len(seen))
        if "peer_ids" in args:
            return Answer(body={"response": [{"peer_id": int(one), "message_id": number, "conversation_message_id": number} for one in str(args["peer_ids"]).split(",")]})
        return Answer(body={"response": number})
    if name == "messages.sendMessageEventAnswer":
        return Answer(body={"response": 1})
    if name == "users.get":
        return Answer(body={"response": [{"id": int(str(args.get("user_ids", 1)).split(",")[0]), "first_name": "Иван", "last_name": "Тестов", "can_access_closed": True, "is_closed": False}]})
    if name == "groups.getById":
        return Answer(body={"response": {"groups": [{"id": 77, "name": "Салон", "screen_name": "salon_fake", "is_closed": 0, "type": "group"}], "profiles": []}})
    return error(3, "Unknown method passed", args)


def error(code, message, args):
    shown = [{"key": key, "value": str(value)} for key, value in args.items() if key != "access_token"]
    return Answer(body={"error": {"error_code": code, "error_msg": message, "request_params": shown}})

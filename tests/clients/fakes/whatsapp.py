"""WhatsApp Cloud API (Graph): messages, mark as read, media ids, errors; after the published reference. Recipient 79000000403 is outside the window."""
from .wire import Answer


def respond(path, request, memory):
    if not request.header("authorization").startswith("Bearer EAAFAKE"):
        return error(401, 190, "Invalid OAuth access token - Cannot parse access token", "OAuthException")
    version, number, *rest = path.strip("/").split("/")
    if not version.startswith("v") or not number:
        return error(400, 2500, "Unknown path components", "OAuthException")
    if rest == ["messages"] and request.method == "POST":
        asked = request.args()
        if asked.get("status") == "read":
            return Answer(body={"success": True})
        to = asked.get("to") or asked.get("recipient")
        if to == "79000000403":
            return error(400, 131047, "(#131047) Re-engagement message", "OAuthException")
        memory["sent"] = count = memory.get("sent", 0) + 1
        contact = {"input": to, "wa_id": to} if asked.get("to") else {"input": to, "user_id": to}
        return Answer(body={"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": f"wamid.FAKE{count:04}"}]},
                      headers=[("x-fb-trace-id", "FakeTrace"), ("facebook-api-version", version)])
    if rest == ["media"] and request.method == "POST":
        return Answer(body={"id": "1013859600285441"})
    if not rest and request.method == "GET":
        return Answer(body={"id": number, "display_phone_number": "+7 900 000-00-01", "verified_name": "Салон", "quality_rating": "GREEN"})
    return error(400, 100, "Unsupported request", "GraphMethodException")


def error(status, code, message, kind):
    return Answer(status, {"error": {"message": message, "type": kind, "code": code, "error_data": {"messaging_product": "whatsapp", "details": message}, "fbtrace_id": "FakeTrace"}})

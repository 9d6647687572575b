"""Bitrix24 REST v2 by inbound webhook: cards, comments, duplicates, lists, batch with references, errors; after the vendor's documentation.

Method names in any letter case, with or without `.json`; parameters from the query, a form with PHP brackets or JSON, together. An empty map is `[]`.
"""
import re
from urllib.parse import parse_qsl, unquote

from .wire import Answer

TIME = {"start": 1735722000.1, "finish": 1735722000.2, "duration": 0.1, "processing": 0.03, "date_start": "2025-01-01T12:00:00+03:00",
        "date_finish": "2025-01-01T12:00:00+03:00", "operating_reset_at": 1735722600, "operating": 0.11}
KINDS = {"1": "lead", "2": "deal", "3": "contact", "4": "company"}


class Refused(Exception):
    def __init__(self, status, code, text):
        self.status, self.body = status, {"error": code, "error_description": text}


def respond(path, request, memory):
    try:
        match = re.fullmatch(r"/rest/(\d+)/([^/]+)/([^/]+?)(\.json)?/?", path)
        if not match or match[2] != "fakesecret":
            raise Refused(401, "NO_AUTH_FOUND", "Wrong authorization data")
        args = nested(parse_qsl(request.query, keep_blank_values=True))
        kind = request.header("content-type")
        if "json" in kind and request.body:
            args |= request.json()
        elif "x-www-form-urlencoded" in kind:
            args |= nested(parse_qsl(request.body.decode(), keep_blank_values=True))
        name = match[3].lower()
        if name == "batch":
            return Answer(body={"result": batch(args, memory), "time": TIME})
        return Answer(body={**call(name, args, memory), "time": TIME})
    except Refused as refused:
        return Answer(refused.status, refused.body)


def nested(pairs):
    """PHP's brackets: a[b][0]=x becomes {"a":{"b":{"0":"x"}}}; a[]=x counts."""
    found = {}
    for name, value in pairs:
        first, *rest = re.match(r"[^\[]*", name)[0], *re.findall(r"\[([^\]]*)\]", name)
        place = found
        for key, following in zip([first, *rest], [*rest, None]):
            key = key or str(len(place))
            if following is None:
                place[key] = value
            else:
                place = place.setdefault(key, {})
    return found


def batch(args, memory):
    commands = args.get("cmd") or {}
    plain = isinstance(commands, list)
    commands = {str(index): text for index, text in enumerate(commands)} if plain else commands
    done = {"result": {}, "result_error": {}, "result_total": {}, "result_next": {}, "result_time": {}}
    for number, (key, text) in enumerate(commands.items()):
        name, _, query = text.partition("?")
        try:
            if number >= 50:
                raise Refused(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
            if name.lower() == "batch":
                raise Refused(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
            pairs = [(one, referred(value, done["result"])) for one, value in parse_qsl(query, keep_blank_values=True)]
            said = call(name.lower(), nested(pairs), memory)
        except Refused as refused:
            done["result_error"][key] = refused.body
            if str(args.get("halt", 0)).lower() in ("1", "true"):
                break
            continue
        done["result"][key], done["result_time"][key] = said["result"], TIME
        for part in ("total", "next"):
            if part in said:
                done[f"result_{part}"][key] = said[part]
    if plain:
        done["result"] = list(done["result"].values()) if len(done["result"]) == len(commands) else done["result"]
    return {part: said or [] for part, said in done.items()}


def referred(value, results):
    def look(match):
        place = results
        for key in re.findall(r"\[([^\]]*)\]", match[1]):
            if isinstance(place, list):
                place = place[int(key)] if int(key) < len(place) else ""
            else:
                place = place.get(key, "") if isinstance(place, dict) else ""
        return str(place) if not isinstance(place, (dict, list)) else ""

    return re.sub(r"\$result((?:\[[^\]]*\])+)", look, unquote(value))


def call(name, args, memory):
    plain = {key.lower(): value for key, value in args.items()}
    match = re.fullmatch(r"crm\.(lead|deal|contact|company|item)\.(add|get|list|update|delete)", name)
    if match:
        return card(match[1], match[2], plain, memory)
    if name == "crm.duplicate.findbycomm":
        found = [number for (kind, number), fields in cards(memory) if kind == "lead" and any(one.get("VALUE") in values(plain["values"]) for one in values(fields.get("PHONE", [])))]
        return {"result": {"LEAD": found} if found else []}
    if name == "crm.timeline.comment.add":
        if not plain["fields"].get("COMMENT"):
            raise Refused(400, "INVALID_ARG_VALUE", "Empty comment message")
        return {"result": 999}
    if name == "crm.activity.todo.add":
        return {"result": {"id": 888}}
    if name == "crm.status.list":
        rows = [{"ID": "1", "ENTITY_ID": "STATUS", "STATUS_ID": "NEW", "NAME": "Не обработан", "NAME_INIT": "", "SORT": "10", "SYSTEM": "Y", "CATEGORY_ID": None, "COLOR": "#39A8EF", "SEMANTICS": None, "EXTRA": {"SEMANTICS": "process", "COLOR": "#39A8EF"}}]
        return {"result": rows, "total": 1}
    if name == "profile":
        return {"result": {"ID": "1", "ADMIN": True, "NAME": "Ольга", "LAST_NAME": "Тестова", "PERSONAL_GENDER": "", "TIME_ZONE": ""}}
    if name == "server.time":
        return {"result": "2025-01-01T12:00:00+03:00"}
    raise Refused(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


def values(several):
    return list(several.values()) if isinstance(several, dict) else several


def card(kind, verb, args, memory):
    item, fields = kind == "item", args.get("fields", {})
    kind = KINDS.get(str(args.get("entitytypeid"))) if item else kind
    if kind is None:
        raise Refused(400, "NOT_FOUND", "SPA not found")
    if verb == "add":
        if fields.get("TITLE") == "QUERY_LIMIT" and not memory.setdefault("limited", False):
            memory["limited"] = True
            raise Refused(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
        number = memory["last"] = memory.get("last", 4520) + 1
        memory[kind, number] = dict(fields)
        return {"result": {"item": shown(number, fields, args)} if item else number}
    if verb == "list":
        rows = [shown(number, stored, args) if item else {"ID": str(number), **stored} for (one, number), stored in cards(memory) if one == kind]
        return {"result": {"items": rows} if item else rows, "total": len(rows)}
    number = int(args.get("id") or 0)
    if (kind, number) not in memory:
        raise Refused(400, "NOT_FOUND" if item else "", "Item not found" if item else "Not found")
    if verb == "update":
        memory[kind, number] |= fields
    if verb == "delete":
        del memory[kind, number]
        return {"result": [] if item else True}
    stored = memory[kind, number]
    if item:
        return {"result": {"item": shown(number, stored, args)}}
    return {"result": {"ID": str(number), **stored} if verb == "get" else True}


def cards(memory):
    return ((key, stored) for key, stored in memory.items() if isinstance(key, tuple))


def shown(number, fields, args):
    return {"id": number, "entityTypeId": int(args["entitytypeid"]), **fields}

"""What the journal says about a run: events by case, and whether they are the ones expected.py asks for."""
import time
from datetime import datetime

import expected
from server import get


def events(connected, patience=6, sources=("proxy", "hook", "channel")):
    """What clients did in a business, in the order recorded, once no more comes."""
    known, until = None, time.monotonic() + patience
    while True:
        found, cursor = [], ""
        while True:
            page = get(connected, f"/api/v1/events?limit=500{cursor}")
            found += page["items"]
            if not page.get("next"):
                break
            cursor = f"&cursor={page['next']}"
        if known == len(found) and known or time.monotonic() > until:
            return sorted((event for event in found if event["source"] in sources), key=lambda event: event["record"])
        known = len(found)
        time.sleep(0.5)


def by_case(connected, at):
    """Events by the case during which they were received."""
    found = {case: [] for case in at}
    begins = sorted((begin, case) for case, begin in at.items())
    for event in events(connected):
        when = datetime.fromisoformat(event["received_at"].replace("Z", "+00:00")).timestamp()
        case = next((case for begin, case in reversed(begins) if begin <= when), None)
        found.setdefault(case, []).append(event)
    return found


def wrong(client, case, found):
    """Why the events of a case are not the ones expected; None where they are."""
    wanted = expected.of(client, case)
    if client.mode == "strict":  # The request, recorded before it went out.
        found = [event for event in found if event["type"] != "other"]
    why = wanted is not None and wrong_of(wanted, found)
    if not why and (client.script.split(".")[0], case) in expected.ONE_CONVERSATION and len({event["session_id"] for event in found}) != 1:
        return f"the journal: one conversation became {[event['session_id'] for event in found]}"
    return why or None


def wrong_of(wanted, found):
    some = isinstance(wanted, expected.Some)
    if not some and len(found) != len(wanted):
        return f"the journal has {len(found)} events ({types(found)}), not {len(wanted)}"
    rest = list(found)
    for one in wanted:
        fits = next((event for event in rest if unlike(one, event) is None), None)
        if fits is None:
            near = next((event for event in rest if "type" not in one or not unlike({"type": one["type"]}, event)), None)
            return f"the journal ({types(found)}): {unlike(one, near) if near else 'no ' + str(one.get('type', 'event that fits'))}"
        rest.remove(fits)
    return None


def types(found):
    return ", ".join(event["type"] for event in found) or "nothing"


def unlike(wanted, event):
    for path, value in wanted.items():
        got = at_path(event, path)
        if not (value(got) if callable(value) else got == value):
            return f"{event['type']} has {path} = {got!r}, not {value.__name__ if callable(value) else repr(value)}"
    return None


def at_path(event, path):
    place = event
    for key in path.split("."):
        if isinstance(place, list):
            place = place[int(key)] if key.isdigit() and int(key) < len(place) else None
        else:
            place = place.get(key) if isinstance(place, dict) else None
    return place

"""b24pysdk (https only): cards in both styles, duplicates, a list, a batch with references, a retry after 503, errors."""
from urllib.parse import urlsplit

from b24pysdk import BitrixWebhook, Client

from scene import BASE, case, run

parts = urlsplit(BASE)
client = Client(BitrixWebhook(domain=(parts.netloc + parts.path).rstrip("/"), webhook_token="1/fakesecret"))
LEAD = {"TITLE": "Стрижка & укладка", "NAME": "Иван", "PHONE": [{"VALUE": "+79211234567", "VALUE_TYPE": "WORK"}]}


@case
def lead_add():
    return client.crm.lead.add(fields=LEAD).result


@case
def item_add():
    return client.crm.item.add(entity_type_id=2, fields={"title": "Окрашивание", "opportunity": 4500}).result


@case
def lead_list():
    client.crm.lead.add(fields=LEAD).result
    return client.crm.lead.list(select=["ID", "TITLE"], filter={"STATUS_ID": "NEW"}).result


@case
def duplicates():
    return client.crm.duplicate.findbycomm(entity_type="LEAD", type="PHONE", values=["+79210000000"]).result


@case
def comment():
    return client.crm.timeline.comment.add(fields={"ENTITY_ID": 4521, "ENTITY_TYPE": "lead", "COMMENT": "Записан ассистентом на 15:00"}).result


@case
def batch():
    return client.call_batch({"a": client.crm.lead.add(fields=LEAD), "b": client.crm.timeline.comment.add(fields={"ENTITY_ID": "$result[a]", "ENTITY_TYPE": "lead", "COMMENT": "Записан"}),
                              "c": client.crm.lead.get(bitrix_id=1)}, halt=False).result


@case
def limited():
    return client.crm.lead.add(fields={"TITLE": "QUERY_LIMIT"}).result


@case
def not_found():
    return client.crm.lead.get(bitrix_id=77).result


run()

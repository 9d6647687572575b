"""fast-bitrix24: a single call that travels as a batch, many calls, a list of all pages."""
from fast_bitrix24 import BitrixAsync

from scene import BASE, case, run

client = BitrixAsync(BASE + "/rest/1/fakesecret/", verbose=False)


@case
async def lead_add():
    return await client.call("crm.lead.add", {"fields": {"TITLE": "Стрижка", "PHONE": [{"VALUE": "+79211234567", "VALUE_TYPE": "WORK"}]}})


@case
async def several():
    return await client.call("crm.contact.add", [{"fields": {"NAME": name}} for name in ("Иван", "Ольга")])


@case
async def all_leads():
    await client.call("crm.lead.add", {"fields": {"TITLE": "Стрижка"}})
    return await client.get_all("crm.lead.list", {"select": ["ID", "TITLE"]})


@case
async def raw():
    return await client.call("crm.deal.add", {"fields": {"TITLE": "Без пакета", "OPPORTUNITY": "4500"}}, raw=True)


run()

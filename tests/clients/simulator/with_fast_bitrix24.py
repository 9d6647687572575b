"""fast-bitrix24: a single call that travels as a batch, many calls, a list of all pages in parallel batches."""
from fast_bitrix24 import BitrixAsync

from desk import BASE, case, run, same

client = BitrixAsync(BASE + "/rest/1/secret/", verbose=False, ssl=False)


@case
async def one_call_is_a_batch():
    deal = await client.call("crm.deal.add", {"fields": {"TITLE": "Окрашивание", "OPPORTUNITY": "4500"}})
    # The SDK leaves an object under the batch's own key.
    [found] = (await client.call("crm.deal.get", {"id": deal})).values()
    same(found["OPPORTUNITY"], "4500.00")


@case
async def several():
    companies = await client.call("crm.company.add", [{"fields": {"TITLE": f"Салон {number}"}} for number in range(60)])
    same(len(set(companies)), 60)


@case
async def all_pages():
    same(len(await client.get_all("crm.company.list", {"select": ["ID", "TITLE"]})), 60)
    same(len(await client.list_and_get("crm.company")), 60)


@case
async def raw():
    answer = await client.call("crm.deal.add", {"fields": {"TITLE": "Без пакета"}}, raw=True)
    assert answer["result"] > 0 and "operating" in answer["time"], answer


run()

// @bitrix24/b24jssdk (https only): calls, batches by name and by order, references, an error.
import { B24Hook } from '@bitrix24/b24jssdk'
import { BASE, run, test } from './scene.mjs'

const client = new B24Hook({ b24Url: BASE, userId: 1, secret: 'fakesecret' })
const lead = { fields: { TITLE: 'Стрижка & укладка', PHONE: [{ VALUE: '+79211234567', VALUE_TYPE: 'WORK' }] } }
const data = (answer) => ({ ok: answer.isSuccess, errors: answer.getErrorMessages(), data: answer.getData() })

test('lead_add', async () => data(await client.actions.v2.call.make({ method: 'crm.lead.add', params: lead })))
test('item_add', async () => data(await client.actions.v2.call.make({ method: 'crm.item.add', params: { entityTypeId: 2, fields: { title: 'Окрашивание' } } })))
test('batch_named', async () => data(await client.actions.v2.batch.make({
  calls: { a: { method: 'crm.lead.add', params: lead }, b: { method: 'crm.timeline.comment.add', params: { fields: { ENTITY_ID: '$result[a]', ENTITY_TYPE: 'lead', COMMENT: 'Записан' } } } },
  options: { isHaltOnError: true, returnAjaxResult: false },
})))
test('batch_ordered', async () => data(await client.actions.v2.batch.make({
  calls: [['crm.lead.add', lead], ['crm.contact.add', { fields: { NAME: 'Иван' } }]],
  options: { isHaltOnError: false, returnAjaxResult: false },
})))
test('not_found', async () => data(await client.actions.v2.call.make({ method: 'crm.lead.get', params: { id: 77 } })))

await run()

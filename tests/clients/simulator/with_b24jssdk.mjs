// @bitrix24/b24jssdk: calls, batches by name and by order, references, lists by pages and by cursor, an error.
import assert from 'node:assert/strict'
import { B24Hook } from '@bitrix24/b24jssdk'

const client = new B24Hook({ b24Url: process.env.BASE, userId: 1, secret: 'secret' })
const v2 = client.actions.v2
const data = (answer) => {
  assert.ok(answer.isSuccess, answer.getErrorMessages().join('; '))
  return answer.getData()
}
const call = async (method, params) => data(await v2.call.make({ method, params })).result
const lead = { fields: { TITLE: 'Стрижка & укладка', PHONE: [{ VALUE: '+79217654321', VALUE_TYPE: 'WORK' }] } }

const cases = {
  async a_card_in_both_styles() {
    const id = await call('crm.lead.add', lead)
    assert.equal((await call('crm.lead.get', { id })).ID, String(id))
    assert.equal((await call('crm.item.get', { entityTypeId: 1, id })).item.phone, '+79217654321')
  },
  async a_batch_by_name() {
    const calls = { a: { method: 'crm.lead.add', params: lead }, b: { method: 'crm.timeline.comment.add', params: { fields: { ENTITY_ID: '$result[a]', ENTITY_TYPE: 'lead', COMMENT: 'Записан' } } } }
    const done = data(await v2.batch.make({ calls, options: { isHaltOnError: true, returnAjaxResult: false } }))
    assert.equal((await call('crm.timeline.comment.get', { id: done.b })).ENTITY_ID, String(done.a))
  },
  async a_batch_by_order() {
    const done = data(await v2.batch.make({ calls: [['crm.lead.add', lead], ['crm.item.add', { entityTypeId: 2, fields: { title: 'Сделка' } }]], options: { isHaltOnError: false, returnAjaxResult: false } }))
    assert.equal(done[1].item.title, 'Сделка')
  },
  async many_and_all_of_them() {
    const calls = Array.from({ length: 70 }, (_, at) => ['crm.item.add', { entityTypeId: 2, fields: { title: `Визит ${at}`, originatorId: 'js' } }])
    data(await v2.batchByChunk.make({ calls, options: { isHaltOnError: false } }))
    const found = data(await v2.callList.make({ method: 'crm.item.list', params: { entityTypeId: 2, filter: { originatorId: 'js' }, select: ['id', 'title'] }, idKey: 'id', customKeyForResult: 'items' }))
    assert.equal(found.length, 70)
  },
  async what_is_refused() {
    // This SDK throws at status 400; the portal's empty code and text are what it has to go by.
    await assert.rejects(v2.call.make({ method: 'crm.lead.get', params: { id: 99999 } }), (error) => error.status === 400)
  },
}

for (const [name, body] of Object.entries(cases)) {
  let wrong = ''
  try {
    await body()
  } catch (error) {
    wrong = `${error.constructor.name}: ${error.message}`.slice(0, 400)
  }
  console.log(JSON.stringify({ case: name, wrong }))
}
process.exit(0)

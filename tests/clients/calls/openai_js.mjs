// openai (JavaScript): chat as JSON and as a stream, tools, responses, embeddings, errors, a stream that the client leaves.
import OpenAI from 'openai'
import { BASE, run, test } from './scene.mjs'

const client = new OpenAI({ baseURL: `${BASE}/v1`, apiKey: 'sk-fake-js', maxRetries: 0 })
const ask = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Сколько стоит стрижка?' }] }
const tools = [{ type: 'function', function: { name: 'create_lead', parameters: { type: 'object', properties: {} } } }]

const all = async (stream) => {
  const got = []
  for await (const chunk of stream) got.push(chunk)
  return got
}

test('chat', () => client.chat.completions.create(ask))
test('chat_named', () => client.chat.completions.create(ask, { headers: { 'X-Letopis-Session': 'sess-js-1' } }))
test('chat_stream', async () => all(await client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })))
test('tools_stream', async () => all(await client.chat.completions.create({ ...ask, tools, stream: true })))
test('responses', () => client.responses.create({ model: 'gpt-4o-mini', input: 'Сколько стоит стрижка?' }))
test('responses_stream', async () => all(await client.responses.create({ model: 'gpt-4o-mini', input: 'Сколько стоит стрижка?', stream: true })))
test('embeddings', () => client.embeddings.create({ model: 'text-embedding-3-small', input: 'стрижка' }))
test('error_401', () => client.chat.completions.create({ ...ask, model: 'err-401' }))
test('retried_429', () => client.chat.completions.create(ask, { maxRetries: 2, headers: { 'X-Fake-Fault': '429-once' } }))
test('leaves_midway', async () => {
  const stream = await client.chat.completions.create({ ...ask, stream: true })
  const got = []
  for await (const chunk of stream) {
    got.push(chunk)
    if (got.length === 2) break
  }
  return got
})

await run()

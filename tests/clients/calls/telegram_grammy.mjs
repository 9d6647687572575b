// grammY: JSON bodies, buttons, a file, errors.
import { Bot, InputFile } from 'grammy'
import { BASE, run, test } from './scene.mjs'

const { api } = new Bot('123456:FAKE-token_grammy', { client: { apiRoot: BASE } })

test('get_me', () => api.getMe())
test('send_message', () => api.sendMessage(4231, 'Записал на 15:00', { reply_markup: { inline_keyboard: [[{ text: 'Подтвердить', callback_data: 'confirm:991' }]] } }))
test('answer_callback', () => api.answerCallbackQuery('cbq-3', { text: 'Готово' }))
test('set_webhook', () => api.setWebhook('https://salon.example/hook', { secret_token: 'hook-secret-3' }))
test('send_document', () => api.sendDocument(4231, new InputFile(Buffer.from('price'), 'price.txt'), { caption: 'Прайс' }))
test('blocked', () => api.sendMessage(403, 'Здравствуйте!'))
test('flood', () => api.sendMessage(429, 'Здравствуйте!'))

await run()

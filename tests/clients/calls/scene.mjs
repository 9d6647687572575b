// scene.py for JavaScript: cases run one after another; each says as JSON what the client saw.
export const BASE = process.env.BASE
const FAKE = process.env.FAKE
const cases = []

export const test = (name, body) => cases.push([name, body])

const failure = (error) => {
  const found = { error: error.constructor.name, text: String(error.message).replaceAll(BASE, 'BASE').slice(0, 400) }
  for (const name of ['status', 'code', 'error_code', 'description', 'parameters']) if (error[name] !== undefined) found[name] = error[name]
  return found
}

export const run = async () => {
  for (const [name, body] of cases) {
    if (process.argv.length > 2 && !process.argv.includes(name)) continue
    await fetch(`${FAKE}/__mark?${name}`, { method: 'POST' })
    const began = Date.now() / 1000
    let saw
    try {
      saw = await body()
    } catch (error) {
      saw = failure(error)
    }
    console.log(JSON.stringify({ at: began, case: name, saw: saw ?? null }))
    if (process.env.VIA === 'letopis') await new Promise((done) => setTimeout(done, 150)) // Events are told apart by when they were received.
  }
  process.exit(0)
}

"""What every instrumented app here says to the model: words, a stream, a tool call, and a call that fails."""

import openai

MODEL = "gpt-4o-mini"
ASK = [{"role": "system", "content": "Ты администратор салона."}, {"role": "user", "content": "Можно завтра в 15:00?"}]
TOOLS = [{"type": "function", "function": {"name": "create_booking", "parameters": {"type": "object", "properties": {"at": {"type": "string"}}}}}]


def talk(client):
    client.chat.completions.create(model=MODEL, messages=ASK, temperature=0.2)
    for _ in client.chat.completions.create(model=MODEL, messages=ASK, stream=True, stream_options={"include_usage": True}):
        pass
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "call the tool"}], tools=TOOLS)
    try:
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "fail"}])
        raise SystemExit("the fake answered a call that must fail")
    except openai.RateLimitError:
        pass

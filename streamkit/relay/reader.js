// Reads what a relay sends with the protocol "sse", in a browser or in Node, without a build step.
//
//   import { Answer, events } from './reader.js'
//   const answer = new Answer()
//   for await (const event of events('/api/answer', { method: 'POST', body })) show(answer.add(event))
//
// `events` yields the events up to the one of type `end`, and throws if the stream is cut. With
// `resume`, an address that is read with GET and Last-Event-ID, it goes on there after the last event.

export async function* events(url, { fetch = globalThis.fetch, resume, attempts = 5, ...init } = {}) {
  let last, request = [url, init]
  for (let failures = 0; ; ) {
    try {
      const headers = { accept: 'text/event-stream', ...init.headers, ...(last && { 'last-event-id': last }) }
      const response = await fetch(request[0], { ...request[1], headers })
      if (response.status === 204) return
      if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { final: true })
      for await (const { id, data } of frames(response.body)) {
        failures = 0
        last = id ?? last
        const event = JSON.parse(data)
        yield event
        if (event.type === 'end') return
      }
      throw new Error('the stream was cut')
    } catch (error) {
      if (error.final || init.signal?.aborted || !resume || ++failures > attempts) throw error
      request = [resume, { signal: init.signal }]
      await new Promise(done => setTimeout(done, 250 * 2 ** failures))
    }
  }
}

async function* frames(body) {
  let rest = ''
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop()
    for (const block of blocks) {
      const lines = block.split('\n').map(line => /^(\w+): ?(.*)$/.exec(line)).filter(Boolean)
      const frame = Object.fromEntries(lines.map(([, name, value]) => [name, value]))
      if (frame.data !== undefined) yield frame
    }
  }
}

// What there is of an answer: `parts` by kind and address, the `calls`, the `usage` and the `end`.
export class Answer {
  parts = {}; calls = {}; usage; reasons = {}; end
  add(event) {
    const kind = event.type.split('.')[0], place = event.part ?? [event.choice_index, event.index ?? 0]
    if (event.type === 'attempt.reset') Object.assign(this, new Answer())
    else if (event.arguments_delta !== undefined || event.arguments !== undefined) {
      const call = (this.calls[place] ??= { id: event.tool_call_id, name: event.name, arguments: '' })
      call.arguments = event.arguments ?? call.arguments + event.arguments_delta
      if (event.output !== undefined) call.output = event.output
    } else if (event.delta !== undefined) this.parts[`${kind} ${place}`] = (this.parts[`${kind} ${place}`] ?? '') + event.delta
    else if (event.type === 'usage') this.usage = event.usage
    else if (event.type === 'finish') this.reasons[event.choice_index] = event.reason
    else if (event.type === 'end') this.end = event
    return this
  }
}

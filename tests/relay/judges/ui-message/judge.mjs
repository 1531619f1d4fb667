// Reads UI message streams with the package `ai`, as useChat does, and prints what it shows.
//
//   node judge.mjs PACKAGE < STREAMS
//
// STREAMS is an object of texts by name; the output has for each the message, the chunks that were
// refused, the error that was thrown, and the state of the chat afterwards.
import { readFileSync } from 'node:fs'

const { AbstractChat, DefaultChatTransport, parseJsonEventStream, uiMessageChunkSchema } = await import(process.argv[2])

class State {
  status = 'ready'; error = undefined; messages = []
  pushMessage = message => { this.messages = [...this.messages, message] }
  popMessage = () => { this.messages = this.messages.slice(0, -1) }
  replaceMessage = (at, message) => { this.messages = this.messages.map((old, i) => (i === at ? structuredClone(message) : old)) }
  snapshot = value => structuredClone(value)
}
class Chat extends AbstractChat {
  constructor(options) { super({ ...options, state: new State() }) }
}

async function shown(text) {
  const told = { errors: [], calls: [], refused: [] }
  const fetch = async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } })
  const chat = new Chat({
    id: 'judge',
    transport: new DefaultChatTransport({ api: 'http://relay/', fetch }),
    onError: error => told.errors.push(String(error.message)),
    onToolCall: ({ toolCall }) => { told.calls.push(toolCall.toolCallId) },
    onFinish: ({ isAbort, isError, finishReason }) => { told.finish = { isAbort, isError, finishReason } },
  })
  await chat.sendMessage({ text: 'hello' })
  for await (const chunk of parseJsonEventStream({ stream: new Blob([text]).stream(), schema: uiMessageChunkSchema }))
    if (!chunk.success) told.refused.push(JSON.stringify(chunk.rawValue))
  return { ...told, status: chat.status, message: chat.messages.findLast(each => each.role === 'assistant') ?? null }
}

const streams = JSON.parse(readFileSync(0, 'utf8'))
const verdicts = {}
for (const [name, text] of Object.entries(streams)) verdicts[name] = await shown(text)
console.log(JSON.stringify(verdicts))

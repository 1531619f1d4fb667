// Reads AG-UI streams with the HttpAgent of a package, and prints what it made of them.
//
//   node judge.mjs PACKAGE < STREAMS
//
// STREAMS is an object of texts by name; the output has for each the messages, the state, the result,
// and everything that the client complained of.
import { readFileSync } from 'node:fs'

const { HttpAgent } = await import(process.argv[2])

let complaints = []
for (const level of ['warn', 'error'])
  console[level] = (...said) => complaints.push(said.map(each => each?.message ?? String(each)).join(' '))

async function run(text) {
  complaints = []
  const told = { errors: [] }
  const fetch = async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } })
  const agent = new HttpAgent({ url: 'http://relay/', fetch, threadId: 't' })
  const result = await agent.runAgent({}, {
    onRunFinishedEvent: ({ event }) => { told.finished = event },
    onRunErrorEvent: ({ event }) => { told.errors.push(event.message) },
    onRunFailed: ({ error }) => { told.failed = String(error.message) },
  }).catch(error => { told.failed ??= String(error.message) })
  return { ...told, complaints, messages: agent.messages, state: agent.state, result: result?.result }
}

const streams = JSON.parse(readFileSync(0, 'utf8'))
const verdicts = {}
for (const [name, text] of Object.entries(streams)) verdicts[name] = await run(text)
console.log(JSON.stringify(verdicts))

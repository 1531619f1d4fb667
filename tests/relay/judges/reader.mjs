// Reads a stream of streamkit's own events with reader.js, and prints what there is of the answer.
//
//   node reader.mjs READER ADDRESS [RESUME]
const [reader, address, resume] = process.argv.slice(2)
const { Answer, events } = await import(reader)

const answer = new Answer(), types = []
try {
  for await (const event of events(address, { method: 'POST', resume })) {
    types.push(event.type)
    answer.add(event)
  }
} catch (error) {
  answer.error = String(error.message)
}
console.log(JSON.stringify({ ...answer, types }))

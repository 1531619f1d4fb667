// For each text of the standard input: its value, and the number of its beginnings of which the
// value depends on how they were cut.

import { readFileSync } from 'node:fs'

const { PartialJSON } = await import(process.argv[2])
const read = pieces => {
  const json = new PartialJSON()
  for (const piece of pieces) json.feed(piece)
  return json
}
const texts = JSON.parse(readFileSync(0, 'utf8'))
console.log(JSON.stringify(texts.map(text => {
  const letters = Array.from({ length: text.length }, (_, at) => text[at])
  const differ = letters.filter((_, at) => {
    const [one, many] = [read([text.slice(0, at)]), read(letters.slice(0, at))]
    return JSON.stringify(one.value) !== JSON.stringify(many.value)
  })
  return { value: read([text]).close().value, differ: differ.length }
})))

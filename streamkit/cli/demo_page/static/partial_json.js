// The value of a JSON text that comes in pieces, as far as it is known.
//
//   const json = new PartialJSON()
//   json.feed('{"name": "Ad')
//   json.value  // { name: 'Ad' }
//
// Each character is looked at once, and `value` grows in place. Strings grow letter by letter; a
// number or a word appears once it has ended, and a member once its value has begun.

const ESCAPED = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const PLAIN = /[^"\\]*/y
const WORD = /[^\s,:[\]{}"]+/y

export class PartialJSON {
  value
  #open = []  // the containers that have not ended, each with the place of its next value
  #text       // what there is of a string that has not ended
  #isKey = false
  #escape = ''
  #word = ''  // what there is of a number, or of true, false or null

  feed(piece) {
    for (let at = 0; at < piece.length;) {
      at = this.#text === undefined ? this.#outside(piece, at) : this.#inString(piece, at)
    }
    // Half of a surrogate pair is no letter yet.
    if (this.#text !== undefined && !this.#isKey) this.#put(this.#text.replace(/[\ud800-\udbff]$/, ''))
    return this
  }

  close() {
    this.#endWord()
    return this
  }

  #outside(piece, at) {
    WORD.lastIndex = at
    const [word] = WORD.exec(piece) ?? []
    if (word) {
      this.#word += word
      return WORD.lastIndex
    }
    this.#endWord()
    const letter = piece[at]
    if (letter === '"') {
      const around = this.#open.at(-1)
      this.#isKey = around !== undefined && around.at === undefined
      this.#text = ''
    } else if (letter === '{') this.#begin({ into: Object.create(null), at: undefined })
    else if (letter === '[') this.#begin({ into: [], at: 0 })
    else if (letter === '}' || letter === ']') {
      this.#open.pop()
      this.#goOn()
    }
    return at + 1
  }

  #inString(piece, at) {
    if (this.#escape) {
      this.#escape += piece[at]
      const kind = this.#escape[1]
      if (kind !== 'u') this.#add(ESCAPED[kind] ?? kind)
      else if (this.#escape.length === 6) this.#add(String.fromCharCode(parseInt(this.#escape.slice(2), 16)))
      return at + 1
    }
    PLAIN.lastIndex = at
    this.#text += PLAIN.exec(piece)[0]
    const end = piece[PLAIN.lastIndex]
    if (end === '\\') this.#escape = end
    else if (end === '"') this.#endString()
    return PLAIN.lastIndex + 1
  }

  #add(letter) {
    this.#text += letter
    this.#escape = ''
  }

  #endString() {
    const text = this.#text
    this.#text = undefined
    if (this.#isKey) this.#open.at(-1).at = text
    else this.#end(text)
  }

  #endWord() {
    const word = this.#word
    this.#word = ''
    if (word) this.#end(JSON.parse(word))
  }

  #begin(container) {
    this.#put(container.into)
    this.#open.push(container)
  }

  #end(value) {
    this.#put(value)
    this.#goOn()
  }

  #put(value) {
    const around = this.#open.at(-1)
    if (around === undefined) this.value = value
    else around.into[around.at] = value
  }

  #goOn() {
    const around = this.#open.at(-1)
    if (around !== undefined) around.at = Array.isArray(around.into) ? around.at + 1 : undefined
  }
}

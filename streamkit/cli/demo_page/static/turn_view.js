// A question and its answer, as they come.

import { PartialJSON } from './partial_json.js'
import { Answer } from './reader.js'
import { show, showText } from './value_view.js'

const VERDICTS = {
  complete: 'Complete.',
  cancelled: 'Stopped. This is what had arrived.',
  truncated: 'Cut off: the stream ended before the answer did. This is what had arrived.',
  limit: 'Ended at a limit. This is what had arrived.',
  gone: 'This answer is not kept any more.',
}

export class TurnView {
  constructor(number, template) {
    this.element = template.content.firstElementChild.cloneNode(true)
    this.part('answer').setAttribute('aria-label', `Answer ${number}`)
    this.begin()
  }

  part(name) {
    return this.element.querySelector(`.${name}`)
  }

  // Forgets the events, because all of them will come again; what they showed stays until then.
  begin() {
    this.count = 0
    this.question = ''
    this.#newAnswer()
  }

  #newAnswer() {
    this.answer = new Answer()
    this.json = new PartialJSON()
    this.text = ''
    this.refusal = ''
  }

  get hasEnded() {
    return this.answer.end !== undefined
  }

  add(event) {
    this.count += 1
    if (event.type === 'question') this.question = event.text
    else if (event.type === 'attempt.reset') this.#newAnswer()
    else if (event.type === 'content.delta') {
      this.text += event.delta
      this.#parse(event.delta)
    } else if (event.type === 'refusal.delta') this.refusal += event.delta
    else if (event.type === 'end') this.#parse()
    this.answer.add(event)
  }

  // Takes a piece of the answer, or its end.
  #parse(delta) {
    try {
      if (delta === undefined) this.json?.close()
      else this.json?.feed(delta)
    } catch {
      this.json = undefined  // the answer is a text, and is shown as one
    }
  }

  // Ends a turn whose end cannot be read.
  end(status) {
    this.answer.end = { status }
  }

  render() {
    showText(this.part('question'), this.question)
    const value = this.json ? this.json.value : this.text
    if (value !== undefined) show(this.part('value'), value)
    showText(this.part('refusal'), this.refusal)
    showText(this.part('wire'), this.text)
    const { end } = this.answer
    this.element.setAttribute('aria-busy', String(!end))
    this.element.dataset.end = end?.status ?? ''
    showText(this.part('verdict'), `${end ? this.verdict : 'Answering …'} ${this.#figures}`)
  }

  get verdict() {
    const { status, error } = this.answer.end
    return VERDICTS[status] ?? `Failed: ${error?.message ?? status} This is what had arrived.`
  }

  get #figures() {
    return this.count === 1 ? '1 event' : `${this.count} events`
  }
}

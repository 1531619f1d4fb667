// The chat: reads its turns one after another, each from the beginning or after the last event that
// arrived, and sends what the user types.

import { events } from './reader.js'
import { TurnView } from './turn_view.js'

const AGAIN = 2000  // milliseconds after which a server that is away is asked again

const chat = chatOfAddress()
const find = id => document.getElementById(id)
const form = find('form'), field = find('text'), send = find('send'), stop = find('stop')
let number = 1      // of the turn that is read, or waited for
let live            // the view of the turn that is read, once it has begun
let isSending = false

function chatOfAddress() {
  const address = new URL(location.href)
  let id = address.searchParams.get('chat')
  if (!/^[0-9A-Za-z]{1,64}$/.test(id ?? '')) {
    id = [...crypto.getRandomValues(new Uint8Array(8))].map(byte => byte.toString(16).padStart(2, '0')).join('')
    address.searchParams.set('chat', id)
    history.replaceState(null, '', address)
  }
  return id
}

const turnAddress = () => `chats/${chat}/turns/${number}`

async function follow() {
  for (;; number += 1) {
    const view = new TurnView(number, find('turn'))
    await read(view)
    refresh(view)
    say(view.verdict)
    live = undefined
    showControls()
  }
}

async function read(view) {
  for (;;) {
    try {
      for await (const event of events(turnAddress(), { fetch: watched, resume: turnAddress() })) {
        view.add(event)
        if (!live) begin(view)
        refreshSoon(view)
      }
      if (view.hasEnded) return
    } catch (error) {
      if (error.message === 'HTTP 410') return endGone(view)
      notConnected()
    }
    await new Promise(done => setTimeout(done, AGAIN))
    view.begin()
  }
}

function endGone(view) {
  view.end('gone')
  if (!live) begin(view)
}

function begin(view) {
  live = view
  isSending = false
  find('turns').append(view.element)
  find('welcome').hidden = true
  view.render()
  document.documentElement.scrollTop = document.documentElement.scrollHeight
  say('The answer is coming.')
  showControls()
}

// The fetch of the reader, whose failures the user is to see while it tries again.
async function watched(...request) {
  try {
    const response = await fetch(...request)
    find('connection').hidden = true
    return response
  } catch (error) {
    notConnected()
    throw error
  }
}

function notConnected() {
  find('connection').hidden = false
}

let awaited
function refreshSoon(view) {
  awaited ??= requestAnimationFrame(() => refresh(view))
}

function refresh(view) {
  cancelAnimationFrame(awaited)
  awaited = undefined
  const page = document.documentElement
  const isAtEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 80
  view.render()
  if (isAtEnd) page.scrollTop = page.scrollHeight
}

function say(text) {
  find('status').textContent = text
}

function showControls() {
  const isStopping = stop.disabled && live
  stop.hidden = !live
  send.hidden = Boolean(live)
  send.disabled = isSending
  if (!isStopping) stop.disabled = false
}

function complain(text) {
  find('problem').textContent = text
  find('problem').hidden = !text
}

async function ask(text) {
  if (!text.trim() || isSending) return
  if (live) return complain('The answer is still coming: stop it first, or wait.')
  complain('')
  isSending = true
  showControls()
  const problem = await posted(turnAddress(), { text })
  if (!problem) {  // the turn begins when its first event has come
    if (field.value === text) field.value = ''
    return
  }
  isSending = false
  showControls()
  complain(problem)
}

async function stopAnswer() {
  if (!live || stop.disabled) return
  stop.disabled = true
  say('Stopping.')
  const problem = await posted(`${turnAddress()}/stop`, {})
  if (problem) {
    stop.disabled = false
    complain(problem)
  }
}

// Sends a request, and returns what went wrong.
async function posted(address, body) {
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
    return response.ok ? '' : (await response.json()).error
  } catch {
    return 'The server cannot be reached.'
  }
}

form.addEventListener('submit', event => {
  event.preventDefault()
  ask(field.value)
})
field.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  ask(field.value)
})
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') stopAnswer()
})
stop.addEventListener('click', stopAnswer)
for (const button of document.querySelectorAll('[data-ask]')) {
  button.addEventListener('click', () => ask(button.dataset.ask))
}

showControls()
follow()

// Shows a value that grows: what is on the page already stays, and is only added to.

const rows = new WeakMap()  // the rows of a node that shows an object, by the names of its members

export function show(holder, value) {
  const kind = kindOf(value)
  let node = holder.firstElementChild
  if (node?.dataset.kind !== kind) {
    node = document.createElement({ object: 'dl', cards: 'ol', list: 'ul' }[kind] ?? 'span')
    node.dataset.kind = kind
    holder.replaceChildren(node)
  }
  if (kind === 'object') showMembers(node, value)
  else if (kind === 'cards' || kind === 'list') showItems(node, value)
  else showText(node, kind === 'flag' ? (value ? 'yes' : 'no') : String(value ?? 'none'))
}

export function showText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

function kindOf(value) {
  if (Array.isArray(value)) return value.some(item => item && typeof item === 'object') ? 'cards' : 'list'
  if (value && typeof value === 'object') return 'object'
  return { string: 'text', boolean: 'flag' }[typeof value] ?? 'number'
}

function showMembers(node, value) {
  if (!rows.has(node)) rows.set(node, new Map())
  const known = rows.get(node)
  for (const [name, inner] of Object.entries(value)) {
    if (!known.has(name)) known.set(name, addMember(node, name))
    show(known.get(name), inner)
  }
}

function addMember(node, name) {
  const row = document.createElement('div'), label = document.createElement('dt')
  const holder = document.createElement('dd')
  const words = name.replaceAll('_', ' ')
  row.dataset.name = name
  label.textContent = words.charAt(0).toUpperCase() + words.slice(1)
  row.append(label, holder)
  node.append(row)
  return holder
}

function showItems(node, value) {
  value.forEach((item, index) => {
    if (!node.children[index]) node.append(document.createElement('li'))
    show(node.children[index], item)
  })
}

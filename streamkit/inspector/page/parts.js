// The texts and the partial objects of an answer, as they were at a moment.

import { h } from "/page/dom.js";
import { count } from "/page/format.js";

export function parts(moment) {
  if (!moment.parts.length) return [h("p", { class: "note" }, "No content has come yet.")];
  return moment.parts.map(part);
}

function part(each) {
  const shown = each.text.length < each.length ? `the last ${count(each.text.length)} of ` : "";
  return h(
    "section",
    { class: `part ${each.channel.replace(" ", "-")}` },
    h(
      "h3",
      {},
      each.label,
      h("small", {}, ` ${shown}${count(each.length)} characters${each.done ? ", whole" : ""}`),
    ),
    each.partial ? object(each.partial) : null,
    h("pre", { class: "said", dir: "auto" }, each.text),
  );
}

function object(partial) {
  const state = partial.error
    ? `no JSON any more: ${partial.error}`
    : partial.complete
      ? "the object, whole"
      : "the object so far";
  return h(
    "figure",
    { class: partial.error ? "object broken" : "object" },
    h("figcaption", {}, state),
    json(partial),
  );
}

// A value that the server shows whole, or the beginning of its text.
export function json(shown) {
  if ("beginning" in shown) {
    const note = `The first ${count(shown.beginning.length)} of ${count(shown.length)} bytes:`;
    return h("div", {}, h("p", { class: "note" }, note), h("pre", {}, shown.beginning));
  }
  return h("pre", { class: "json" }, JSON.stringify(shown.value, null, 2));
}

export function frame(shown) {
  if (!shown) return h("p", { class: "note" }, "Its bytes were not kept.");
  const cut = shown.text.length < shown.length && shown.length > 65536;
  return h(
    "div",
    {},
    cut ? h("p", { class: "note" }, `The first bytes of ${count(shown.length)}:`) : null,
    h("pre", { class: "wire" }, shown.text),
  );
}

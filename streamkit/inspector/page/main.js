// The page: which view is shown, the keys, and what changes while it is open.

import { changes, get } from "/page/api.js";
import { CompareView } from "/page/compare.js";
import { fill, h } from "/page/dom.js";
import { ListView } from "/page/list.js";
import { StreamView } from "/page/stream.js";

const main = document.getElementById("main");
const help = document.getElementById("help");
let view = null;

function show() {
  view?.close();
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, key] = path.split("/");
  if (name === "stream" && key) view = new StreamView(main, decodeURIComponent(key));
  else if (name === "compare") {
    view = new CompareView(main, Object.fromEntries(new URLSearchParams(query)), ([a, b]) => {
      location.hash = `#/compare?${new URLSearchParams({ a, b })}`;
    });
  } else view = new ListView(main, (opened) => (location.hash = `#/stream/${encodeURIComponent(opened)}`));
  view.ready?.catch((error) => fill(main, h("p", { class: "problem", role: "alert" }, error.message)));
}

const KEYS = {
  ArrowDown: () => view.move(1),
  ArrowRight: () => view.move(1),
  ArrowUp: () => view.move(-1),
  ArrowLeft: () => view.move(-1),
  PageDown: () => view.move(20),
  PageUp: () => view.move(-20),
  Home: () => view.move(-Infinity),
  End: () => view.move(Infinity),
  Enter: () => view.enter?.(),
  Escape: () => (location.hash = "#/"),
  "/": () => view.find?.(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const isTyping = target.matches("input[type=search]");
  if (isTyping && event.key === "Escape") {
    target.blur();
    return;
  }
  const hasOwn = isTyping || target.matches("select, input[type=range]") && event.key !== "?";
  const isButton = target.matches("button, a, summary") && event.key === "Enter";
  const act = KEYS[event.key];
  if (!act || hasOwn || isButton) return;
  event.preventDefault();
  act();
});

document.getElementById("ask").addEventListener("click", () => help.showModal());
addEventListener("hashchange", show);
show();

if ((await get("streams", { count: 0 })).live) {
  const live = document.getElementById("live");
  const source = changes((keys) => view.changed?.(keys));
  source.onopen = () => (live.hidden = false);
  source.onerror = () => (live.hidden = true);
}

// Two streams side by side, at the same time after their requests.

import { get, latest } from "/page/api.js";
import { fill, h } from "/page/dom.js";
import { ending, FACTS } from "/page/facts.js";
import { seconds } from "/page/format.js";
import { badge } from "/page/list.js";
import { parts } from "/page/parts.js";
import { timeline } from "/page/timeline.js";

const STEPS = 1000; // of the slider
const OFFERED = 200; // streams to choose from

export class CompareView {
  constructor(main, { a, b }, go) {
    this.go = go;
    this.main = main;
    this.ready = this.begin(a, b);
  }

  async begin(a, b) {
    const { rows } = await get("streams", { count: OFFERED });
    if (rows.length < 2 && !a) {
      fill(this.main, h("h1", {}, "Side by side"), h("p", { class: "note" }, "It takes two streams."));
      return;
    }
    this.sides = this.pair(rows, a, b).map((key) => this.side(key, rows));
    this.details = await Promise.all(this.sides.map(({ path }) => get(path)));
    this.scale = Math.max(...this.details.map((detail) => detail.timeline.ended));
    this.slider = h("input", {
      type: "range",
      min: 0,
      max: STEPS,
      value: STEPS,
      "aria-label": "Time",
      oninput: () => this.seek((Number(this.slider.value) / STEPS) * this.scale),
    });
    this.where = h("output", { class: "where" });
    this.lines = this.details.map((detail) => timeline(detail, (time) => this.seek(time), this.scale));
    fill(
      this.main,
      h("h1", {}, "Side by side"),
      h(
        "div",
        { class: "pair" },
        this.sides.map(({ select }, index) =>
          h(
            "section",
            {},
            h("div", { class: "pick" }, select, badge(this.details[index])),
            ending(this.details[index]),
            this.lines[index].element,
          ),
        ),
      ),
      h("div", { class: "scrub" }, this.slider, this.where),
      h("div", { class: "pair" }, this.sides.map(({ state }) => h("section", {}, state))),
      this.table(),
      await this.differences(),
    );
    this.seek(this.scale);
  }

  // The two that were asked for; else the first of two cassettes, or the first two streams.
  pair(rows, a, b) {
    const first = a ?? rows[0].key;
    const source = rows.find((row) => row.key === first)?.source;
    const others = rows.filter((row) => row.key !== first);
    const elsewhere = others.find((row) => row.source !== source) ?? others[0];
    return [first, b ?? elsewhere?.key ?? first];
  }

  side(key, rows) {
    const path = `streams/${encodeURIComponent(key)}`;
    const state = h("div", { class: "state" });
    const select = h(
      "select",
      { "aria-label": "Stream", onchange: () => this.go(this.sides.map((each) => each.select.value)) },
      rows.map((row) => h("option", { value: row.key }, `${row.key}  ${row.model || row.title}, ${row.source}`)),
    );
    select.value = key;
    const show = latest(
      (at) => get(`${path}/moment`, { at }),
      (moment) => fill(state, moment instanceof Error ? moment.message : parts(moment)),
    );
    return { key, path, state, select, show };
  }

  seek(time) {
    this.time = time;
    this.slider.value = this.scale > 0 ? (time / this.scale) * STEPS : 0;
    this.where.textContent = `after ${seconds(time)}`;
    this.sides.forEach((side) => side.show(time));
    this.lines.forEach((line) => line.at(time));
  }

  move(steps) {
    const time = this.time + (steps * this.scale) / 100;
    this.seek(Math.max(0, Math.min(this.scale, time)));
  }

  table() {
    const rows = FACTS.map(([name, value]) => {
      const [one, other] = this.details.map(value);
      const kind = one === other ? "" : "differs";
      return h("tr", { class: kind }, h("th", {}, name), h("td", {}, one), h("td", {}, other));
    });
    return h("table", { class: "figures" }, h("tbody", {}, rows));
  }

  async differences() {
    const [a, b] = this.sides.map(({ key }) => key);
    const found = await get("differences", { a, b });
    const rows = found.map(([path, one, other]) =>
      h("tr", {}, h("th", {}, path), h("td", {}, one), h("td", {}, other)),
    );
    const same = h("p", { class: "note" }, "The requests are the same.");
    const table = h("table", { class: "figures requests" }, h("tbody", {}, rows));
    return h("section", {}, h("h2", {}, "Where the requests differ"), rows.length ? table : same);
  }

  changed(keys) {
    if (this.sides?.some(({ key }) => keys.includes(key))) this.begin(...this.sides.map(({ key }) => key));
  }

  close() {
    this.sides = null;
  }
}

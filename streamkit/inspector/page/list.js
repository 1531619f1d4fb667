// The list of all streams.

import { get } from "/page/api.js";
import { fill, h } from "/page/dom.js";
import { count, finish, gaps, seconds, tokens } from "/page/format.js";
import { Rows } from "/page/rows.js";

const COLUMNS = [
  ["stream", (row) => [h("b", {}, row.model || row.title), h("small", {}, ` ${row.asked || row.source}`)]],
  ["status", (row) => badge(row)],
  ["first content", (row) => seconds(row.first)],
  ["duration", (row) => seconds(row.ended)],
  ["chunks", (row) => count(row.chunks || row.events)],
  ["gaps", (row) => gaps(row)],
  ["tokens", (row) => tokens(row)],
  ["finish", (row) => finish(row)],
];

export function badge(row) {
  return h("span", { class: `badge ${row.status}`, title: row.error }, row.status);
}

export class ListView {
  constructor(main, open) {
    this.open = open;
    this.note = h("p", { class: "note" });
    this.rows = new Rows({
      label: "Streams",
      height: 34,
      page: (first, number) => this.page(first, number),
      draw: (row) => COLUMNS.map(([name, cell]) => h("span", { class: name }, cell(row))),
      choose: (index, row) => open(row.key),
    });
    this.rows.element.classList.add("streams");
    const heads = COLUMNS.map(([name]) => h("span", { class: name }, name));
    fill(main, h("h1", {}, "Streams"), this.note, h("div", { class: "heads streams" }, heads));
    main.append(this.rows.element);
    this.rows.reset();
  }

  async page(first, number) {
    const answer = await get("streams", { first, count: number });
    const dropped = answer.dropped ? ` ${count(answer.dropped)} older ones were dropped.` : "";
    const nothing = answer.live ? "Nothing has passed yet." : "There is no stream in it.";
    fill(this.note, answer.total ? `${count(answer.total)} streams.${dropped}` : nothing);
    return answer;
  }

  changed() {
    this.rows.refresh();
  }

  move(steps) {
    const last = this.rows.total - 1;
    this.rows.select(Math.max(0, Math.min(last, this.rows.chosen + steps)));
  }

  enter() {
    const row = this.rows.row(this.rows.chosen);
    if (row) this.open(row.key);
  }

  close() {
    this.rows.close();
  }
}

// One stream: its timeline, its events, and everything as it was at the chosen one.

import { get, latest } from "/page/api.js";
import { fill, h } from "/page/dom.js";
import { ending, facts } from "/page/facts.js";
import { Filters } from "/page/filters.js";
import { bytes, count, seconds } from "/page/format.js";
import { badge } from "/page/list.js";
import { frame, json, parts } from "/page/parts.js";
import { Rows } from "/page/rows.js";
import { calls, request } from "/page/talk.js";
import { timeline } from "/page/timeline.js";

export class StreamView {
  constructor(main, key) {
    this.key = key;
    this.path = `streams/${encodeURIComponent(key)}`;
    this.n = -1;
    this.follows = true;
    this.head = h("div", {});
    this.strip = h("div", {});
    this.below = h("div", {});
    this.state = h("div", { class: "state" });
    this.wire = h("div", { class: "wire-panel" });
    this.moment = latest(
      (params) => get(`${this.path}/moment`, params),
      (moment) => this.showMoment(moment),
    );
    this.slider = h("input", {
      type: "range",
      min: 0,
      max: 0,
      value: 0,
      "aria-label": "Event",
      oninput: () => this.seek(Number(this.slider.value)),
    });
    this.where = h("output", { class: "where" });
    this.rows = new Rows({
      label: "Events",
      height: 24,
      page: (first, number) => this.page(first, number),
      draw: (row) => cells(row),
      choose: (index, row) => this.seek(row.n, index),
    });
    this.rows.element.classList.add("events");
    this.frames = new Rows({
      label: "Frames",
      height: 24,
      page: (first, number) => get(`${this.path}/frames`, { first, count: number }),
      draw: (row) => [
        h("span", { class: "n" }, count(row.n)),
        h("span", { class: "at" }, seconds(row.at)),
        h("span", { class: "size" }, bytes(row.length)),
        h("span", { class: "text" }, row.text.trim() || "(empty)"),
      ],
      choose: (index, row) => this.moment({ at: row.at }),
    });
    this.frames.element.classList.add("frames");
    this.main = main;
    this.ready = this.begin();
  }

  async begin() {
    const detail = await get(this.path);
    this.filters = new Filters(detail, () => this.filter());
    const all = h(
      "details",
      { class: "all-frames", ontoggle: () => this.frames.reset() },
      h("summary", {}, "All raw frames"),
      this.frames.element,
    );
    const scrub = h("div", { class: "scrub" }, this.slider, this.where);
    const panels = h(
      "div",
      { class: "panels" },
      h("section", {}, h("h2", {}, "Events"), this.filters.element, heads(), this.rows.element),
      h("section", {}, h("h2", {}, "At this moment"), this.state),
      h("section", {}, h("h2", {}, "Raw frame and event"), this.wire),
    );
    fill(this.main, this.head, this.strip, scrub, panels, this.below, all);
    this.show(detail);
    await this.rows.reset();
    if (detail.events) this.seek(detail.events - 1);
    else this.showMoment(await get(`${this.path}/moment`));
  }

  show(detail) {
    this.detail = detail;
    const title = h("h1", {}, detail.model || detail.title, " ", badge(detail));
    const about = h("p", { class: "note" }, `${detail.title}, ${detail.source}`);
    fill(this.head, title, about, ending(detail), facts(detail));
    this.line = timeline(detail, (time) => this.moment({ at: Math.max(0, time) }));
    fill(this.strip, this.line.element);
    this.line.at(this.time);
    this.slider.max = Math.max(0, detail.events - 1);
    const isOpen = this.below.querySelector("details.request")?.open;
    fill(this.below, calls(detail, (n) => this.seek(n)), request(detail));
    if (isOpen) this.below.querySelector("details.request").open = true;
    this.filters.offer(detail);
  }

  // Fetch anew what has changed; a reader who is at the end stays there.
  async changed(keys) {
    if (!keys.includes(this.key) || !this.detail) return;
    const isAtEnd = this.n >= this.detail.events - 1;
    this.show(await get(this.path));
    await this.rows.refresh();
    if (isAtEnd && this.detail.events) this.seek(this.detail.events - 1);
  }

  async page(first, number) {
    try {
      const params = { ...this.filters.params, first, count: number };
      const answer = await get(`${this.path}/events`, params);
      this.filters.show(answer.total);
      return answer;
    } catch (error) {
      this.filters.show(0, error);
      return { total: 0, rows: [] };
    }
  }

  async filter() {
    await this.rows.reset();
    this.place(this.n);
  }

  // Choose an event by its number; `index` is its row, if that is known.
  seek(n, index = null) {
    this.n = n;
    this.slider.value = n;
    this.moment({ n });
    if (index == null) this.place(n);
    else this.rows.select(index, false);
  }

  place(n) {
    this.placing ??= latest(
      (number) => get(`${this.path}/place`, { ...this.filters.params, n: number }),
      (answer) => answer instanceof Error || this.rows.select(answer.position),
    );
    this.placing(n);
  }

  showMoment(moment) {
    if (moment instanceof Error) {
      fill(this.state, h("p", { class: "problem" }, moment.message));
      return;
    }
    if (moment.n !== this.n && moment.n != null && moment.n >= 0) {
      this.n = moment.n; // it was sought by its time
      this.slider.value = moment.n;
      this.place(moment.n);
    }
    this.time = moment.n == null ? null : moment.at;
    this.line.at(this.time);
    const of = `event ${count(moment.n + 1)} of ${count(this.detail.events)}`;
    this.where.textContent = moment.n == null ? "no events" : `${of}, ${seconds(moment.at)}`;
    fill(this.state, parts(moment));
    fill(
      this.wire,
      h("h3", {}, moment.frame ? `Frame ${count(moment.frame.n)}` : "Frame"),
      frame(moment.frame),
      moment.event ? [h("h3", {}, moment.type), json(moment.event)] : null,
    );
  }

  move(steps) {
    const index = Math.max(0, Math.min(this.rows.total - 1, this.rows.chosen + steps));
    const row = this.rows.row(index);
    this.rows.select(index);
    if (row) this.seek(row.n, index);
    else this.rows.fetch(Math.floor(index / 200)).then(() => {
      const fetched = this.rows.row(index);
      if (fetched && this.rows.chosen === index) this.seek(fetched.n, index);
    });
  }

  find() {
    this.filters.text.focus();
  }

  close() {
    this.rows.close();
    this.frames.close();
  }
}

const HEADS = { n: "#", choice: "ch" };

function heads() {
  const names = ["n", "at", "since", "type", "choice", "path", "text"];
  const shown = names.map((name) => h("span", { class: name, title: name }, HEADS[name] ?? name));
  return h("div", { class: "heads events" }, shown);
}

function cells(row) {
  const late = row.since >= 0.25 ? "since late" : "since";
  return [
    h("span", { class: "n" }, count(row.n)),
    h("span", { class: "at" }, seconds(row.at)),
    h("span", { class: late }, row.since > 0 ? `+${seconds(row.since)}` : ""),
    h("span", { class: "type", title: row.type }, row.type.replace(/^tool_calls\.\w+\./, "call ")),
    h("span", { class: "choice" }, row.choice ?? ""),
    h("span", { class: "path", title: row.path }, row.path),
    h("span", { class: "text", dir: "auto" }, row.text),
  ];
}

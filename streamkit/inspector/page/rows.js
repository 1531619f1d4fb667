// A list of any length of which only the visible rows are in the page, fetched in pages.

import { fill, h } from "/page/dom.js";

const PAGE = 200;
const KEPT = 20; // pages
const BEYOND = 6; // rows above and below the visible ones
const PAUSE = 40; // ms without scrolling before a page is fetched

export class Rows {
  // `page(first, count)` fetches {total, rows}; `draw(row)` returns the cells of a row.
  constructor({ label, height, page, draw, choose }) {
    this.height = height;
    this.fetchPage = page;
    this.drawRow = draw;
    this.choose = choose;
    this.total = 0;
    this.chosen = -1;
    this.pages = new Map();
    this.generation = 0;
    this.inner = h("div", { class: "rows-inner", role: "rowgroup" });
    this.element = h(
      "div",
      { class: "rows", role: "grid", tabindex: 0, "aria-label": label, "aria-live": "off" },
      this.inner,
    );
    this.element.addEventListener("scroll", () => this.drawSoon());
    this.resized = new ResizeObserver(() => this.drawSoon());
    this.resized.observe(this.element);
  }

  // Forget the rows, as after another filter.
  async reset() {
    this.generation += 1;
    this.pages.clear();
    this.element.scrollTop = 0;
    await this.fetch(0);
  }

  // Fetch anew what is visible, because there may be more.
  async refresh() {
    this.pages.clear();
    const page = Math.floor(this.firstVisible() / PAGE);
    await this.fetch(page);
  }

  select(index, scrolls = true) {
    this.chosen = index;
    if (scrolls && index >= 0) this.reveal(index);
    this.draw();
  }

  row(index) {
    return this.pages.get(Math.floor(index / PAGE))?.rows?.[index % PAGE];
  }

  close() {
    this.generation += 1;
    this.resized.disconnect();
  }

  reveal(index) {
    const top = index * this.height;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) {
      this.element.scrollTop = top + this.height - clientHeight;
    }
  }

  firstVisible() {
    return Math.floor(this.element.scrollTop / this.height);
  }

  drawSoon() {
    if (this.soon) return;
    this.soon = requestAnimationFrame(() => {
      this.soon = 0;
      this.draw();
    });
  }

  draw() {
    this.inner.style.height = `${this.total * this.height}px`;
    const first = Math.max(0, this.firstVisible() - BEYOND);
    const visible = Math.ceil(this.element.clientHeight / this.height);
    const last = Math.min(this.total, first + visible + 2 * BEYOND);
    const nodes = [];
    for (let index = first; index < last; index += 1) nodes.push(this.node(index));
    fill(this.inner, nodes);
    this.fetchMissing(first, last);
  }

  node(index) {
    const row = this.row(index);
    const node = h(
      "div",
      {
        class: index === this.chosen ? "row chosen" : "row",
        role: "row",
        "aria-selected": index === this.chosen ? "true" : "false",
        onclick: () => row && this.choose(index, row),
      },
      row ? this.drawRow(row) : h("span", { class: "wait" }, "…"),
    );
    node.style.transform = `translateY(${index * this.height}px)`;
    node.style.height = `${this.height}px`;
    return node;
  }

  fetchMissing(first, last) {
    clearTimeout(this.pause);
    const missing = [];
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page += 1) {
      if (!this.pages.has(page)) missing.push(page);
    }
    if (missing.length) this.pause = setTimeout(() => missing.map((page) => this.fetch(page)), PAUSE);
  }

  async fetch(page) {
    const { generation } = this;
    const held = { rows: null };
    this.pages.set(page, held);
    let answer;
    try {
      answer = await this.fetchPage(page * PAGE, PAGE);
    } catch (error) {
      this.pages.delete(page);
      throw error;
    }
    if (generation !== this.generation || this.pages.get(page) !== held) return;
    held.rows = answer.rows;
    this.total = answer.total;
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEPT) break;
      if (old !== page) this.pages.delete(old);
    }
    this.draw();
  }
}

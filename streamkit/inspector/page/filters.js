// The filters of the events: type, choice, path and text.

import { h } from "/page/dom.js";
import { count } from "/page/format.js";

const PAUSE = 150; // ms without a key before a filter is applied

export class Filters {
  constructor(detail, apply) {
    this.type = h("select", { "aria-label": "Type of event" });
    this.choice = h("select", { "aria-label": "Choice" });
    this.path = h("input", { type: "search", placeholder: "path: $.days[*].city", "aria-label": "Path" });
    this.text = h("input", { type: "search", placeholder: "text", "aria-label": "Text" });
    this.total = h("output", {});
    this.problem = h("p", { class: "problem", role: "alert", hidden: true });
    this.element = h(
      "div",
      { class: "filters" },
      this.type,
      this.choice,
      this.path,
      this.text,
      this.total,
      this.problem,
    );
    this.offer(detail);
    this.type.addEventListener("change", apply);
    this.choice.addEventListener("change", apply);
    for (const input of [this.path, this.text]) {
      input.addEventListener("input", () => {
        clearTimeout(this.pause);
        this.pause = setTimeout(apply, PAUSE);
      });
    }
  }

  // Offer the types and choices that there are, and keep what is chosen.
  offer(detail) {
    const types = Object.entries(detail.types);
    const offered = [
      ["!chunk", "all but chunks"],
      ["", "all events"],
      ...types.map(([name, number]) => [name, `${name} (${count(number)})`]),
    ];
    const choices = detail.choices.map((index) => [index, `choice ${index}`]);
    options(this.type, offered);
    options(this.choice, [["", "all choices"], ...choices]);
    this.choice.hidden = detail.choices.length < 2;
  }

  get params() {
    return {
      type: this.type.value,
      choice: this.choice.value,
      path: this.path.value.trim(),
      text: this.text.value,
    };
  }

  show(total, error) {
    this.total.textContent = error ? "" : `${count(total)} events`;
    this.problem.hidden = !error;
    this.problem.textContent = error ? error.message : "";
  }
}

function options(select, offered) {
  const { value } = select;
  const known = [...select.options].map((option) => option.text).join();
  if (known === offered.map(([, name]) => name).join()) return;
  const isFirst = select.options.length === 0;
  select.replaceChildren(...offered.map(([each, name]) => h("option", { value: String(each) }, name)));
  if (!isFirst) select.value = value;
}

// The figures of a stream, as a list or as the rows of a comparison.

import { h } from "/page/dom.js";
import { bytes, count, finish, gaps, rate, seconds, tokens } from "/page/format.js";

export const FACTS = [
  ["first content", (row) => seconds(row.first)],
  ["response after", (row) => seconds(row.answered)],
  ["duration", (row) => seconds(row.ended)],
  ["rate", (row) => rate(row.rate)],
  ["reads", (row) => `${count(row.reads)}, ${bytes(row.size)}`],
  ["chunks", (row) => count(row.chunks)],
  ["events", (row) => count(row.events)],
  ["gaps", (row) => gaps(row)],
  ["tokens in + out", (row) => tokens(row)],
  ["finish", (row) => finish(row)],
];

export function facts(detail) {
  const pairs = FACTS.map(([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, value(detail))),
  );
  return h("dl", { class: "facts" }, pairs);
}

export function ending(detail) {
  if (detail.status === "done" || detail.status === "live") return null;
  const how = detail.status === "cut" ? "Cut" : "Error";
  const said = `${how} after ${seconds(detail.ended)}: ${detail.error}`;
  return h("p", { class: `ending ${detail.status}`, role: "status" }, said);
}

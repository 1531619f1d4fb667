// The calls that an answer asks for, with their results, and what the request says.

import { h } from "/page/dom.js";
import { count, seconds } from "/page/format.js";
import { json } from "/page/parts.js";

export function calls(detail, seek) {
  if (!detail.calls.length) return null;
  return h(
    "section",
    { class: "calls" },
    h("h2", {}, `Tool calls, turn ${detail.turn}`),
    detail.calls.map((call) => one(call, seek)),
  );
}

function one(call, seek) {
  const { result } = call;
  const when = call.ended == null ? "not whole" : `whole after ${seconds(call.ended)}`;
  return h(
    "article",
    { class: "call" },
    h(
      "h3",
      {},
      h("button", { type: "button", onclick: () => seek(call.n) }, call.name || "(no name)"),
      h("small", {}, ` from ${seconds(call.begun)}, ${when}`),
    ),
    h("pre", {}, call.arguments),
    result
      ? h(
          "div",
          { class: result.failed ? "result failed" : "result" },
          h("small", {}, result.failed ? "failed " : "result ", from(result)),
          h("pre", { dir: "auto" }, result.text),
        )
      : h("small", {}, "No result of it is in these streams."),
  );
}

function from(result) {
  if (!result.stream) return null;
  return h("a", { href: `#/stream/${encodeURIComponent(result.stream)}` }, "in the next turn");
}

export function request(detail) {
  const { url, headers, body, messages } = detail.request;
  const status = detail.response ? `status ${detail.response.status}` : "no response";
  return h(
    "details",
    { class: "request" },
    h("summary", {}, `Request, turn ${detail.turn}, and response (${status})`),
    messages.map((each) =>
      h(
        "article",
        { class: `message ${each.role}` },
        h("h3", {}, each.role),
        each.text ? h("pre", { dir: "auto" }, each.text) : null,
        each.length > each.text.length
          ? h("small", {}, `the beginning of ${count(each.length)} characters`)
          : null,
        each.calls.map((call) => h("pre", {}, `${call.name}(${call.arguments})`)),
      ),
    ),
    h("h3", {}, url),
    headerTable(headers),
    json(body),
    detail.response ? [h("h3", {}, "Response"), headerTable(detail.response.headers)] : null,
  );
}

function headerTable(headers) {
  const rows = headers.map(([name, value]) => h("tr", {}, h("th", {}, name), h("td", {}, value)));
  return h("table", { class: "headers" }, h("tbody", {}, rows));
}

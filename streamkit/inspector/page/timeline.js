// The strip of a stream: when reads and parts came, with gaps, ends, and a cursor.

import { h, svg } from "/page/dom.js";
import { count, seconds } from "/page/format.js";

const HEIGHT = 20;

// `scale` is the time at the right end; `seek(seconds)` is called where the strip is clicked.
export function timeline(detail, seek, scale = detail.timeline.ended) {
  const { rows, columns, gaps, ended, more } = detail.timeline;
  const cursor = h("div", { class: "cursor", hidden: true });
  const share = (time) => (scale > 0 ? Math.min(1, time / scale) : 0);
  const tracks = h("div", { class: "tracks" }, rows.map((row) => track(row)), cursor);
  const names = rows.map((row) =>
    h("div", { class: "name", title: `${row.label}: ${count(row.count)}` }, row.label),
  );
  tracks.addEventListener("click", (event) => {
    const box = tracks.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * scale);
  });

  function track(row) {
    const stretch = share(ended);
    const x = (column) => column * stretch;
    const marks = row.marks.map(([column, number]) => {
      const height = Math.min(HEIGHT, 6 + 2 * number);
      return svg("rect", { x: x(column), y: (HEIGHT - height) / 2, width: 1.6, height });
    });
    const isReads = row.channel === "reads";
    const pauses = (isReads ? gaps : []).map(([start, end]) =>
      svg("rect", {
        class: "gap",
        x: share(start) * columns,
        y: 2,
        width: Math.max(1, (share(end) - share(start)) * columns),
        height: HEIGHT - 4,
      }),
    );
    const end = isReads ? ended : row.done;
    const isWhole = !isReads || detail.status === "done";
    const last =
      end == null || (isReads && detail.status === "live")
        ? null
        : svg("rect", {
            class: isWhole ? "end" : "end cut",
            x: Math.min(columns - 3, share(end) * columns),
            y: 0,
            width: 3,
            height: HEIGHT,
          });
    const box = `0 0 ${columns} ${HEIGHT}`;
    const label = `${row.label}: ${count(row.count)}, from ${seconds(row.first)}`;
    const attributes = { viewBox: box, preserveAspectRatio: "none", role: "img", "aria-label": label };
    const line = svg("rect", { class: "line", x: 0, y: 9.5, width: share(end ?? ended) * columns, height: 1 });
    return svg("svg", { class: `track ${row.channel.replace(" ", "-")}`, ...attributes }, line, pauses, marks, last);
  }

  const axis = h("div", { class: "axis" }, h("span", {}, "0 s"), h("span", {}, seconds(scale)));
  const left = more ? h("p", { class: "note" }, `${count(more)} more parts are not drawn.`) : null;
  const element = h("div", { class: "timeline" }, h("div", { class: "names" }, names), tracks, axis, left);
  return {
    element,
    at(time) {
      cursor.hidden = time == null;
      cursor.style.left = `${share(time ?? 0) * 100}%`;
    },
  };
}

// All that came of one cause, on one scale of time.

import { h } from "./dom.js";
import { count, duration, shortId } from "./format.js";
import { kindMark } from "./kinds.js";

/** What happened, in order: a beginning and its end are one step; steps within it are deeper. */
export function stepsOf(lines) {
  const steps = [];
  const open = new Map();
  for (const line of lines) {
    if (line.phase === "end" && open.has(line.span)) {
      const step = open.get(line.span);
      step.end = line;
      open.delete(line.span);
      continue;
    }
    const step = { line, end: null, depth: open.size };
    steps.push(step);
    if (line.phase === "begin") open.set(line.span, step);
  }
  return steps;
}

export function waterfallView(lines, current, choose) {
  const steps = stepsOf(lines);
  const start = lines[0].clock;
  const total = Math.max(lines[lines.length - 1].clock - start, 1e-6);
  const place = (clock) => `${(100 * (clock - start)) / total}%`;
  return h("section", { class: "waterfall" },
    h("h3", {}, "The way of it"),
    h("p", { class: "hint" }, `${count(steps.length, "step")} in ${duration(total)}`),
    h("ol", {}, steps.map((step) => stepRow(step, { start, total, place, current, choose }))));
}

function stepRow({ line, end, depth }, { start, total, place, current, choose }) {
  const last = end ?? line;
  const isCurrent = current === line.id || current === end?.id;
  const bar = h("span", { class: end ? "bar-of span" : "bar-of", style: {
    left: place(line.clock), width: end ? `max(3px, ${(100 * (end.clock - line.clock)) / total}%)` : "3px",
  } });
  const took = end ? duration(end.clock - line.clock) : `+${duration(line.clock - start)}`;
  const outcome = last.outcome || line.outcome || "";
  return h("li", {},
    h("button", { type: "button", "data-outcome": outcome, "aria-current": isCurrent ? "step" : undefined,
      onclick: () => choose(last.id) },
    h("span", { class: "what", style: { "--depth": depth } }, kindMark(line.kind), h("span", {}, stepTitle(line))),
    h("span", { class: "track" }, bar), h("span", { class: "took" }, took)));
}

function stepTitle(line) {
  if (line.kind !== "delivery" || line.recipients !== 1) return line.title;
  return `Delivered to ${line.user || shortId(line.connection)}`;
}

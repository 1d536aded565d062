// All that came of one cause, on one scale of time.
//
// What is done within a span is told when it happens, but a whole step, such as an action or what a
// hub was asked to do, only once it is done, after all that came of it. So the order of the lines is
// not that of cause and effect; the spans are: each belongs to the step that began it or that tells
// of it as a whole, else to the first thing in it, and its parent names the step that it is part of.

import { h } from "./dom.js";
import { count, duration, shortId } from "./format.js";
import { kindMark } from "./kinds.js";

const NAMED = 8;

/** What happened, causes before effects: each step with what came of it, one deeper. */
export function stepsOf(lines) {
  const steps = paired(lines);
  const owners = new Map();
  for (const step of steps) {
    const { span } = step.line;
    if (span && (step.isOwner || !owners.has(span))) owners.set(span, step);
  }
  const roots = [];
  for (const step of steps) {
    const own = owners.get(step.line.span);
    const parent = own && own !== step ? own : owners.get(step.line.parent);
    (parent && parent !== step ? parent.inner : roots).push(step);
  }
  return inOrder(roots, 0);
}

/** A beginning and its end are one step, and deliveries belong to the operation seen after them. */
function paired(lines) {
  const steps = new Set();
  const begun = new Map();
  let deliveries = [];
  for (const line of lines) {
    const began = line.phase === "end" && begun.get(line.span);
    if (began) {
      Object.assign(began, { last: line, end: line.clock });
      begun.delete(line.span);
      continue;
    }
    const step = stepOf(line);
    steps.add(step);
    if (line.phase === "begin") begun.set(line.span, step);
    if (line.kind === "delivery") deliveries.push(step);
    if (line.kind !== "operation") continue;
    for (const one of deliveries.filter(({ line: { span } }) => span === line.span)) {
      steps.delete(one);
      step.inner.push(one);
      step.start = Math.min(step.start, one.start);
    }
    deliveries = deliveries.filter(({ line: { span } }) => span !== line.span);
  }
  return steps;
}

function stepOf(line) {
  const isWhole = line.seconds !== undefined;
  const start = isWhole ? line.clock - line.seconds : line.clock;
  return { line, last: line, start, end: isWhole ? line.clock : null, inner: [], depth: 0,
    isOwner: isWhole || line.phase === "begin" };
}

function inOrder(steps, depth) {
  return steps.sort((a, b) => a.start - b.start)
    .flatMap((step) => [Object.assign(step, { depth }), ...inOrder(step.inner, depth + 1)]);
}

export function waterfallView(lines, current, choose) {
  const steps = stepsOf(lines);
  const start = Math.min(...steps.map((step) => step.start));
  const total = Math.max(...steps.map((step) => step.end ?? step.start), start + 1e-6) - start;
  return h("section", { class: "waterfall" },
    h("h3", {}, "The way of it"),
    h("p", { class: "hint" }, `${count(steps.length, "step")} in ${duration(total)}`),
    h("ol", {}, steps.map((step) => stepRow(step, { start, total, current, choose }))));
}

function stepRow({ line, last, start: began, end, depth }, { start, total, current, choose }) {
  const share = (seconds) => `${(100 * seconds) / total}%`;
  const isCurrent = current === line.id || current === last.id;
  const isSpan = end !== null;
  const bar = h("span", { class: isSpan ? "bar-of span" : "bar-of", style: {
    left: share(began - start), width: isSpan ? `max(3px, ${share(end - began)})` : "3px",
  } });
  const took = isSpan ? duration(end - began) : `+${duration(began - start)}`;
  const outcome = last.outcome || line.outcome || "";
  return h("li", { style: { "--depth": depth } },
    h("button", { type: "button", "data-outcome": outcome, "aria-current": isCurrent ? "step" : undefined,
      title: stepTitle(line), onclick: () => choose(last.id) },
    h("span", { class: "what" }, kindMark(line.kind), h("span", {}, stepTitle(line))),
    h("span", { class: "track" }, bar), h("span", { class: "took" }, took)),
    line.to && recipients(line));
}

function recipients({ to, recipients: all }) {
  const named = to.slice(0, NAMED).map(([id, user]) => h("li", { title: id }, `→ ${user || shortId(id)}`));
  const more = all - named.length;
  return h("ul", { class: "plain to", "aria-label": "Recipients" }, named, more > 0 && h("li", {}, `and ${more} more`));
}

function stepTitle(line) {
  if (line.kind === "log" && line.text) return line.text;
  if (line.kind === "action") return line.title.replace(/^Action of [^:]*: /, "Action: ");
  if (line.kind !== "delivery" || line.recipients !== 1) return line.title;
  return `Delivered to ${line.user || shortId(line.connection)}`;
}

// One line, opened: the way of its message, why it was refused, its payload, who got it.

import { fill, h } from "./dom.js";
import { get } from "./api.js";
import { clock, count, shortId } from "./format.js";
import { kindMark } from "./kinds.js";
import { fieldsView, payloadView, replaceWithError } from "./payload.js";
import { refusalView } from "./refusal.js";
import { store } from "./store.js";
import { waterfallView } from "./waterfall.js";

export function entryPanel({ close, choose }) {
  const body = h("div", { class: "body" });
  const panel = h("aside", { class: "panel", "aria-label": "Details", hidden: true },
    h("div", { class: "bar" }, h("h2", {}, "Details"),
      h("button", { type: "button", class: "quiet", onclick: close, "aria-label": "Close details" }, "✕")),
    body);
  let wanted = null;

  async function show(id) {
    wanted = id;
    panel.hidden = false;
    const line = store.line(id);
    if (line) fill(body, head(line), way(line));
    try {
      const detail = await get("entry", { id });
      if (wanted === id) fill(body, ...whole(detail));
    } catch (error) {
      if (wanted === id) replaceWithError(body, error);
    }
  }

  function whole(detail) {
    const { line, refusal, payload, recipients, values, trace, fields } = detail;
    return [head(line), refusal && refusalView(refusal), trace && traceView(line, trace), way(line),
      payload && payloadView(payload), (values ?? []).map((one) => payloadView(one.payload, one.name)),
      recipients?.length > 0 && recipientsView(line, recipients),
      Object.keys(fields).length > 0 && h("section", {}, h("h3", {}, "Everything else"), fieldsView(fields))];
  }

  function way(line) {
    const lines = store.flow(line.flow);
    return lines.length > 1 && waterfallView(lines, line.id, choose);
  }

  function hide() {
    wanted = null;
    panel.hidden = true;
  }

  return { panel, show, hide };
}

function head(line) {
  const who = [line.hub && `hub ${line.hub}`, line.user && `user ${line.user}`,
    line.connection && `connection ${line.connection}`, line.group && `group ${line.group}`].filter(Boolean);
  return h("div", { class: "head" },
    h("h2", {}, kindMark(line.kind), " ", line.title),
    h("p", { class: "hint" }, [clock(line.at), ...who].join(" · ")),
    line.text && !line.size && h("p", {}, line.text));
}

function recipientsView(line, recipients) {
  const more = line.recipients - recipients.length;
  return h("section", {},
    h("h3", {}, `Delivered to ${count(line.recipients, "connection")}`),
    h("ul", { class: "recipients" }, recipients.map((one) =>
      h("li", {}, h("code", { title: one.connection }, shortId(one.connection)), " ", one.user))),
    more > 0 && h("p", { class: "hint" }, `and ${more} more`));
}

function traceView(line, text) {
  return h("section", {}, h("h3", {}, line.kind === "log" ? "Log" : "Traceback"), h("pre", { tabindex: 0 }, text));
}

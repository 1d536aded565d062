// A payload as one wants to see it: formatted, as it came, or byte by byte.

import { copyButton, fill, h } from "./dom.js";
import { bytes, fromBase64, hexDump, pretty } from "./format.js";

export function payloadView(payload, title = "Payload") {
  const data = payload.text === undefined ? fromBase64(payload.base64) : new TextEncoder().encode(payload.text);
  const ways = payload.text === undefined ? [] : [["Raw", () => payload.text]];
  if (payload.kind === "json" && payload.text !== undefined) ways.unshift(["Formatted", () => pretty(payload.text)]);
  ways.push(["Hex", () => hexDump(data)]);
  const area = h("pre", { tabindex: 0 });
  const tabs = ways.map(([name, make]) => h("button", { type: "button", onclick: () => show(name, make) }, name));

  function show(name, make) {
    area.textContent = make();
    for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.textContent === name));
  }

  show(...ways[0]);
  const cut = data.length < payload.size ? `, the first ${bytes(data.length)} of them shown` : "";
  return h("section", { class: "payload" },
    h("div", { class: "bar" },
      h("h3", {}, title), h("small", {}, `${payload.kind}, ${bytes(payload.size)}${cut}`),
      h("div", { class: "tabs", role: "group", "aria-label": "How the payload is shown" }, tabs),
      copyButton(() => area.textContent)),
    area,
    payload.metadata && fieldsView({ metadata: payload.metadata }));
}

export function fieldsView(fields) {
  const rows = Object.entries(fields).map(([name, value]) => [
    h("dt", {}, name), h("dd", {}, plain(value)),
  ]);
  return h("dl", {}, rows);
}

function plain(value) {
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  if (value !== null && typeof value === "object") return h("pre", { class: "small" }, JSON.stringify(value, null, 2));
  return String(value);
}

export function replaceWithError(node, error) {
  fill(node, h("p", { class: "bad", role: "alert" }, error.message));
}

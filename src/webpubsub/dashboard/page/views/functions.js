// The functions of the app, their bindings, and how they have done lately.

import { copyButton, fill, h } from "../dom.js";
import { get } from "../api.js";
import { clock, count, duration } from "../format.js";
import { replaceWithError } from "../payload.js";
import { store } from "../store.js";

const LATEST = 10;

export function functionsView(root) {
  const body = h("div", { class: "stack" });
  root.append(h("h1", {}, "Functions"), body);
  let functions = null;
  let served = lastServed();
  const runs = new Map();

  async function load() {
    try {
      functions = await get("functions");
      show();
    } catch (error) {
      replaceWithError(body, error);
    }
  }

  function show() {
    if (!functions.length) {
      fill(body, h("div", { class: "empty" }, h("h2", {}, "No function app here"),
        h("p", {}, "This is the service alone. ", h("code", {}, "webpubsub start"), " runs an app with it.")));
      return;
    }
    runs.clear();
    fill(body, functions.map(card));
    showRuns();
  }

  function card(one) {
    const list = h("div", { class: "runs" });
    runs.set(one.name, list);
    return h("section", { class: "card" },
      h("div", { class: "bar" }, h("h2", {}, one.name), h("small", {}, one.trigger),
        one.disabled && h("span", { class: "badge" }, "disabled"),
        one.problem && h("span", { class: "badge bad" }, "in error")),
      one.problem && h("p", { class: "bad" }, one.problem),
      one.url && h("p", { class: "copy" }, h("code", {}, [one.methods.join(", "), one.url].filter(Boolean).join(" ")),
        copyButton(one.url)),
      h("ul", { class: "plain bindings" }, one.bindings.map((binding) =>
        h("li", {}, h("code", {}, binding.type), ` ${binding.direction} `, h("b", {}, binding.name),
          binding.what && h("small", {}, ` ${binding.what}`)))),
      list);
  }

  function showRuns() {
    if (!functions) return;
    const latest = new Map();
    for (let at = store.lines.length - 1; at >= 0; at -= 1) {
      const line = store.lines[at];
      if (line.kind !== "function" || line.phase !== "end") continue;
      const found = latest.get(line.name) ?? [];
      if (found.length < LATEST) latest.set(line.name, [...found, line]);
    }
    for (const [name, node] of runs) fill(node, runsView(latest.get(name) ?? []));
  }

  function follow() {
    const latest = lastServed();
    if (latest === served) showRuns();
    else load(); // the app has been read again
    served = latest;
  }

  store.addEventListener("lines", follow);
  load();
  return () => store.removeEventListener("lines", follow);
}

function lastServed() {
  return store.lines.findLast((line) => line.kind === "app")?.id;
}

function runsView(lines) {
  if (!lines.length) return h("p", { class: "hint" }, "Not called yet.");
  return [h("h3", {}, `Latest ${count(lines.length, "call")}`),
    h("ul", { class: "plain" }, lines.map((line) => h("li", {},
      h("a", { href: `#/traffic?entry=${line.id}`, class: line.outcome === "ok" ? "" : "bad" },
        clock(line.at), " ", line.outcome === "ok" ? "succeeded" : "failed",
        line.seconds === undefined ? "" : ` in ${duration(line.seconds)}`),
      line.text && h("small", {}, ` ${line.text}`))))];
}

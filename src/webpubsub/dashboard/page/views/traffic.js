// Everything that happens, live; what one looks for; and each message on its way.

import { fill, h } from "../dom.js";
import { entryPanel } from "../entry.js";
import { bytes, clock, count, duration, shortId } from "../format.js";
import { KINDS, kindMark } from "../kinds.js";
import { store } from "../store.js";
import { VirtualList } from "../virtual.js";

const NAMED = 3;
const QUIET_KINDS = ["keep-alive"];

export function trafficView(root, query) {
  const filters = { text: query.get("text") ?? "", hub: query.get("hub") ?? "", hidden: new Set(QUIET_KINDS) };
  let paused = null;
  let selected = null;
  let drawing = false;

  const list = new VirtualList({ label: "Everything that happened, oldest first", make: row, choose });
  const { panel, show: showEntry, hide } = entryPanel({ close: () => choose(null), choose });
  const text = h("input", { type: "search", value: filters.text, placeholder: "Filter: user, connection, group, text…",
    "aria-label": "Filter", oninput: () => { filters.text = text.value; draw(); } });
  const hub = h("select", { "aria-label": "Hub", onchange: () => { filters.hub = hub.value; draw(); } });
  const kinds = h("details", { class: "kinds" }, h("summary", {}, "Kinds"), h("div", {}, kindChoices()));
  const pause = h("button", { type: "button", onclick: togglePause }, "Pause");
  const state = h("span", { class: "hint", role: "status" });
  const nothing = h("div", { class: "empty" });

  root.append(
    h("h1", { class: "visually-hidden" }, "Traffic"),
    h("div", { class: "tools" }, text, hub, kinds, pause,
      h("button", { type: "button", onclick: () => store.clear() }, "Clear"),
      h("button", { type: "button", onclick: download }, "Download"), state),
    h("div", { class: "split" }, h("div", { class: "main" }, list.node, nothing), panel));

  function kindChoices() {
    return Object.entries(KINDS).map(([kind, name]) => h("label", {},
      h("input", { type: "checkbox", checked: !filters.hidden.has(kind), onchange: (event) => {
        if (event.target.checked) filters.hidden.delete(kind);
        else filters.hidden.add(kind);
        draw();
      } }), kindMark(kind), name));
  }

  function rows() {
    const wanted = filters.text.trim().toLowerCase();
    return (paused ?? store.lines).filter((line) => !filters.hidden.has(line.kind)
      && (!filters.hub || line.hub === filters.hub)
      && (!wanted || searchText(line).includes(wanted)));
  }

  function draw() {
    drawing = false;
    const found = rows();
    list.show(found, selected);
    const all = (paused ?? store.lines).length;
    state.textContent = [
      found.length === all ? count(all, "line") : `${found.length} of ${count(all, "line")}`,
      paused && `paused, ${store.lines.length - paused.length} new`,
      store.missed && `${store.missed} went by too fast to be shown`,
    ].filter(Boolean).join(" · ");
    nothing.hidden = found.length > 0;
    if (!found.length) fill(nothing, ...whyEmpty(all));
  }

  function whyEmpty(all) {
    if (all) return [h("h2", {}, "Nothing fits the filter"), h("p", {}, "Change it, or show more kinds.")];
    return [h("h2", {}, "It is quiet"), h("p", {}, "Whatever happens appears here at once. A ",
      h("a", { href: "#/clients" }, "test client"), " makes something happen.")];
  }

  function drawSoon() {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(draw);
  }

  function showHubs() {
    const names = (store.state?.hubs ?? []).map((one) => one.name);
    if (filters.hub && !names.includes(filters.hub)) names.push(filters.hub);
    if (hub.options.length === names.length + 1) return;
    fill(hub, [["", "Every hub"], ...names.map((name) => [name, name])].map(([value, label]) =>
      h("option", { value, selected: value === filters.hub }, label)));
  }

  function choose(id) {
    selected = id;
    if (id === null) {
      hide();
      list.node.focus();
    } else showEntry(id);
    draw();
  }

  function togglePause() {
    paused = paused ? null : [...store.lines];
    pause.textContent = paused ? "Go on" : "Pause";
    pause.setAttribute("aria-pressed", String(Boolean(paused)));
    draw();
  }

  function download() {
    const blob = new Blob(rows().map((line) => `${JSON.stringify(line)}\n`), { type: "application/x-ndjson" });
    const link = h("a", { href: URL.createObjectURL(blob), download: "traffic.jsonl" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function keys(event) {
    if (event.key === "Escape" && !panel.hidden) choose(null);
    else if (event.key === "/" && !event.target.matches("input, select, textarea")) {
      event.preventDefault();
      text.focus();
    }
  }

  store.addEventListener("lines", drawSoon);
  store.addEventListener("state", showHubs);
  addEventListener("keydown", keys);
  showHubs();
  draw();
  list.toEnd();
  if (query.get("entry")) choose(Number(query.get("entry")));
  return () => {
    list.observer.disconnect();
    store.removeEventListener("lines", drawSoon);
    store.removeEventListener("state", showHubs);
    removeEventListener("keydown", keys);
  };
}

function searchText(line) {
  line.search ??= [line.title, line.user, line.connection, line.group, line.text, line.code, line.hub, line.kind,
    ...(line.to ?? []).flat()].filter(Boolean).join("\n").toLowerCase();
  return line.search;
}

function row(line) {
  const first = line.to?.slice(0, NAMED).map(([id, user]) => user || shortId(id)).join(", ");
  const who = line.user || (line.connection ? shortId(line.connection) : first ?? "");
  return h("div", { class: "row", "data-outcome": line.outcome || "" },
    h("time", {}, clock(line.at)),
    h("span", { class: "title" }, kindMark(line.kind), line.title),
    h("span", { class: "who" }, who),
    h("span", { class: "hub" }, line.hub ?? ""),
    h("span", { class: "text" }, line.text ?? ""),
    h("span", { class: "size" }, line.seconds === undefined ? line.size && bytes(line.size) : duration(line.seconds)));
}

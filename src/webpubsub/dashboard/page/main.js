// The frame around the views: where one is, whether the service is there, light or dark.

import { fill, h } from "./dom.js";
import { clock } from "./format.js";
import { store } from "./store.js";
import { clientsView } from "./views/clients.js";
import { connectionsView } from "./views/connections.js";
import { functionsView } from "./views/functions.js";
import { overviewView } from "./views/overview.js";
import { refusalsView } from "./views/refusals.js";
import { tokensView } from "./views/tokens.js";
import { trafficView } from "./views/traffic.js";

// Each makes its element, and may return a function that is called when it is left.
const VIEWS = {
  overview: ["Overview", overviewView],
  traffic: ["Traffic", trafficView],
  refusals: ["Refusals", refusalsView],
  connections: ["Connections", connectionsView],
  clients: ["Test clients", clientsView],
  functions: ["Functions", functionsView],
  tokens: ["Tokens", tokensView],
};
const THEMES = ["auto", "light", "dark"];

const byId = (id) => document.getElementById(id);
let leave = null;

function route() {
  const [name, query = ""] = location.hash.replace(/^#\//, "").split("?");
  const key = VIEWS[name] ? name : "overview";
  const [title, view] = VIEWS[key];
  leave?.();
  for (const link of byId("nav").children) {
    if (link.dataset.view === key) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  document.title = `${title} · webpubsub`;
  const root = byId("view");
  root.dataset.view = key;
  fill(root);
  leave = view(root, new URLSearchParams(query)) ?? null;
}

function showNav() {
  const entries = Object.entries(VIEWS).map(([name, [title]]) =>
    h("a", { href: `#/${name}`, "data-view": name }, title, h("span", { class: "count", hidden: true })));
  fill(byId("nav"), entries);
}

function showPhase() {
  const phases = { connecting: "Connecting…", live: "Live", gone: "Service is gone", expired: "Link needed" };
  const status = byId("status");
  status.dataset.phase = store.phase;
  status.textContent = phases[store.phase];
  const notice = byId("notice");
  const words = NOTICES[store.phase] ?? (store.startedAgain && startedAgain());
  notice.hidden = !words;
  notice.dataset.phase = store.phase;
  if (words) fill(notice, ...words);
}

function startedAgain() {
  const forget = () => { store.startedAgain = 0; showPhase(); };
  return [h("b", {}, "webpubsub was started again"), ` at ${clock(store.startedAgain / 1000).slice(0, 8)}. What you see is new since then.`,
    h("button", { type: "button", class: "quiet", onclick: forget }, "Close")];
}

const NOTICES = {
  gone: [h("b", {}, "The service does not answer."),
    " What you see is how it was. This page comes back by itself as soon as the service does."],
  expired: [h("b", {}, "webpubsub does not know this browser any more."),
    " Open the link that it printed last, in the line that begins with Dashboard:, and this page goes on."],
};

function showState() {
  const { state } = store;
  byId("where").textContent = state.app ? `${state.app.title} · ${state.endpoint}` : state.endpoint;
}

function countRefusals() {
  const refused = store.refusals.length;
  const badge = byId("nav").querySelector('[data-view="refusals"] .count');
  badge.textContent = refused;
  badge.hidden = !refused;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("theme", theme); } catch { /* a private window may forbid it */ }
  byId("theme").textContent = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[theme];
  byId("theme").setAttribute("aria-label", `Colours: ${theme}`);
}

function savedTheme() {
  try {
    const saved = localStorage.getItem("theme");
    return THEMES.includes(saved) ? saved : "auto";
  } catch {
    return "auto";
  }
}

// The token has done its work, and need not stay where shoulders and screenshots can see it.
if (location.search) history.replaceState(null, "", location.pathname + location.hash);
setTheme(savedTheme());
byId("theme").addEventListener("click", () => {
  const now = THEMES.indexOf(document.documentElement.dataset.theme);
  setTheme(THEMES[(now + 1) % THEMES.length]);
});
showNav();
showPhase();
store.addEventListener("phase", showPhase);
store.addEventListener("again", () => {
  showPhase();
  countRefusals();
  route();
});
store.addEventListener("state", showState);
store.addEventListener("lines", countRefusals);
addEventListener("hashchange", route);
route();
store.start();

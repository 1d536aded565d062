// Hubs, where their events go, and how to begin.

import { copyButton, fill, h } from "../dom.js";
import { count } from "../format.js";
import { store } from "../store.js";

export function overviewView(root) {
  const figures = h("section", { class: "figures", "aria-label": "Live figures" });
  const begin = h("div");
  const connect = h("section", { class: "card" });
  const app = h("div");
  const hubs = h("section", { class: "card" });
  root.append(h("h1", {}, "Overview"), figures, begin, h("div", { class: "two" }, connect, app), hubs);
  let shown = "";

  function show() {
    const { state } = store;
    if (!state) return;
    showFigures(figures, state);
    // What does not change is left alone, so that a selection or the focus survives.
    const key = JSON.stringify([{ ...state, now: 0 }, store.isFresh]);
    if (key === shown) return;
    shown = key;
    fill(begin, store.isFresh && !state.connections ? firstSteps(state) : null);
    fill(connect, ...connecting(state));
    fill(app, state.app && appCard(state.app));
    fill(hubs, ...hubTable(state.hubs));
  }

  store.addEventListener("state", show);
  store.addEventListener("lines", show);
  show();
  return () => {
    store.removeEventListener("state", show);
    store.removeEventListener("lines", show);
  };
}

function showFigures(node, state) {
  const refused = store.refusals.length;
  fill(node,
    figure(state.connections, "connections", "#/connections"),
    figure(state.hubs.length, "hubs"),
    figure(store.rate < 10 ? store.rate.toFixed(1) : Math.round(store.rate), "lines of traffic a second", "#/traffic"),
    figure(refused, "refusals", "#/refusals", refused ? "bad" : ""));
}

function figure(value, label, href, tone = "") {
  const inner = [h("b", { class: tone }, typeof value === "number" ? value.toLocaleString("en") : value),
    h("span", {}, label)];
  return href ? h("a", { class: "figure", href }, inner) : h("div", { class: "figure" }, inner);
}

function firstSteps(state) {
  const watch = ["Watch each message on its way in ", h("a", { href: "#/traffic" }, "Traffic"), "."];
  const test = ["Connect a ", h("a", { href: "#/clients" }, "test client"), " from this page."];
  const pages = state.app?.pages ?? [];
  const steps = [pages.length > 0 && ["Open your app in a browser: ", pageLinks(pages)], test,
    !state.app && ["Give your app the connection string below."], watch].filter(Boolean);
  return h("section", { class: "card begin" },
    h("h2", {}, "Nothing has happened yet"),
    h("ol", {}, steps.map((step) => h("li", {}, step))));
}

const MOST_PAGES = 3;

function pageLinks(pages) {
  return pages.slice(0, MOST_PAGES).map((url, at) => [at > 0 && ", ", outside(url)]);
}

function outside(url) {
  return h("a", { href: url, target: "_blank", rel: "noreferrer" }, url);
}

function connecting(state) {
  const key = state.developmentKey
    ? "It holds the well-known development key, which guards nothing: keep this service on this machine."
    : "Its key is yours, and not shown here.";
  return [h("h2", {}, "Connect to it"),
    h("h3", {}, "Connection string"),
    h("div", { class: "copy" }, h("code", {}, state.connectionString),
      state.developmentKey && copyButton(state.connectionString)),
    h("p", { class: "hint" }, key),
    h("p", {}, "Clients come with a ", h("a", { href: "#/tokens" }, "client URL"), ", and a ",
      h("a", { href: "#/clients" }, "test client"), " is on this page.")];
}

function appCard(app) {
  return h("section", { class: "card" },
    h("h2", {}, "Your app"),
    h("p", {}, h("b", {}, app.title), ` has ${count(app.functions, "function")}`,
      app.broken ? h("span", { class: "bad" }, `, ${app.broken} of them in error`) : null, "."),
    app.problem && h("p", { class: "bad" }, app.problem),
    app.pages.length > 0 && h("p", {}, "Pages: ", pageLinks(app.pages)),
    h("p", {}, h("a", { href: "#/functions" }, "Its functions and their latest calls")));
}

function hubTable(hubs) {
  const title = h("h2", {}, "Hubs");
  if (!hubs.length) {
    return [title, h("p", { class: "hint" }, "None yet: a hub exists as soon as a client or an app names it.")];
  }
  return [title, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Hubs" },
    h("table", {},
      h("thead", {}, h("tr", {},
        ["Hub", "Connections", "Users", "Groups", "Where events go"].map((name) => h("th", {}, name)))),
      h("tbody", {}, hubs.map(hubRow))))];
}

function hubRow(hub) {
  const routes = hub.routes.map(([events, target]) =>
    h("li", {}, h("code", {}, events), " → ", target));
  return h("tr", {},
    h("td", {}, h("a", { href: `#/connections?hub=${encodeURIComponent(hub.name)}` }, hub.name)),
    [hub.connections, hub.users, hub.groups].map((n) => h("td", { class: "number" }, n.toLocaleString("en"))),
    h("td", {},
      routes.length ? h("ul", { class: "plain" }, routes) : h("span", { class: "hint" }, "nowhere: user events fail"),
      hub.anonymous && h("p", { class: "hint" }, "Clients without a token are let in.")));
}

// Who is here, and what can be done about it.

import { field, fill, h, options } from "../dom.js";
import { get, post } from "../api.js";
import { connectionFaults, serviceFaults } from "../faults.js";
import { count, shortId } from "../format.js";
import { replaceWithError } from "../payload.js";
import { store } from "../store.js";

const EVERY_MS = 1000;
const PORTION = 200;

export function connectionsView(root, query) {
  const wish = { hub: query.get("hub") ?? "", search: "", limit: PORTION };
  let shown = "";
  let opened = null;
  const faultsOpen = new Set();
  const hub = h("select", { onchange: () => { wish.hub = hub.value; wish.limit = PORTION; shown = ""; refresh(); } });
  const search = h("input", { type: "search", placeholder: "Connection, user or group",
    oninput: () => { wish.search = search.value; refresh(); } });
  const summary = h("p", { class: "hint", role: "status" });
  const groups = h("div", { class: "chips" });
  const body = h("div", { class: "stack" });
  const more = h("button", { type: "button", onclick: () => { wish.limit += PORTION; refresh(); } }, `Show ${PORTION} more`);
  const said = h("p", { role: "status", class: "said" });
  const faults = serviceFaults(say);
  root.append(h("h1", {}, "Connections"),
    h("div", { class: "tools" }, field("Hub", hub), field("Search", search)),
    summary, groups, sendForm(wish, say), faults.card, said, body, h("p", { class: "more" }, more));

  function say(text, isBad = false) {
    said.textContent = text;
    said.classList.toggle("bad", isBad);
  }

  function showHubs() {
    const names = (store.state?.hubs ?? []).map((one) => one.name);
    if (hub.options.length === names.length && names.length) return;
    if (!names.includes(wish.hub)) wish.hub = names[0] ?? "";
    fill(hub, names.length ? options(names.map((name) => [name, name]), wish.hub) : options([["", "none yet"]], ""));
  }

  async function refresh() {
    showHubs();
    if (!wish.hub || store.phase !== "live") {
      if (!wish.hub) {
        fill(body, nobody());
        more.hidden = true;
      }
      return;
    }
    try {
      const found = await get("connections", wish);
      const key = JSON.stringify([wish, found]);
      if (key === shown) return;
      shown = key;
      show(found);
    } catch (error) {
      if (store.phase === "live") replaceWithError(body, error);
    }
  }

  function show({ total, connections, groups: known }) {
    more.hidden = total <= connections.length;
    const which = wish.search ? ` with “${wish.search}”` : "";
    summary.textContent = count(total, "connection") + which
      + (more.hidden ? "" : `, the first ${connections.length} shown: search for any of the others`);
    fill(groups, known.map((group) => h("button", { type: "button", class: "chip",
      onclick: () => { search.value = wish.search = group.name; refresh(); } },
      group.name, h("small", {}, ` ${group.connections}`))));
    fill(body, connections.length ? connections.map(card) : nobody());
  }

  function card(one) {
    const details = h("details", { class: "card connection", open: one.id === opened },
      h("summary", {},
        h("b", {}, one.user || "anonymous"), h("code", { title: one.id }, shortId(one.id)),
        h("small", {}, one.protocol), h("span", { class: "badge", "data-phase": one.phase }, one.phase),
        one.queued > 0 && h("span", { class: "badge warn" }, `${one.queued} queued`),
        one.buffered > 0 && h("span", { class: "badge" }, `${one.buffered} unacknowledged`),
        h("small", { class: "groups" }, one.groups.join(", "))),
      h("div", { class: "body" }, h("dl", {}, facts(one)), actions(one),
        connectionFaults(one, { say, refresh, kept: faultsOpen })));
    details.addEventListener("toggle", () => { opened = details.open ? one.id : opened === one.id ? null : opened; });
    return details;
  }

  function facts(one) {
    const rows = { "connection id": one.id, groups: one.groups.join(", ") || "none",
      permissions: one.permissions.join("; ") || "none", "waiting to be read": one.queued,
      "kept until acknowledged": one.buffered ?? "nothing: the client is not reliable",
      "connection state": one.state || "none", "events so far": one.events };
    return Object.entries(rows).map(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]);
  }

  function actions(one) {
    const group = h("input", { placeholder: "group", "aria-label": `Group for ${one.user || one.id}` });
    const needs = (make) => () => (group.value.trim() ? run(make(group.value.trim())) : group.focus());
    const run = async (command) => {
      try {
        await post("operation", { hub: wish.hub, connectionId: one.id, ...command });
        say("Done.");
      } catch (error) {
        say(error.message, true);
      }
      refresh();
    };
    const button = (label, onclick, tone = "") => h("button", { type: "button", onclick, class: tone }, label);
    return h("div", { class: "tools" }, group,
      button("Add to group", needs((name) => ({ do: "join", group: name }))),
      button("Remove", needs((name) => ({ do: "leave", group: name }))),
      button("Let send", needs((name) => ({ do: "grant", permission: "sendToGroup", group: name }))),
      button("Let join", needs((name) => ({ do: "grant", permission: "joinLeaveGroup", group: name }))),
      h("a", { class: "button", href: `#/traffic?text=${encodeURIComponent(one.id)}` }, "Traffic"),
      button("Close", () => run({ do: "close", reason: "closed from the dashboard" }), "danger"));
  }

  refresh();
  const timer = setInterval(refresh, EVERY_MS);
  return () => {
    clearInterval(timer);
    faults.leave();
  };
}

function nobody() {
  return h("div", { class: "empty" }, h("h2", {}, "Nobody is here"),
    h("p", {}, "Connect a ", h("a", { href: "#/clients" }, "test client"), "."));
}

function sendForm(wish, say) {
  const to = h("select", { "aria-label": "To whom" }, options([["all", "Everybody"], ["group", "Group"],
    ["userId", "User"], ["connectionId", "Connection"]], "all"));
  const name = h("input", { "aria-label": "Which one", placeholder: "which one", disabled: true });
  const type = h("select", { "aria-label": "Data type" }, options([["text", "text"], ["json", "JSON"]], "text"));
  const data = h("input", { "aria-label": "Message", placeholder: "Message", required: true });
  to.addEventListener("change", () => { name.disabled = to.value === "all"; });
  return h("form", { class: "tools card", "aria-label": "Send as the server", onsubmit: send },
    h("b", {}, "Send as the server to"), to, name, type, data, h("button", { class: "primary" }, "Send"));

  async function send(event) {
    event.preventDefault();
    const target = to.value === "all" ? {} : { [to.value]: name.value.trim() };
    if (to.value !== "all" && !name.value.trim()) { name.focus(); return; }
    try {
      await post("operation", { do: "send", hub: wish.hub, data: data.value, dataType: type.value, ...target });
      say("Sent.");
    } catch (error) {
      say(error.message, true);
    }
  }
}

// Test clients in this page: anybody, with any roles.

import { field, h, options } from "../dom.js";
import { post } from "../api.js";
import { jsonComposer, simpleComposer } from "../composers.js";
import { clock } from "../format.js";
import { store } from "../store.js";
import { PROTOCOLS, TestClient } from "../tester.js";

const ROLES = [["webpubsub.sendToGroup", "send to every group"], ["webpubsub.joinLeaveGroup", "join every group"]];
const MOST_SAID = 200;
const WORDS = { connecting: "connecting…", open: "connected", recovering: "coming back…", closed: "closed" };

// Clients stay connected while one looks at other views.
const windows = [];
let nextName = 1;

export function clientsView(root) {
  const area = h("div", { class: "windows" });
  const none = h("div", { class: "empty" }, h("h2", {}, "No test client yet"),
    h("p", {}, "Connect one above, or several as different users: they stay connected while you look at other views."));
  const show = (added) => {
    none.hidden = windows.length > 0;
    if (added) area.prepend(added.node);
  };
  area.append(none, ...windows.map((one) => one.node));
  root.append(h("h1", {}, "Test clients"), connectForm(show), area);
  for (const one of windows) one.toEnd();
  show();
}

/** The fields that say who a client is to be. */
export function wishFields(defaults = {}) {
  const hubs = (store.state?.hubs ?? []).map((one) => one.name);
  const hub = h("input", { value: defaults.hub ?? hubs[0] ?? "chat", required: true, list: "hubs", autocomplete: "off" });
  const user = h("input", { value: defaults.user ?? "", placeholder: "anonymous" });
  const groups = h("input", { placeholder: "none" });
  const roles = ROLES.map(([role, label]) => [role, h("input", { type: "checkbox", checked: true }), label]);
  const more = h("input", { placeholder: "such as webpubsub.sendToGroup.news" });
  const list = (text) => text.split(/[\s,]+/).filter(Boolean);
  return {
    nodes: [
      field("Hub", hub), h("datalist", { id: "hubs" }, hubs.map((value) => h("option", { value }))),
      field("User", user), field("In groups", groups),
      h("fieldset", {}, h("legend", {}, "May"),
        roles.map(([, box, label]) => h("label", {}, box, label))),
      field("Other roles", more),
    ],
    user,
    wish: () => ({ hub: hub.value.trim(), userId: user.value.trim(), groups: list(groups.value),
      roles: [...roles.filter(([, box]) => box.checked).map(([role]) => role), ...list(more.value)] }),
  };
}

function connectForm(show) {
  const who = wishFields({ user: `user${nextName}` });
  const protocol = h("select", {}, options(Object.entries(PROTOCOLS), "json.webpubsub.azure.v1"));
  const problem = h("p", { class: "bad", role: "alert" });
  return h("form", { class: "card wish", onsubmit: connect, "aria-label": "Connect a test client" },
    field("Protocol", protocol), who.nodes, h("button", { class: "primary" }, "Connect"), problem);

  async function connect(event) {
    event.preventDefault();
    problem.textContent = "";
    const wish = who.wish();
    try {
      const { url } = await post("client-url", wish);
      const added = clientWindow(url, protocol.value, wish, (one) => {
        windows.splice(windows.indexOf(one), 1);
        one.node.remove();
        show();
      });
      windows.unshift(added);
      nextName += 1;
      who.user.value = `user${nextName}`;
      show(added);
    } catch (error) {
      problem.textContent = error.message;
    }
  }
}

function clientWindow(url, protocol, wish, remove) {
  const log = h("ol", { class: "said", role: "log", tabindex: 0, "aria-label": `Messages of ${wish.userId || "anonymous"}` });
  const phase = h("span", { class: "badge", role: "status" });
  const client = new TestClient(url, protocol, { said, changed });
  const composer = client.isSimple ? simpleComposer(client) : jsonComposer(client);
  const again = h("button", { type: "button", hidden: true, onclick: () => client.open() }, "Connect again");
  const close = h("button", { type: "button", onclick: () => client.close() }, "Close");
  const drop = h("button", { type: "button", hidden: !client.isReliable, onclick: () => client.drop(),
    title: "Lose the transport as a bad network would" }, "Drop");
  const one = { node: null, toEnd: () => { log.scrollTop = log.scrollHeight; } };
  const gone = h("button", { type: "button", class: "quiet", "aria-label": "Remove this client",
    onclick: () => { client.close(); remove(one); } }, "✕");
  one.node = h("section", { class: "card client", "aria-label": `Client ${wish.userId || "anonymous"}` },
    h("div", { class: "bar" }, h("h2", {}, wish.userId || "anonymous"), phase, again, drop, close, gone),
    h("p", { class: "hint" }, `${PROTOCOLS[protocol]} · hub ${wish.hub}`),
    log, composer);
  client.open();
  return one;

  function said(direction, text) {
    const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    log.append(h("li", { class: direction }, h("time", {}, clock(Date.now() / 1000)),
      h("span", { class: "visually-hidden" }, direction === "in" ? "received " : "sent "), h("code", {}, shorten(text))));
    while (log.childElementCount > MOST_SAID) log.firstElementChild.remove();
    if (follows) log.scrollTop = log.scrollHeight;
  }

  function changed(name, text) {
    phase.textContent = [WORDS[name], text].filter(Boolean).join(": ");
    phase.dataset.phase = name;
    const isOpen = name === "open";
    for (const control of composer.querySelectorAll("button")) control.disabled = !isOpen;
    close.disabled = drop.disabled = !isOpen;
    again.hidden = name !== "closed";
  }
}

/** A token of hundreds of characters is there to be sent back, not to be read. */
function shorten(text) {
  return text.replace(/("reconnectionToken":"[^"]{12})[^"]+/, "$1…");
}

// URLs for clients, and what is wrong with a token.

import { copyButton, field, fill, h } from "../dom.js";
import { post } from "../api.js";
import { fieldsView, replaceWithError } from "../payload.js";
import { checksView } from "../refusal.js";
import { store } from "../store.js";
import { wishFields } from "./clients.js";

const TIMES = ["exp", "nbf", "iat"];

export function tokensView(root) {
  root.append(h("h1", {}, "Tokens"), h("div", { class: "two" }, generator(), inspector()));
}

function generator() {
  const who = wishFields();
  const minutes = h("input", { type: "number", min: 1, value: 60 });
  const result = h("div");
  return h("form", { class: "card wish column", onsubmit: make, "aria-label": "Client URL" },
    h("h2", {}, "Client URL"), who.nodes, field("Good for minutes", minutes),
    h("button", { class: "primary" }, "Make a URL"), result);

  async function make(event) {
    event.preventDefault();
    try {
      const { url } = await post("client-url", { ...who.wish(), minutes: Number(minutes.value) });
      fill(result, h("div", { class: "copy" }, h("code", {}, url), copyButton(url)));
    } catch (error) {
      replaceWithError(result, error);
    }
  }
}

function inspector() {
  const token = h("textarea", { rows: 5, required: true, spellcheck: "false",
    placeholder: "A token, or a client URL with one in it" });
  const hub = h("input", { required: true, value: store.state?.hubs[0]?.name ?? "chat" });
  const host = h("input", { required: true, value: location.host });
  const result = h("div", { role: "status" });
  return h("form", { class: "card wish column", onsubmit: look, "aria-label": "Look at a token" },
    h("h2", {}, "What is wrong with a token?"),
    field("Token", token), field("Used at hub", hub), field("Used at host", host),
    h("button", { class: "primary" }, "Check"), result);

  async function look(event) {
    event.preventDefault();
    try {
      const found = await post("token", { token: token.value, hub: hub.value.trim(), host: host.value.trim() });
      fill(result, ...verdict(found));
    } catch (error) {
      replaceWithError(result, error);
    }
  }
}

function verdict({ valid, checks, claims, user, roles, groups }) {
  const failed = checks.find((check) => check.result === "failed");
  return [
    h("h3", { class: valid ? "ok" : "bad" }, valid ? "A client with it is let in" : "A client with it is refused"),
    failed && h("p", {}, "Saw ", h("b", {}, failed.seen), ", wanted ", h("b", {}, failed.wanted), ". ", failed.remedy),
    checksView(checks),
    h("p", {}, `It is ${user ? `user ${user}` : "an anonymous client"}, `,
      roles.length ? `with ${roles.join(", ")}` : "without roles",
      groups.length ? `, in ${groups.join(", ")}` : "", "."),
    h("h3", {}, "Claims"), fieldsView(Object.fromEntries(Object.entries(claims).map(readable))),
  ];
}

function readable([name, value]) {
  if (!TIMES.includes(name) || typeof value !== "number") return [name, value];
  const date = new Date(value * 1000);
  return [name, Number.isNaN(date.getTime()) ? value : `${value}, which is ${date.toLocaleString()}`];
}

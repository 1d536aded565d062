// Everything that was refused, and why.

import { fill, h } from "../dom.js";
import { get } from "../api.js";
import { clock, shortId } from "../format.js";
import { replaceWithError } from "../payload.js";
import { refusalView } from "../refusal.js";
import { store } from "../store.js";

const MOST = 200;

export function refusalsView(root) {
  const list = h("div", { class: "stack" });
  root.append(h("h1", {}, "Why was it refused?"),
    h("p", { class: "lead" }, "Each refusal with its checks in order: what was seen, what would have passed, and the setting that changes it."),
    list);
  let newest = -1;

  function show() {
    const latest = store.refusals.slice(-MOST);
    const last = latest.at(-1)?.id ?? 0;
    if (last === newest) return;
    if (!latest.length) {
      fill(list, h("div", { class: "empty" }, h("h2", {}, "Nothing was refused"),
        h("p", {}, "When a client, a call or a function is turned away, the reason is here.")));
    } else {
      if (newest <= 0) fill(list);
      for (const line of latest) if (line.id > newest) list.prepend(card(line));
    }
    newest = last;
  }

  store.addEventListener("lines", show);
  show();
  return () => store.removeEventListener("lines", show);
}

function card(line) {
  const body = h("div", { class: "body" });
  const details = h("details", { class: "card" },
    h("summary", {},
      h("code", { class: "bad" }, line.code), h("b", {}, line.title),
      h("small", {}, [clock(line.at), line.hub && `hub ${line.hub}`,
        line.user || (line.connection && shortId(line.connection))].filter(Boolean).join(" · "))),
    body);
  details.addEventListener("toggle", async () => {
    if (!details.open || body.childElementCount) return;
    try {
      const detail = await get("entry", { id: line.id });
      fill(body, detail.refusal ? refusalView(detail.refusal) : h("p", {}, line.text),
        h("p", {}, h("a", { href: `#/traffic?entry=${line.id}` }, "Show it in the traffic")));
    } catch (error) {
      replaceWithError(body, error);
    }
  });
  return details;
}

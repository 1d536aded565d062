// What can be made to go wrong, for one connection and for the service, and what is wrong now.

import { fill, h } from "./dom.js";
import { post } from "./api.js";
import { shortId } from "./format.js";
import { store } from "./store.js";

/** `kept` holds the ids of connections whose faults are open, while their cards are made anew. */
export function connectionFaults(one, { say, refresh, kept }) {
  const who = one.user || one.id;
  const seconds = numberInput({ value: 1, min: 0, max: 600, step: "any", "aria-label": `Seconds of delay for ${who}` });
  const act = (command) => inject({ connectionId: one.id, ...command }, say).then(refresh);
  const details = h("details", { class: "faults", open: kept.has(one.id) },
    h("summary", {}, "Faults"),
    h("div", { class: "tools" },
      button("Freeze", () => act({ do: "freeze" })),
      button("Thaw", () => act({ do: "thaw" })),
      button("Lose next ack", () => act({ do: "loseAck" })),
      button("Duplicate next", () => act({ do: "duplicate" })),
      seconds,
      button("Delay by seconds", () => seconds.reportValidity() && act({ do: "delay", seconds: seconds.valueAsNumber })),
      button("Drop", () => act({ do: "drop" }), "danger")));
  details.addEventListener("toggle", () => (details.open ? kept.add(one.id) : kept.delete(one.id)));
  return details;
}

/** A card, and what ends its following of the state. */
export function serviceFaults(say) {
  const event = h("input", { placeholder: "event", "aria-label": "Event that fails", required: true, maxlength: 128 });
  const status = numberInput({ value: 500, min: 400, max: 599, "aria-label": "Status of the failure" });
  const now = h("div", { class: "active", role: "status", hidden: true });
  const act = (command) => inject(command, say);
  const card = h("section", { class: "card faults", "aria-label": "Faults of the service" },
    h("details", {}, h("summary", {}, "Faults of the service"),
      h("form", { class: "tools", onsubmit: fail }, event, status,
        h("button", {}, "Fail the next event"),
        button("Expire tokens", () => act({ do: "expireTokens" })),
        button("Recycle the service", () => act({ do: "recycle" }), "danger"))),
    now);
  let shown = "";

  function fail(submitted) {
    submitted.preventDefault();
    act({ do: "fail", event: event.value.trim(), status: status.valueAsNumber });
  }

  function show() {
    const { total, active } = store.state?.faults ?? { total: 0, active: [] };
    const key = JSON.stringify([total, active]);
    if (key === shown) return;
    shown = key;
    now.hidden = !total;
    fill(now, h("b", {}, "Active now"),
      h("ul", { class: "plain" }, active.map(entry), total > active.length && h("li", {}, `and ${total - active.length} more`)),
      button("Clear all", () => act({ do: "clear" })));
  }

  store.addEventListener("state", show);
  show();
  return { card, leave: () => store.removeEventListener("state", show) };
}

function entry({ fault, detail, connection }) {
  return h("li", {}, `${fault.replace("_", " ")}: ${detail}`,
    connection && [" (", h("code", { title: connection }, shortId(connection)), ")"]);
}

async function inject(command, say) {
  try {
    await post("fault", command);
    say("Done.");
  } catch (error) {
    say(error.message, true);
  }
}

function button(label, onclick, tone = "") {
  return h("button", { type: "button", onclick, class: tone }, label);
}

function numberInput(props) {
  return h("input", { type: "number", required: true, ...props });
}

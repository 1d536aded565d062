// What a test client can ask for, as forms.

import { h, options } from "./dom.js";

const MESSAGE = "Message; JSON if it is JSON";
const STATE = 'Words, or JSON such as {"mood":"glad"}; nothing clears';

export function simpleComposer(client) {
  const text = h("input", { "aria-label": "Message", placeholder: "Message to the app" });
  return h("form", { class: "composer", onsubmit: (event) => {
    event.preventDefault();
    client.send(text.value);
    text.value = "";
  } }, text, h("button", { class: "primary" }, "Send"));
}

// By what each is called: what its first field names, what its second holds if it has one, and the
// request. `own` is what this client has begun: its invocations, and the stream that it sends.
const ASKS = {
  event: { label: "Send event", names: "event", holds: MESSAGE,
    make: (event, text) => ({ type: "event", event, ...payload(text) }) },
  invoke: { label: "Invoke event", names: "event", holds: MESSAGE, hasNoAck: true,
    make: (event, text, own) => ({ type: "invoke", invocationId: String(++own.invocations), target: "event", event, ...payload(text) }) },
  sendToGroup: { label: "Send to group", names: "group", holds: MESSAGE,
    make: (group, text) => ({ type: "sendToGroup", group, ...payload(text) }) },
  joinGroup: { label: "Join group", names: "group", make: (group) => ({ type: "joinGroup", group }) },
  leaveGroup: { label: "Leave group", names: "group", make: (group) => ({ type: "leaveGroup", group }) },
  setGroupState: { label: "Show state in group", names: "group", holds: STATE,
    make: (group, text) => ({ type: "setGroupState", group, state: state(text) }) },
  subscribeGroupState: { label: "Watch states of group", names: "group", make: (group) => ({ type: "subscribeGroupState", group }) },
  unsubscribeGroupState: { label: "Watch no more", names: "group", make: (group) => ({ type: "unsubscribeGroupState", group }) },
  startStream: { label: "Start stream to group", names: "group", make: startStream },
  streamData: { label: "Send part of stream", names: "stream", holds: MESSAGE, hasNoAck: true,
    make: (streamId, text, own) => ({ type: "streamData", streamId, streamSequenceId: ++own.parts, ...payload(text) }) },
  streamEnd: { label: "End stream", names: "stream", hasNoAck: true, make: (streamId) => ({ type: "streamEnd", streamId }) },
};

export function jsonComposer(client) {
  const own = { invocations: 0, streams: 0, stream: "", parts: 0 };
  const names = { event: "message", group: "room" };
  const ask = h("select", { "aria-label": "What to ask for", onchange: show },
    options(Object.entries(ASKS).map(([key, { label }]) => [key, label]), "event"));
  const name = h("input", { required: true, oninput: () => { names[ASKS[ask.value].names] = name.value; } });
  const text = h("input", { "aria-label": "Message" });
  show();
  return h("form", { class: "composer", onsubmit: send }, ask, name, text, h("button", { class: "primary" }, "Send"));

  function show() {
    const { names: what, holds } = ASKS[ask.value];
    name.value = what === "stream" ? own.stream : names[what];
    name.setAttribute("aria-label", what[0].toUpperCase() + what.slice(1));
    name.placeholder = what;
    text.hidden = !holds;
    text.placeholder = holds ?? "";
  }

  function send(event) {
    event.preventDefault();
    const { make, hasNoAck } = ASKS[ask.value];
    client.send(make(name.value, text.value, own), { wantsAck: !hasNoAck });
    text.value = "";
  }
}

function startStream(group, _text, own) {
  own.stream = `stream${++own.streams}`;
  own.parts = 0;
  return { type: "sendToGroup", group, stream: { streamId: own.stream } };
}

function payload(text) {
  const value = parsed(text);
  return value ? { dataType: "json", data: value } : { dataType: "text", data: text };
}

function state(text) {
  return text ? parsed(text) ?? { state: text } : null;
}

/** The object or list that a text is in JSON; null when it is something else. */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

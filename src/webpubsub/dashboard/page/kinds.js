// The kinds of things that happen, and what they are called.

import { h } from "./dom.js";

export const KINDS = {
  connect: "Connects",
  close: "Closes",
  request: "Client requests",
  ack: "Acks",
  http: "HTTP requests",
  event: "Events",
  function: "Functions",
  log: "Log lines",
  action: "Actions",
  operation: "Operations",
  delivery: "Deliveries",
  rest: "REST calls",
  webhook: "Webhooks",
  listener: "Listeners",
  app: "App",
  fault: "Faults",
  gap: "Gaps",
  "keep-alive": "Keep-alive",
};

export function kindMark(kind) {
  return h("i", { class: "kind", "data-kind": kind, "aria-hidden": "true", title: KINDS[kind] ?? kind });
}

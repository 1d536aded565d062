// A client in this page, of any protocol that is text.
//
//   connecting --> open --> closed
//                   \-----> recovering (reliable: comes back for what it missed) --> open

export const PROTOCOLS = {
  "": "Simple WebSocket",
  "json.webpubsub.azure.v1": "JSON",
  "json.reliable.webpubsub.azure.v1": "JSON, reliable",
};
const NORMAL = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const MOST_TRIES = 20;
const RETRY_MS = 1000;

/** Tells `said(direction, text)` of every message and `changed(phase, text)` of its life. */
export class TestClient {
  #url;
  #protocol;
  #socket = null;
  #ackId = 0;
  #lastSequence = 0;
  #identity = null;
  #tries = 0;

  constructor(url, protocol, { said, changed }) {
    this.#url = url;
    this.#protocol = protocol;
    this.said = said;
    this.changed = changed;
  }

  get isSimple() {
    return this.#protocol === "";
  }

  get isReliable() {
    return this.#protocol.includes("reliable");
  }

  open() {
    const url = this.#identity ? this.#recoveryUrl() : this.#url;
    this.changed(this.#identity ? "recovering" : "connecting", "");
    const socket = this.#protocol ? new WebSocket(url, this.#protocol) : new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { this.#tries = 0; this.changed("open", ""); };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#end(event);
    this.#socket = socket;
  }

  /** Send a request of the protocol, with an ack id of its own; a simple client sends its text. */
  send(request, { wantsAck = true } = {}) {
    const text = typeof request === "string" ? request
      : JSON.stringify(wantsAck ? { ...request, ackId: ++this.#ackId } : request);
    this.#socket.send(text);
    this.said("out", text);
  }

  close() {
    this.#identity = null;
    this.#socket.close(NORMAL);
  }

  /** Lose the transport as a bad network would: a reliable client comes back. */
  drop() {
    this.#socket.close(3001, "dropped on purpose");
  }

  #receive(data) {
    const text = typeof data === "string" ? data : `${data.byteLength} bytes`;
    this.said("in", text);
    if (this.isSimple || typeof data !== "string") return;
    const message = JSON.parse(data);
    if (message.event === "connected") this.#identity = message.reconnectionToken ? message : null;
    if (message.sequenceId > this.#lastSequence) {
      this.#lastSequence = message.sequenceId;
      this.#socket.send(JSON.stringify({ type: "sequenceAck", sequenceId: message.sequenceId }));
    }
    if (message.event === "disconnected") this.#identity = null;
  }

  #end(event) {
    const final = [NORMAL, POLICY_VIOLATION].includes(event.code) || (event.code === GOING_AWAY && !this.isReliable);
    if (this.#identity && !final && this.#tries < MOST_TRIES) {
      this.changed("recovering", "");
      setTimeout(() => this.open(), this.#tries++ ? RETRY_MS : 0);
      return;
    }
    const words = event.code === 1006 ? "refused or lost, see Refusals" : `code ${event.code} ${event.reason}`;
    this.changed("closed", words);
  }

  #recoveryUrl() {
    const url = new URL(this.#url);
    url.search = new URLSearchParams({ awps_connection_id: this.#identity.connectionId,
      awps_reconnection_token: this.#identity.reconnectionToken });
    return url;
  }
}

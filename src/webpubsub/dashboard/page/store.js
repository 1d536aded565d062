// What the page knows: the latest lines, how the service stands, and whether it is there.
//
//   connecting --> live --> gone (no answer; tries again by itself) --> live
//                    \----> expired (does not know this browser; tries again when it is looked at)
//
// A service that was started again counts from 1, and everything before is of another start.

import { Expired, get, post } from "./api.js";

const MOST_LINES = 20000;
const RETRY_MS = 1000;
const RATE_SECONDS = 5;

class Store extends EventTarget {
  lines = [];
  flows = new Map();
  refusals = [];
  state = null;
  phase = "connecting";
  missed = 0;
  rate = 0;
  /** When another start took the place of the one that was shown, in milliseconds; 0 for never. */
  startedAgain = 0;
  #start = "";
  #last = 0;
  #source = null;

  start() {
    const look = () => { if (this.phase === "expired" && !document.hidden) this.#lose(); };
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    this.#open();
  }

  /** Whether nothing has happened but that an app has begun to serve. */
  get isFresh() {
    return this.lines.length < 10 && this.lines.every((line) => line.kind === "app");
  }

  line(id) {
    let low = 0;
    let high = this.lines.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.lines[middle].id === id) return this.lines[middle];
      if (this.lines[middle].id < id) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  flow(id) {
    return this.flows.get(id) ?? [];
  }

  async clear() {
    await post("clear");
    this.#empty();
    this.#tell("lines");
  }

  #empty() {
    this.lines = [];
    this.flows.clear();
    this.refusals = [];
  }

  #open() {
    this.#source?.close();
    const source = new EventSource(`api/live?after=${this.#last}&start=${this.#start}`);
    source.addEventListener("entries", (event) => this.#take(JSON.parse(event.data)));
    source.addEventListener("status", (event) => this.#stand(JSON.parse(event.data)));
    source.onerror = () => this.#lose();
    this.#source = source;
  }

  #take({ missed, lines }) {
    if (this.#last > 0) this.missed += missed;
    for (const line of lines) {
      this.#last = line.id;
      this.lines.push(line);
      const flow = this.flows.get(line.flow);
      if (flow) flow.push(line);
      else this.flows.set(line.flow, [line]);
      if (line.code) this.refusals.push(line);
    }
    this.#forget();
    this.#tell("lines");
  }

  #forget() {
    const spare = this.lines.length - MOST_LINES;
    if (spare < MOST_LINES / 10) return;
    for (const line of this.lines.splice(0, spare)) {
      const flow = this.flows.get(line.flow);
      flow.shift();
      if (!flow.length) this.flows.delete(line.flow);
    }
    const first = this.lines[0].id;
    this.refusals = this.refusals.filter((line) => line.id >= first);
  }

  #stand(state) {
    if (state.start !== this.#start) this.#begin(state.start);
    this.rate = this.#since(state.now - RATE_SECONDS) / RATE_SECONDS;
    this.state = state;
    this.#change("live");
    this.#tell("state");
  }

  #begin(start) {
    const isAnother = this.#start !== "";
    this.#start = start;
    if (!isAnother) return;
    this.#empty();
    this.#last = 0;
    this.missed = 0;
    this.startedAgain = Date.now();
    this.#tell("again");
  }

  async #lose() {
    this.#source.close();
    try {
      await get("state");
    } catch (error) {
      if (error instanceof Expired) {
        this.#change("expired");
        return;
      }
      this.#change("gone");
    }
    setTimeout(() => this.#open(), RETRY_MS);
  }

  #since(time) {
    const first = this.lines.findLastIndex((line) => line.at < time);
    return this.lines.length - 1 - first;
  }

  #change(phase) {
    if (this.phase === phase) return;
    this.phase = phase;
    this.#tell("phase");
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

export const store = new Store();

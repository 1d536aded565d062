// A list of any length: only the rows in sight are elements. Rows have one height, that of --row.

import { h } from "./dom.js";

const SPARE = 8;

export class VirtualList {
  #rows = [];
  #make;
  #height = 32;
  #pool = new Map();
  #selected = null;

  constructor({ label, make, choose }) {
    this.#make = make;
    this.space = h("div", { class: "space" });
    this.node = h("div", { class: "list", role: "listbox", tabindex: 0, "aria-label": label }, this.space);
    this.node.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.node.addEventListener("click", (event) => {
      const row = event.target.closest("[data-id]");
      if (row) choose(Number(row.dataset.id));
    });
    this.node.addEventListener("keydown", (event) => this.#key(event, choose));
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this.node);
  }

  /** Whether the newest row is in sight, so that newer ones should be, too. */
  get follows() {
    return this.node.scrollTop + this.node.clientHeight >= this.node.scrollHeight - this.#height;
  }

  show(rows, selected) {
    const follows = this.follows;
    this.#rows = rows;
    this.#selected = selected;
    this.#pool.clear();
    this.#draw();
    if (follows) this.node.scrollTop = this.node.scrollHeight;
    this.#draw();
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }

  #draw() {
    this.#height = parseFloat(getComputedStyle(this.node).getPropertyValue("--row")) || 32;
    this.space.style.height = `${this.#rows.length * this.#height}px`;
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.#height) - SPARE);
    const last = Math.min(this.#rows.length, first + Math.ceil(this.node.clientHeight / this.#height) + 2 * SPARE);
    const shown = new Map();
    for (let at = first; at < last; at += 1) {
      const item = this.#rows[at];
      const row = this.#pool.get(item.id) ?? this.#row(item);
      row.style.top = `${at * this.#height}px`;
      shown.set(item.id, row);
    }
    this.#pool = shown;
    this.space.replaceChildren(...shown.values());
    const chosen = shown.get(this.#selected);
    if (chosen) this.node.setAttribute("aria-activedescendant", chosen.id);
    else this.node.removeAttribute("aria-activedescendant");
  }

  #row(item) {
    const row = this.#make(item);
    row.dataset.id = item.id;
    row.id = `row-${item.id}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(item.id === this.#selected));
    return row;
  }

  #key(event, choose) {
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.#height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || !this.#rows.length) return;
    event.preventDefault();
    const now = this.#rows.findIndex((item) => item.id === this.#selected);
    const from = now < 0 ? this.#rows.length : now;
    const to = Math.min(this.#rows.length - 1, Math.max(0, from + steps[event.key]));
    choose(this.#rows[to].id);
    const top = to * this.#height;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top + this.#height > this.node.scrollTop + this.node.clientHeight) {
      this.node.scrollTop = top + this.#height - this.node.clientHeight;
    }
  }
}

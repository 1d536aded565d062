// Why something was refused: each check in order, and the setting that changes it.

import { copyButton, h } from "./dom.js";

const MARKS = { passed: "✓", failed: "✕", "not reached": "·" };

export function refusalView(refusal) {
  return h("section", { class: "refusal" },
    h("div", { class: "verdict" },
      h("h3", {}, "Why it was refused"),
      h("p", {}, "Saw ", h("b", {}, refusal.seen || "nothing"), ", wanted ", h("b", {}, refusal.wanted), "."),
      h("p", { class: "remedy" }, refusal.remedy),
      refusal.setting && h("p", {}, "The setting that changes it: ", h("code", {}, refusal.setting)),
      h("p", { class: "hint" }, `The other side sees ${refusal.shownAs}`,
        refusal.told ? [" and “", refusal.told, "”"] : null, ".")),
    checksView(refusal.checks ?? []),
    h("div", { class: "copy" }, h("code", {}, `webpubsub explain ${refusal.code}`),
      copyButton(`webpubsub explain ${refusal.code}`)));
}

function result(check) {
  return check.result === "passed" && check.seen ? `passed: ${check.seen}` : check.result;
}

export function checksView(all) {
  if (all.length < 2) return null;
  // Several checks may look at the same thing, one after the other: the last of them speaks for all.
  const checks = all.filter((check, at) => check.result === "failed" || all[at + 1]?.checked !== check.checked
    || all[at + 1].result !== check.result && all[at + 1].result !== "failed");
  return h("ol", { class: "checks", "aria-label": "Checks in order" }, checks.map((check) =>
    h("li", { "data-result": check.result },
      h("span", { class: "mark", "aria-hidden": "true" }, MARKS[check.result]),
      h("span", {}, check.checked, " ", h("small", {}, result(check)),
        check.result === "failed" && h("span", { class: "why" }, `saw ${check.seen}; wanted ${check.wanted}`)))));
}

"""Whether what is written on a page can be read: the contrast of WCAG 2, section 1.4.3."""

from playwright.sync_api import Page

#: What text of ordinary size must reach.
ENOUGH = 4.5

# The painted colour of anything CSS can write is found by painting it; what lies behind a text is
# the nearest ancestor that is not see-through.
_MEASURE = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (...layers) => {
    for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => node === null ? ["Canvas"]
    : [...behind(node.parentElement), getComputedStyle(node).backgroundColor];
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const owner = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !owner.checkVisibility({ visibilityProperty: true })) continue;
    const ground = behind(owner);
    const a = light(paint(...ground));
    const b = light(paint(...ground, getComputedStyle(owner).color));
    found.push([text, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return found;
}"""


def contrasts(page: Page) -> dict[str, float]:
    """The contrast of each text that can be seen: from 1, which nobody can read, to 21."""
    found: list[tuple[str, float]] = page.evaluate(_MEASURE)
    worst: dict[str, float] = {}
    for text, ratio in found:
        worst[text] = min(ratio, worst.get(text, ratio))
    return worst

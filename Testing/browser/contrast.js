// How many texts are shown, and those with too little contrast (WCAG 2 AA): 4.5, and 3 where large.
// Disabled controls are exempt, and so are texts over images, which have a dark shadow around them.
function parse(text) {
  const n = (text.match(/[\d.]+/g) || []).map(Number);
  if (/^color\(srgb/.test(text)) return [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1];
  return n.length < 3 ? null : [n[0], n[1], n[2], n[3] ?? 1];
}
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
function luminance(c) {
  const [r, g, b] = c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function background(e) {
  const layers = [];
  for (let at = e; at; at = at.parentElement) {
    const style = getComputedStyle(at), colour = parse(style.backgroundColor);
    if (colour && colour[3] > 0) layers.push(colour);
    if (at.matches('.v-btn')) {
      const under = at.querySelector(':scope > .v-btn__underlay');
      if (under && getComputedStyle(under).opacity > 0 && at.matches('.v-btn--variant-tonal')) {
        const tint = parse(getComputedStyle(under).backgroundColor);
        if (tint) layers.push([...tint.slice(0, 3), tint[3] * Number(getComputedStyle(under).opacity)]);
      }
    }
    if (layers.length && layers.at(-1)[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
}
const found = {};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let count = 0;
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const e = node.parentElement;
  if (!node.textContent.trim() || !e || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
  if (e.closest('.pane, .unseen, script, style, noscript, :disabled, .v-btn--disabled, .v-input--disabled, option')) continue;
  const box = e.getBoundingClientRect();
  if (!box.width || !box.height) continue;
  const style = getComputedStyle(e), svg = e instanceof SVGElement;
  let colour = parse(svg ? style.fill : style.color);
  if (!colour) continue;
  let opacity = svg ? Number(style.fillOpacity) : 1;
  for (let at = e; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  const below = background(svg ? e.closest('.sd-plot') || e.ownerSVGElement.parentElement : e);
  const shown = over([...colour.slice(0, 3), colour[3] * opacity], below);
  const [a, b] = [luminance(shown), luminance(below)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
  count += 1;
  if (ratio < (size >= 24 || (bold && size >= 18.66) ? 3 : 4.5)) {
    const key = (e.getAttribute('class') || e.tagName) + ' < ' + (e.parentElement?.getAttribute('class') || '');
    found[key] = ratio.toFixed(2) + ' ' + node.textContent.trim().slice(0, 40);
  }
}
return [count, Object.entries(found).map(([k, v]) => v + ' [' + k + ']')];

"""Scripts that look at the page: what is too small to touch, and what is too faint to read."""

_SHOWN = "one.checkVisibility({ opacityProperty: true, visibilityProperty: true })"
_NAMED = "`${one.className || one.tagName} ${one.textContent.slice(0, 20)}`"

SMALL = f"""() => [...document.querySelectorAll(
    "button, select, input:not(.toggle *), textarea, a.channel, [role=option], label.toggle"
  )]
  .filter((one) => {_SHOWN})
  .filter((one) => Math.round(one.getBoundingClientRect().height) < 44)
  .map((one) => {_NAMED})"""
"""Controls of less than 44 pixels (WCAG 2.2, 2.5.5); mentions and spoilers within text may be."""

FAINT = r"""() => {
  const rgba = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) => below.map((v, i) => top[i] * top[3] + v * (1 - top[3]));
  const behind = (one) => {
    if (!one) return [255, 255, 255];
    return over(rgba(getComputedStyle(one).backgroundColor), behind(one.parentElement));
  };
  const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const contrast = (one) => {
    const back = behind(one);
    const [a, b] = [light(over(rgba(getComputedStyle(one).color), back)), light(back)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  return [...document.querySelectorAll("body *:not(noscript, option)")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => SHOWN && !one.closest("[aria-hidden=true], :disabled"))
    .filter((one) => contrast(one) < 4.5)
    .map((one) => NAMED + contrast(one).toFixed(2));
}""".replace("SHOWN", _SHOWN).replace("NAMED", _NAMED)
"""Text with a contrast below 4.5 to what lies behind it (WCAG 2.2, 1.4.3)."""

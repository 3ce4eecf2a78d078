() => {
  const stop = document.activeElement;
  if (!stop || stop === document.body || stop === document.documentElement) return null;
  window.stops ??= new Map();
  if (!window.stops.has(stop)) window.stops.set(stop, window.stops.size + 1);
  const lined = (e) => {
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && box.width > 8 && box.height > 8;
  };
  const holder = [stop, stop.closest("label"), stop.parentElement].find((e) => e && lined(e));
  const box = (holder ?? stop.closest("label") ?? stop).getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const bar = at?.closest(".foot-bar, header.top, .demo-bar");
  return {
    number: window.stops.get(stop),
    name: (stop.getAttribute("aria-label") || stop.labels?.[0]?.textContent || stop.textContent || stop.id || stop.name || "").replace(/\s+/g, " ").trim().slice(0, 80),
    tag: stop.localName,
    id: stop.id,
    outlined: Boolean(holder),
    seen: right > left && bottom > top && (!bar || bar.contains(stop)),
  };
}

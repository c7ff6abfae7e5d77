// Keyboard shortcuts of the page; text fields keep their keys.
(function () {
  // Key → trigger and its arguments. "Ctrl+" stands for the Command key too.
  const keys = {
    " ": ["play"], "[": ["brush_smaller"], "]": ["brush_bigger"], Escape: ["escape"],
    PageUp: ["step_slice", 1], PageDown: ["step_slice", -1],
    "Ctrl+z": ["undo"], "Ctrl+Shift+z": ["redo"], "Ctrl+y": ["redo"],
    1: ["go_to_step", 1], 2: ["go_to_step", 2], 3: ["go_to_step", 3], 4: ["go_to_step", 4],
    5: ["go_to_step", 5],
  };
  // Keys that work on the slider and on the curve of the shift only.
  const shift = {
    ArrowRight: ["shift_by", 0.1], ArrowLeft: ["shift_by", -0.1],
    "Shift+ArrowRight": ["shift_by", 1], "Shift+ArrowLeft": ["shift_by", -1],
  };
  window.spinedce = window.spinedce || {};
  window.spinedce.keys = [...Object.keys(keys), ...Object.keys(shift)];
  window.addEventListener("keydown", (event) => {
    const at = event.target;
    if (at.closest("input:not([type=range]):not([type=checkbox]), textarea, [contenteditable]")) return;
    if (!window.trame) return;
    const control = event.ctrlKey || event.metaKey;
    const arrow = /^Arrow/.test(event.key);
    const name =
      (control ? "Ctrl+" : "") +
      (event.shiftKey && (control || arrow) ? "Shift+" : "") +
      (control ? event.key.toLowerCase() : event.key);
    const found = arrow && at.closest(".shift-handle") ? shift[name] : keys[name];
    if (!found || (event.key === " " && at.closest("button"))) return;
    event.preventDefault();
    window.trame.trigger(found[0], found.slice(1));
  });
})();

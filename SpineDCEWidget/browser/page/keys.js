// Keyboard shortcuts of the page; text fields keep their keys.
(function () {
  const plain = { " ": "play", "[": "brush_smaller", "]": "brush_bigger", Escape: "escape" };
  window.addEventListener("keydown", (event) => {
    const at = event.target;
    if (at.closest("input:not([type=range]):not([type=checkbox]), textarea, [contenteditable]")) return;
    if (!window.trame) return;
    let name = null;
    let args = [];
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === "z") name = event.shiftKey ? "redo" : "undo";
      if (event.key.toLowerCase() === "y") name = "redo";
    } else if (/^[1-5]$/.test(event.key)) {
      [name, args] = ["go_to_step", [Number(event.key)]];
    } else if (event.key === "PageUp" || event.key === "PageDown") {
      [name, args] = ["step_slice", [event.key === "PageUp" ? 1 : -1]];
    } else if (at.closest(".shift-handle") && /^Arrow(Left|Right)$/.test(event.key)) {
      const size = event.shiftKey ? 1 : 0.1;
      [name, args] = ["shift_by", [event.key === "ArrowRight" ? size : -size]];
    } else if (event.key in plain && !(event.key === " " && at.closest("button"))) {
      name = plain[event.key];
    }
    if (!name) return;
    event.preventDefault();
    window.trame.trigger(name, args);
  });
})();

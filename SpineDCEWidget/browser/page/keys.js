// Keyboard shortcuts of the page; text fields keep their keys.
(function () {
  // Key → trigger and its arguments. "Ctrl+" stands for the Command key too.
  const keys = {
    " ": ["play"], "[": ["brush_smaller"], "]": ["brush_bigger"], Escape: ["close_top"],
    m: ["maximise"], c: ["check_switch"], Enter: ["accept"], Delete: ["remove_point"], Backspace: ["remove_point"],
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
  // Keys that the page answers itself.
  const own = { "?": () => document.getElementById("help").click() };
  const TEXT = "input:not([type=range]):not([type=checkbox]):not([type=radio]):not([type=file]), textarea, [contenteditable], .list-choice";
  // What the space and enter keys press, toggle or open; elsewhere they have their own meaning.
  const PRESSED = "button, select, summary, a, [role=button], input[type=checkbox], input[type=radio], input[type=file]";
  window.spinedce = window.spinedce || {};
  // After a step was opened by its key, the Tab key goes on in this step.
  function focusStep(number, at = document.activeElement, tries = 200) {
    const body = document.getElementById("step-body-" + number);
    // A hidden control loses the focus to the page; another one has it because the user moved it.
    if (![at, document.body].includes(document.activeElement)) return;
    if (body?.checkVisibility()) body.focus({ preventScroll: true });
    else if (tries) setTimeout(() => focusStep(number, at, tries - 1), 50);
  }
  window.spinedce.keys = [...Object.keys(keys), ...Object.keys(shift), ...Object.keys(own)];
  // A closed list of choices keeps the focus after a choice, but is no text field. It would take
  // the keys itself, so they are taken before; keys that open it are its own.
  function isClosedList(at) {
    const list = at.closest(".v-select");
    return list && !list.classList.contains("v-select--active-menu");
  }
  function isMenuOpen() {
    return !!document.querySelector(".v-menu.v-overlay--active, .v-dialog.v-overlay--active");
  }
  // The slider of the shift would move by its own step too.
  function isShiftSlider(event) {
    return /^Arrow(Left|Right)$/.test(event.key) && event.target.matches(".shift-handle [role=slider]");
  }
  const first = (event) => isClosedList(event.target) || isShiftSlider(event);
  window.addEventListener("keydown", (event) => { if (first(event)) answer(event); }, true);
  window.addEventListener("keydown", (event) => { if (!first(event)) answer(event); });
  function answer(event) {
    const at = event.target;
    const list = isClosedList(at);
    if (!window.trame || (!list && at.closest(TEXT))) return;
    const control = event.ctrlKey || event.metaKey;
    const arrow = /^Arrow/.test(event.key);
    const name =
      (control ? "Ctrl+" : "") +
      (event.shiftKey && (control || arrow) ? "Shift+" : "") +
      (control ? event.key.toLowerCase() : event.key);
    const found = arrow && at.closest(".shift-handle") ? shift[name] : keys[name];
    if ((!found && !own[name]) || ([" ", "Enter"].includes(event.key) && (list || at.closest(PRESSED)))) return;
    // An open menu closes itself.
    if (event.key === "Escape" && isMenuOpen()) return;
    event.preventDefault();
    if (first(event)) event.stopPropagation();
    if (own[name]) own[name]();
    else window.trame.trigger(found[0], found.slice(1));
    if (found?.[0] === "go_to_step") focusStep(found[1]);
  }
})();

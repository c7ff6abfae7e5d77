// Names, roles and keys that components leave out, for screen readers and the keyboard.
(function () {
  // The list of a choice is announced once: its text field is the control, not the box around it.
  function tidy() {
    waiting = false;
    followTour();
    for (const box of document.querySelectorAll(".v-field[role=combobox]")) box.removeAttribute("role");
  }
  // The tour has the focus when it opens; afterwards the focus returns to where it was.
  let tour = null;
  let focused = null;
  function followTour() {
    const now = document.getElementById("tour");
    if (now && !tour) {
      focused = document.activeElement;
      now.focus();
    } else if (tour && !now && document.activeElement === document.body) {
      const there = focused?.isConnected && focused !== document.body && focused.checkVisibility();
      (there ? focused : document.querySelector(".step.open .step-head"))?.focus();
    }
    tour = now;
  }
  let waiting = false;
  new MutationObserver(() => {
    if (!waiting) requestAnimationFrame(tidy);
    waiting = true;
  }).observe(document, { childList: true, subtree: true });
  // Images change by themselves only for those whose system does not ask for less motion.
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const tell = () => window.trame?.state?.set("calm", calm.matches);
  calm.addEventListener("change", tell);
  const ready = setInterval(() => {
    if (!document.querySelector(".steps")) return;
    clearInterval(ready);
    if (calm.matches) tell();
  }, 300);
  window.addEventListener("keydown", (event) => {
    const at = event.target;
    // The candidates are one stop of the Tab key; the arrow keys go from one to the next.
    if (at.matches(".candidate-taken") && /^Arrow(Up|Down)$/.test(event.key)) {
      event.preventDefault();
      const all = [...document.querySelectorAll(".candidate-taken")];
      all[all.indexOf(at) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    }
  }, true);
})();

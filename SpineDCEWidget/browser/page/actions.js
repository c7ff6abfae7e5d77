// Actions that take time: one click starts one, before the server has answered.
(function () {
  // Time after which a click counts as lost, ms.
  const LOST = 3000;
  let started = null;
  function isBusy() {
    return window.trame && window.trame.state.get("busy");
  }
  // How many actions the program has answered; a short one is not seen to be busy.
  function answered() {
    return window.trame && window.trame.state.get("answered");
  }
  function release() {
    if (
      started && !isBusy() && answered() === started.answered && Date.now() - started.at < LOST
    ) return;
    if (started) started.button.classList.remove("starting");
    started = null;
  }
  window.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest(".action");
      if (!button) return;
      release();
      if (started || isBusy()) {
        event.stopImmediatePropagation();
        event.preventDefault();
        return;
      }
      // While the program is busy, the page disables the button itself.
      started = { button, at: Date.now(), answered: answered() };
      button.classList.add("starting");
      const waiting = setInterval(() => {
        release();
        if (!started) clearInterval(waiting);
      }, 50);
    },
    true
  );
})();

// The line between images and curves: dragged, moved by the arrow keys, closed by a double click.
(function () {
  const LOW = 90, USUAL = 218, STEP = 20;
  // Least height of the images, pixels.
  const IMAGES = 200;
  const KEY = "spinedce-curves";
  let open = USUAL;
  function stage() {
    return document.querySelector(".stage");
  }
  function most() {
    const views = document.querySelector(".views").getBoundingClientRect().height;
    return Math.max(LOW, views + height() - IMAGES);
  }
  function height() {
    const kept = stage().style.getPropertyValue("--curves");
    return kept === "" ? USUAL : parseFloat(kept);
  }
  function set(pixels) {
    // Below the lowest height there is nothing to read, so the curves close.
    const now = pixels < LOW / 2 ? 0 : Math.round(Math.min(Math.max(pixels, LOW), most()));
    if (now) open = now;
    stage().style.setProperty("--curves", now + "px");
    stage().classList.toggle("without-curves", now === 0);
    const line = document.querySelector(".splitter");
    line.setAttribute("aria-valuenow", now);
    line.setAttribute("aria-valuemax", Math.round(most()));
    localStorage.setItem(KEY, now);
  }
  window.addEventListener("pointerdown", (event) => {
    const line = event.target.closest?.(".splitter");
    if (!line || event.button !== 0) return;
    const from = event.clientY + height();
    line.setPointerCapture(event.pointerId);
    const move = (one) => set(from - one.clientY);
    line.addEventListener("pointermove", move);
    line.addEventListener(
      "lostpointercapture", () => line.removeEventListener("pointermove", move), { once: true }
    );
  });
  window.addEventListener("dblclick", (event) => {
    if (event.target.closest?.(".splitter")) set(height() ? 0 : open);
  });
  window.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(".splitter")) return;
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (by) set(height() + by);
    else if (event.key === "Enter") set(height() ? 0 : open);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  // What was chosen last time, as soon as there are images.
  const waiting = setInterval(() => {
    if (!document.querySelector(".splitter")?.checkVisibility()) return;
    clearInterval(waiting);
    const kept = parseFloat(localStorage.getItem(KEY));
    if (Number.isFinite(kept) && kept !== USUAL) set(kept);
  }, 300);
})();

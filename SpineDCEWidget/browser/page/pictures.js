// The views as one picture, with their labels and colour bars as they are on the screen.
(function () {
  const SCALE = 2;
  const LABELS =
    ".pane-visit, .pane-title select, .whose, .position, .letter, .window-text, .colour-title, .colour-ticks span";

  // A view that the page does not show sends pictures of a few pixels; when it is shown again, they
  // are not stretched over it until it has sent one that fits.
  const HIDDEN = 10;
  document.addEventListener(
    "load",
    ({ target }) => {
      if (target.matches?.(".pane img")) target.style.visibility = target.naturalWidth > HIDDEN ? "" : "hidden";
    },
    true
  );

  function write(context, element, origin) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const text = element.matches("select") ? element.selectedOptions[0]?.text : element.innerText;
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.fillStyle = style.color;
    const height = parseFloat(style.lineHeight) || 1.4 * parseFloat(style.fontSize);
    let [line, top] = ["", box.y - origin.y];
    const put = () => {
      context.fillText(line, box.x - origin.x, top);
      [line, top] = ["", top + height];
    };
    for (const word of (text || "").trim().split(/\s+/)) {
      const longer = line ? `${line} ${word}` : word;
      if (line && context.measureText(longer).width > box.width + 1) {
        put();
        line = word;
      } else line = longer;
    }
    put();
  }

  function draw() {
    const area = document.querySelector(".views");
    const origin = area.getBoundingClientRect();
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * origin.width;
    canvas.height = SCALE * origin.height;
    const context = canvas.getContext("2d");
    context.scale(SCALE, SCALE);
    context.fillRect(0, 0, origin.width, origin.height);
    context.textBaseline = "top";
    context.shadowColor = "#000";
    const colours = (window.trame.state.get("legend")?.css || "").match(/rgb\([^)]*\)/g) || [];
    for (const pane of area.querySelectorAll(".pane")) {
      const box = pane.getBoundingClientRect();
      const image = pane.querySelector("img");
      if (!box.width || !image || pane.matches(".covered")) continue;
      context.shadowBlur = 0;
      context.drawImage(image, box.x - origin.x, box.y - origin.y, box.width, box.height);
      const scale = pane.querySelector(".colour-scale")?.getBoundingClientRect();
      if (scale && colours.length > 1) {
        const top = scale.y - origin.y;
        const ramp = context.createLinearGradient(0, top + scale.height, 0, top);
        colours.forEach((colour, i) => ramp.addColorStop(i / (colours.length - 1), colour));
        context.fillStyle = ramp;
        context.fillRect(scale.x - origin.x, top, scale.width, scale.height);
      }
      context.shadowBlur = 4;
      for (const label of pane.querySelectorAll(LABELS)) write(context, label, origin);
    }
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  function say(text) {
    window.trame.state.set("note", text);
  }

  window.spinedce = window.spinedce || {};
  window.spinedce.savePicture = async function () {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await draw());
    link.download = "spinedce-views.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  window.spinedce.copyText = async function (text, said) {
    try {
      await navigator.clipboard.writeText(text);
      say(said);
    } catch (error) {
      say("The browser did not allow copying. Export the results; report.txt has the text.");
    }
  };
  window.spinedce.copyPicture = async function () {
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": draw() })]);
      say("The picture of the views was copied.");
    } catch (error) {
      say("The browser did not allow copying. Save the picture instead.");
    }
  };
})();

// A view sends the mouse's movements one after the other, each after the answer to the one before,
// and leaves out those that have been overtaken. The brush draws a straight line between two that
// arrive, so a quick stroke would lose its corners. The corners are therefore sent too.
(function () {
  const NEAR = 1; // distance from the straight line that is kept, pixels
  let path = null; // places since the last movement that was sent, while a button is pressed

  function place(event) {
    const box = path.area.getBoundingClientRect();
    return { x: event.clientX - box.left, y: box.height - event.clientY + box.top };
  }

  // Places of a path, without its ends, that are needed to follow it (Douglas and Peucker 1973).
  function corners(points) {
    if (points.length < 3) return [];
    const [a, b] = [points[0], points[points.length - 1]];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const square = dx * dx + dy * dy;
    let most = NEAR;
    let at = 0;
    for (let i = 1; i < points.length - 1; i++) {
      const [px, py] = [points[i].x - a.x, points[i].y - a.y];
      const share = square ? Math.min(1, Math.max(0, (px * dx + py * dy) / square)) : 0;
      const far = Math.hypot(px - share * dx, py - share * dy);
      if (far > most) [most, at] = [far, i];
    }
    if (!at) return [];
    return [...corners(points.slice(0, at + 1)), points[at], ...corners(points.slice(at))];
  }

  // The number that follows a key of one letter in a message (MessagePack); NaN if there is none.
  function number_of(bytes, key) {
    const code = key.charCodeAt(0);
    const at = bytes.findIndex((byte, i) => byte === 0xa1 && bytes[i + 1] === code) + 2;
    if (at < 2) return NaN;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const kind = bytes[at];
    if (kind < 0x80) return kind;
    if (kind >= 0xe0) return kind - 0x100;
    const readers = {
      0xca: "getFloat32", 0xcb: "getFloat64", 0xcc: "getUint8", 0xcd: "getUint16",
      0xce: "getUint32", 0xd0: "getInt8", 0xd1: "getInt16", 0xd2: "getInt32",
    };
    return readers[kind] ? view[readers[kind]](at + 1) : NaN;
  }

  // Send the corners on the way to where the mouse is in a message of a view. Returns a promise
  // that the message has to wait for, or nothing.
  window.spinedce = window.spinedce || {};
  window.spinedce.sendCorners = function (data, text) {
    if (!path || typeof data === "string" || !/MouseMove|ButtonRelease/.test(text)) return null;
    const present = path;
    const bytes = new Uint8Array(data.buffer || data, data.byteOffset || 0, data.byteLength);
    const [x, y] = [number_of(bytes, "x"), number_of(bytes, "y")];
    const here = present.points.findLastIndex(
      (p) => Math.abs(p.x - x) < 0.5 && Math.abs(p.y - y) < 0.5
    );
    if (text.includes("ButtonRelease")) path = null;
    if (here < 0) return null;
    const passed = corners(present.points.slice(0, here + 1)).map((p) => [p.x, p.y]);
    present.points.splice(0, here);
    if (!passed.length) return null;
    const { width, height } = present.area.getBoundingClientRect();
    return window.trame.trigger("mouse_corners", [present.name, passed, [width, height]]);
  };

  window.addEventListener(
    "pointerdown",
    (event) => {
      const area = event.pointerType === "mouse" && event.target.closest(".remote-controlled-area");
      path = null;
      if (!area || event.button !== 0) return;
      path = { area, name: area.closest(".pane").id.replace("pane-", ""), points: [] };
      path.points.push(place(event));
    },
    true
  );
  for (const kind of ["pointermove", "pointerup"]) {
    window.addEventListener(
      kind,
      (event) => {
        if (!path) return;
        const passed = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
        for (const one of passed.length ? passed : [event]) path.points.push(place(one));
        path.points.push(place(event));
      },
      true
    );
  }
})();

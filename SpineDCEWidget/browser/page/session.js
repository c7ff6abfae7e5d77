// Shows in the tab that another tab has taken over, or that the program has ended.
(function () {
  const Native = window.WebSocket;
  function cover(title, text, button) {
    let box = document.getElementById("session-cover");
    if (box) box.remove();
    box = document.createElement("div");
    box.id = "session-cover";
    box.innerHTML = `<div><h1>${title}</h1><p>${text}</p></div>`;
    const again = document.createElement("button");
    again.textContent = button;
    again.onclick = () => window.location.reload();
    box.firstChild.appendChild(again);
    document.body.appendChild(box);
  }
  let leaving = false;
  window.addEventListener("beforeunload", () => (leaving = true));

  // A view sends what the mouse does in it one by one, each after the answer to the one before. A
  // click elsewhere would overtake the end of a stroke, and the stroke would go to another region.
  // So whatever else is sent waits for the release of the button.
  const LONGEST = 5000; // from the release until it is sent, ms
  let held = null;
  function send_held() {
    const waiting = held || [];
    held = null;
    waiting.forEach((send) => send());
  }
  window.addEventListener(
    "pointerdown",
    (event) => {
      const drawn = event.pointerType === "mouse" && event.target.closest(".remote-controlled-area");
      if (drawn) held = held || [];
    },
    true
  );
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(
      end,
      () => {
        const present = held;
        if (present) setTimeout(() => held === present && send_held(), LONGEST);
      },
      true
    );
  }
  function text_of(data) {
    return typeof data === "string" ? data : new TextDecoder("latin1").decode(data);
  }

  window.WebSocket = class extends Native {
    send(data) {
      const text = held ? text_of(data) : "";
      if (held && !/trame\.rca\.|mouse_corners/.test(text)) {
        held.push(() => super.send(data));
        return;
      }
      const send = () => {
        super.send(data);
        if (text.includes("ButtonRelease")) send_held();
      };
      const before = text.includes("trame.rca.event") && window.spinedce.sendCorners(data, text);
      if (before) before.then(send, send);
      else send();
    }
    constructor(...args) {
      super(...args);
      this.addEventListener("close", (event) => {
        if (leaving) return;
        if (event.code === 4001) {
          cover("Open in another tab", "The workstation is open in another tab. Nothing is lost.", "Use this tab");
        } else {
          // If only the connection was lost, the program still runs, and the page reloads itself.
          const since = Date.now() - Number(sessionStorage.getItem("came back") || 0);
          fetch("page/icon.svg", { cache: "no-store" })
            .then((answer) => {
              if (!answer.ok || since < 10000) throw new Error("gone");
              sessionStorage.setItem("came back", Date.now());
              window.location.reload();
            })
            .catch(() =>
              cover(
                "The program has ended",
                "Your work is saved. Start <code>spinedce workstation</code> again and open the address it prints. You can continue from there.",
                "Try again"
              )
            );
        }
      });
    }
  };
  window.spinedce = window.spinedce || {};
  window.spinedce.errors = [];
  window.addEventListener("error", (e) => window.spinedce.errors.push(String(e.message)));
  window.addEventListener("unhandledrejection", (e) => window.spinedce.errors.push(String(e.reason)));

  window.spinedce.save = function (url) {
    const link = document.createElement("a");
    link.href = url;
    link.download = "";
    document.body.appendChild(link);
    link.click();
    link.remove();
  };

  // Bring the list of series into view, once it is there.
  window.spinedce.showList = function () {
    setTimeout(() => document.querySelector("#found")?.scrollIntoView({ block: "nearest" }), 100);
  };

  // Upload files one by one, so that their total size is not limited.
  window.spinedce.upload = async function (files, what = "study") {
    const batch = `${what}-${Date.now().toString(36)}`;
    const list = [...files];
    for (let i = 0; i < list.length; i++) {
      const name = encodeURIComponent(list[i].webkitRelativePath || list[i].name);
      const answer = await fetch(`upload/${batch}?name=${name}`, { method: "POST", body: list[i] });
      if (!answer.ok) {
        window.trame.trigger("upload_failed", [await answer.text()]);
        return;
      }
      // Without waiting, the progress could arrive after the end of the upload.
      if (i % 20 === 0) await window.trame.trigger("upload_progress", [i + 1, list.length]);
    }
    await fetch(`uploaded/${batch}`, { method: "POST" });
  };
})();

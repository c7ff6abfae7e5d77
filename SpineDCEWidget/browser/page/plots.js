// <sd-plot>: a Plotly figure that is updated in place; its AIF can be dragged along the time axis.
(function () {
  const { h, ref, watch, onMounted, onBeforeUnmount } = window.Vue;
  let library = null;
  function plotly() {
    library =
      library ||
      new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = "plotly.js";
        script.onload = () => done(window.Plotly);
        script.onerror = failed;
        document.head.appendChild(script);
      });
    return library;
  }

  // What a chart is called in a file: its kind and visit.
  function fileName(chart) {
    return (chart.layout.meta || "chart").toLowerCase().replace(/[^\p{L}\d]+/gu, "-");
  }
  function savePicture(chart) {
    const dark = chart.closest(".is-dark");
    const layout = { ...chart.layout, paper_bgcolor: dark ? "#151b23" : "#ffffff" };
    const { clientWidth: width, clientHeight: height } = chart;
    const given = { data: chart.data, layout };
    window.Plotly.downloadImage(given, { format: "png", width, height, scale: 3, filename: fileName(chart) });
  }
  // One line for each point: curve, what is on both axes with its unit.
  function saveTable(chart) {
    const cell = (v) => (/[",\n]/.test(String(v)) ? `"${String(v).replace(/"/g, '""')}"` : String(v ?? ""));
    const title = (axis) => chart.layout[axis]?.title?.text || "";
    const lines = [["curve", title("xaxis"), "value", "quantity"]];
    for (const { name, x, y, yaxis } of chart.data) {
      const quantity = title((yaxis || "y").replace("y", "yaxis"));
      x.forEach((at, i) => lines.push([name, at, y[i], quantity]));
    }
    const text = "\ufeff" + lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = `${fileName(chart)}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  // Back to the ranges that the figure has; where it has none, all data are shown.
  function reset(chart) {
    const change = {};
    for (const axis of ["xaxis", "yaxis", "yaxis2"]) {
      if (!chart._fullLayout[axis]) continue;
      const range = chart.figureLayout?.[axis]?.range;
      if (range) change[`${axis}.range`] = [...range];
      else change[`${axis}.autorange`] = true;
    }
    window.Plotly.relayout(chart, change);
  }
  // Flat lists: Plotly takes nested ones for a change, and draws the chart anew each time.
  const REMOVED = [
    "toImage", "select2d", "lasso2d", "autoScale2d", "resetScale2d", "sendChartToCloud", "sendDataToCloud",
  ];
  function added(Plotly) {
    return [
      { name: "all", title: "Reset axes", icon: Plotly.Icons.home, click: reset },
      { name: "table", title: "Save the values (CSV)", icon: Plotly.Icons.disk, click: saveTable },
      { name: "picture", title: "Save as picture", icon: Plotly.Icons.camera, click: savePicture },
    ];
  }

  const plot = {
    props: { tools: Boolean, label: String, figure: Object, shift: { type: Number, default: 0 }, follows: Boolean, drags: Boolean, places: Boolean, marks: { type: Number, default: null } },
    emits: ["drag", "pick", "place"],
    setup(props, { emit }) {
      const box = ref(null);
      let drag = null;
      let sizes = null;
      let waiting = false;

      async function draw() {
        if (waiting || !props.figure || !box.value) return;
        waiting = true;
        const Plotly = await plotly();
        waiting = false;
        if (!box.value || !box.value.clientWidth || drag) return;
        const { data, layout } = JSON.parse(JSON.stringify(props.figure));
        box.value.figureLayout = props.figure.layout;
        box.value.style.visibility = data.length ? "" : "hidden";
        // Where a drag or click sets the shift, a zoom is chosen first.
        if (props.tools && !props.drags && !props.places) layout.dragmode = "zoom";
        layout.width = box.value.clientWidth;
        layout.height = box.value.clientHeight;
        const resized = box.value._fullLayout && box.value._fullLayout.width !== layout.width;
        try {
          await Plotly.react(box.value, data, layout, {
            displayModeBar: props.tools ? "hover" : false, displaylogo: false,
            modeBarButtonsToRemove: REMOVED, modeBarButtonsToAdd: added(Plotly),
            // No data leave this computer.
            showSendToCloud: false, plotlyServerURL: "",
            scrollZoom: props.tools, responsive: false, doubleClick: false, showTips: false,
          });
          // The room for a legend is that of its rows at the width before.
          if (resized) await Plotly.relayout(box.value, { width: layout.width });
        } catch (error) {
          // A chart that was taken away while it was drawn is no error.
          if (box.value && box.value._fullLayout) throw error;
        }
        inPlace();
        mark();
        if (box.value && box.value.on && !box.value.dataset.ready) {
          box.value.dataset.ready = "1";
          if (props.tools) box.value.on("plotly_doubleclick", () => reset(box.value));
          box.value.on("plotly_click", (event) => {
            const at = event.points[0];
            emit("pick", { name: at.data.name || "", meta: at.data.meta ?? null, x: at.x, point: at.pointNumber });
          });
        }
      }

      // The curve follows the mouse at once; the server receives the shift as often as it keeps up.
      function down(event) {
        const area = box.value._fullLayout;
        if (!props.drags || !area || area.dragmode || event.button !== 0) return;
        const frame = box.value.getBoundingClientRect();
        const x = event.clientX - frame.left - area._size.l;
        const y = event.clientY - frame.top - area._size.t;
        if (x < 0 || x > area._size.w || y < 0 || y > area._size.h) return;
        const curve = box.value.data.findIndex((d) => d.meta === "aif");
        if (curve < 0) return;
        event.preventDefault();
        event.stopPropagation();
        const scale = (area.xaxis.range[1] - area.xaxis.range[0]) / area._size.w;
        drag = { from: event.clientX, at: props.shift, scale, curve, x: [...box.value.data[curve].x], shift: props.shift };
        window.addEventListener("pointermove", move);
        window.addEventListener("pointerup", up);
        box.value.classList.add("dragging");
      }
      function move(event) {
        const by = (event.clientX - drag.from) * drag.scale;
        drag.shift = Math.round((drag.at + by) * 20) / 20;
        const dx = drag.shift - drag.at;
        if (drag.pending) return;
        drag.pending = true;
        requestAnimationFrame(() => {
          if (!drag) return;
          drag.pending = false;
          window.Plotly.restyle(box.value, { x: [drag.x.map((v) => v + dx)] }, [drag.curve]);
        });
        emit("drag", drag.shift);
      }
      function up() {
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", up);
        box.value.classList.remove("dragging");
        const { shift, at } = drag;
        drag = null;
        if (shift !== at) emit("drag", shift);
      }

      // When the slider or a key moves the shift, what lies at it follows: the AIF, or the line of
      // the shift in use over the evidence. A redraw is slow, so that its picture is moved first, and
      // it is drawn when the hand rests.
      let settling = 0;
      function moving() {
        if (drag || !props.follows || !box.value || !box.value.data || !props.figure) return null;
        const moves = (d) => d.meta === "aif" || d.meta === "in use";
        const index = box.value.data.findIndex(moves);
        const baked = props.figure.data.find(moves);
        if (index < 0 || !baked) return null;
        const name = baked.meta === "in use" ? `in use ${props.shift.toFixed(2).replace("-", "−")} s` : null;
        const by = props.shift - props.figure.shift;
        return { index, name, x: baked.x.map((v) => v + by), full: box.value._fullData?.[index] };
      }
      function follow() {
        const line = moving();
        if (!line) return;
        const picture = line.full && box.value.querySelector(`.scatterlayer .trace${line.full.uid}`);
        const axis = box.value._fullLayout?.xaxis;
        if (picture && axis) {
          const by = line.x[0] - box.value.data[line.index].x[0];
          picture.setAttribute("transform", `translate(${axis.d2p(by) - axis.d2p(0)},0)`);
          const texts = [...box.value.querySelectorAll(".legendtext")];
          const text = texts.find((one) => line.name && one.textContent.startsWith("in use"));
          if (text) text.textContent = line.name;
        }
        clearTimeout(settling);
        settling = setTimeout(settle, picture && axis ? 200 : 0);
      }
      function settle() {
        const line = moving();
        if (!line) return;
        window.Plotly.restyle(box.value, { x: [line.x], ...(line.name && { name: line.name }) }, [line.index]);
        inPlace();
      }
      // After a redraw every curve is at its values, so no picture stays moved.
      function inPlace() {
        clearTimeout(settling);
        box.value?.querySelectorAll(".scatterlayer .trace[transform]").forEach((one) => one.removeAttribute("transform"));
      }

      // While frames are played, only the line of the frame in view is moved.
      function mark() {
        const line = box.value?.querySelector(".shapelayer path");
        const axis = box.value?._fullLayout?.xaxis;
        const from = box.value?.layout?.shapes?.[0]?.x0;
        if (!line || !axis || from === undefined) return;
        const to = props.marks ?? from;
        const [low, high] = axis.range;
        line.setAttribute("transform", `translate(${axis.d2p(to) - axis.d2p(from)},0)`);
        line.style.visibility = to >= low && to <= high ? "" : "hidden";
      }

      // A click over the evidence sets the shift.
      function place(event) {
        const area = box.value._fullLayout;
        if (!props.places || !area || area.dragmode || event.button !== 0) return;
        if (!box.value.data.some((d) => d.meta === "in use")) return;
        const frame = box.value.getBoundingClientRect();
        const x = event.clientX - frame.left - area._size.l;
        const y = event.clientY - frame.top - area._size.t;
        if (x < 0 || x > area._size.w || y < 0 || y > area._size.h) return;
        emit("place", Math.round(area.xaxis.p2d(x) * 20) / 20);
      }

      watch(() => [props.figure, props.drags, props.places], draw);
      watch(() => props.shift, follow);
      watch(() => props.marks, mark);
      // A zoom of another step would leave nothing to drag or click at.
      watch(() => props.drags || props.places, (sets) => {
        if (sets && box.value && box.value._fullLayout) reset(box.value);
      });
      onMounted(() => {
        draw();
        box.value.addEventListener("pointerdown", down, true);
        box.value.addEventListener("click", place, true);
        sizes = new ResizeObserver(() => draw());
        sizes.observe(box.value);
      });
      onBeforeUnmount(() => {
        clearTimeout(settling);
        if (sizes) sizes.disconnect();
        if (box.value && window.Plotly) window.Plotly.purge(box.value);
      });
      return () => h("div", { ref: box, class: "sd-plot js-plotly-plot" + (props.drags ? " shift-handle" : "") + (props.places ? " places" : ""), tabindex: props.drags ? 0 : -1, role: "figure", "aria-label": props.label });
    },
  };
  window.spinedce_widgets = {
    install(app) {
      app.component("sd-plot", plot);
      window.trame.utils.upload = window.spinedce.upload;
      window.trame.utils.save = window.spinedce.save;
      window.trame.utils.showList = window.spinedce.showList;
      window.trame.utils.savePicture = window.spinedce.savePicture;
      window.trame.utils.copyPicture = window.spinedce.copyPicture;
      window.trame.utils.copyText = window.spinedce.copyText;
    },
  };
})();

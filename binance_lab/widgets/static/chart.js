// The candlestick chart: its legend, what mouse, touch and keys do, and what packets bring. Comes
// after bars.js and candles.js.

// The legend.

class Legend {
  constructor(node) {
    this.values = {};
    for (const name of ["O", "H", "L", "C", "Vol", "Change"]) {
      const value = element("b", { style: "font-weight: 500" });
      const caption = name === "Change" ? [] : [element("i", {}, name)];
      this.values[name] = value;
      const keep = name === "C" || name === "Change" ? { class: "bl-keep" } : {};
      node.append(element("span", keep, ...caption, value));
    }
    this.averages = element("span", { class: "bl-averages" });
    node.append(this.averages);
  }

  show(chart, averages, colors) {
    const { bars, window: seen, decimals } = chart;
    const at = chart.cursor?.index ?? bars.length - 1;
    const tone = bars.close[at] >= bars.open[at] ? "bl-up" : "bl-down";
    const write = (name, text, className = "") => {
      setText(this.values[name], text);
      setClass(this.values[name], className);
    };
    write("O", number(bars.open[at], decimals), tone);
    write("H", number(bars.high[at], decimals), tone);
    write("L", number(bars.low[at], decimals), tone);
    write("C", number(bars.close[at], decimals), tone);
    write("Vol", compact(bars.volume[at]), tone);
    write("Change", `${signed((bars.close[at] / bars.open[at] - 1) * 100)}%`, tone);
    this.showAverages(chart, averages, at - seen.first, colors);
  }

  showAverages({ averages: periods, decimals }, values, at, colors) {
    while (this.averages.childElementCount < periods.length) this.averages.append(element("span"));
    periods.forEach((period, which) => {
      const node = this.averages.children[which];
      const value = values[which][at];
      setText(node, Number.isFinite(value) ? `MA${period} ${number(value, decimals)}` : "");
      node.style.color = colors(`average-${(which % 3) + 1}`);
    });
  }
}

// Mouse, touch and keys.

function listen(box, root, chart, redraw) {
  let dragged = null;
  let engaged = false; // the wheel is the page's until then: a notebook must scroll past the chart
  const at = (event) => {
    const edge = box.getBoundingClientRect();
    return { x: event.clientX - edge.left, y: event.clientY - edge.top };
  };
  const engage = (event) => {
    engaged = root.contains(event.target);
  };
  document.addEventListener("pointerdown", engage, true);
  box.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button")) return;
    dragged = at(event).x;
    box.dataset.dragging = "";
    box.setPointerCapture(event.pointerId);
  });
  // After the click: on its way down JupyterLab takes the focus for the notebook.
  box.addEventListener("click", () => root.focus({ preventScroll: true }));
  box.addEventListener("pointermove", (event) => {
    const { x, y } = at(event);
    if (dragged != null) {
      chart.window.pan((dragged - x) / chart.window.spacing);
      dragged = x;
    }
    chart.cursor = chart.bars.length && x < chart.window.width ? { index: chart.window.index(x), y } : null;
    redraw();
  });
  const release = () => {
    dragged = null;
    delete box.dataset.dragging;
  };
  box.addEventListener("pointerup", release);
  box.addEventListener("pointercancel", release);
  box.addEventListener("pointerleave", () => {
    chart.cursor = null;
    redraw();
  });
  box.addEventListener("dblclick", () => {
    chart.window.reset();
    redraw();
  });
  box.addEventListener("wheel", (event) => {
    if (!engaged && document.activeElement !== root && !event.ctrlKey) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) chart.window.pan(event.deltaX / chart.window.spacing);
    else chart.window.zoom(Math.exp(-event.deltaY * 0.0015), at(event).x);
    redraw();
  }, { passive: false });
  root.addEventListener("keydown", (event) => {
    if (event.target === root && key(event, chart)) {
      event.preventDefault();
      event.stopPropagation(); // else the notebook takes it as a command
      redraw();
    }
  });
  return () => document.removeEventListener("pointerdown", engage, true);
}

function key(event, chart) {
  const { window: seen, bars } = chart;
  const step = (by) => {
    const from = chart.cursor?.index ?? bars.length - 1;
    const index = Math.max(0, Math.min(bars.length - 1, from + by));
    if (index < seen.first || index > seen.last) seen.pan(by);
    chart.cursor = { index, y: null };
  };
  const actions = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    PageUp: () => seen.pan(-seen.width / seen.spacing / 2),
    PageDown: () => seen.pan(seen.width / seen.spacing / 2),
    "+": () => seen.zoom(1.25, seen.width),
    "=": () => seen.zoom(1.25, seen.width),
    "-": () => seen.zoom(0.8, seen.width),
    End: () => seen.reset(),
    Home: () => seen.pan(-bars.length),
    Escape: () => { chart.cursor = null; },
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey || !bars.length) return false;
  actions[event.key]();
  return true;
}

// The view.

function build(frame, { model, redraw }) {
  const bars = new Bars();
  const chart = { bars, window: new Window(bars), decimals: 2, averages: [], marks: [], orders: [], cursor: null };
  const canvas = element("canvas", { "aria-hidden": "true" });
  const newest = element("button", { type: "button", title: "To the newest candle (End)", "aria-label": "To the newest candle", hidden: "" }, "»");
  const box = element("div", { class: "bl-chart" }, canvas, newest);
  const empty = element("div", { class: "bl-empty" }, "No candles yet");
  const spoken = element("div", { class: "bl-hidden", "aria-live": "polite" });
  const legend = new Legend(frame.legend);
  box.style.height = `${model.get("height")}px`;
  frame.body.append(box, empty, spoken);
  frame.root.tabIndex = 0;
  frame.root.setAttribute("role", "application");
  frame.root.setAttribute("aria-roledescription", "candlestick chart; arrow keys read candles, plus and minus zoom, End follows");
  const close = listen(box, frame.root, chart, redraw);
  newest.addEventListener("click", () => {
    chart.window.reset();
    redraw();
  });

  const settings = ({ decimals, averages, marks, orders }) => {
    Object.assign(chart, { decimals, averages: averages ?? chart.averages });
    if (marks) chart.marks = marks;
    if (orders) chart.orders = orders;
  };
  const speak = () => {
    if (chart.cursor?.y !== null || !bars.length) return;
    const i = chart.cursor.index;
    const [o, h, l, c] = [bars.open, bars.high, bars.low, bars.close].map((column) => number(column[i], chart.decimals));
    setText(spoken, `${crossTimeText(bars.time[i])}: open ${o}, high ${h}, low ${l}, close ${c}`);
  };
  return {
    close,
    snapshot(message, [rows]) {
      bars.clear();
      settings(message);
      bars.merge(floats(rows));
      chart.cursor = null;
    },
    delta(message, [rows]) {
      settings(message);
      const before = bars.length;
      bars.merge(floats(rows));
      if (!chart.window.follow && bars.length > before) chart.window.pan(0);
      const over = bars.length - message.keep;
      bars.drop(over);
      if (over > 0) {
        chart.window.right -= over;
        if (chart.cursor) chart.cursor.index = Math.max(0, chart.cursor.index - over);
      }
    },
    draw(colors) {
      empty.hidden = bars.length > 0;
      box.hidden = bars.length === 0;
      if (!bars.length) return true;
      if (!box.clientWidth) return false;
      const painter = new Painter(canvas, colors, chart);
      painter.paint();
      newest.hidden = chart.window.follow;
      legend.show(chart, painter.averages, colors);
      frame.root.dataset.close = bars.close.at(-1);
      frame.root.dataset.bars = bars.length;
      frame.root.dataset.marks = chart.marks.length;
      frame.root.dataset.seen = `${chart.window.first} ${chart.window.last}`;
      speak();
      return true;
    },
  };
}

export default { render: view(build) };

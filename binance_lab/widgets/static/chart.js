// Candles with volume, moving averages, own trades and orders on a canvas.

const AXIS_H = 22;
const MARGIN_BARS = 4; // free space right of the newest candle
const SPACING = { start: 8, least: 1.2, most: 60 }; // px a candle
const VOLUME_SHARE = 0.18; // of the plot's height
const COLUMNS = 6; // open time (ms), open, high, low, close, volume

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const TIME_STEPS = [
  1000, 5000, 15_000, 30_000, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR,
  6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY, 365 * DAY,
];

// The candles.

class Bars {
  constructor() {
    this.clear();
  }

  clear() {
    [this.time, this.open, this.high, this.low, this.close, this.volume] = [[], [], [], [], [], []];
  }

  get length() {
    return this.time.length;
  }

  // Rows in the order of time: new ones go to the end, known ones are replaced.
  merge(values) {
    for (let row = 0; row < values.length; row += COLUMNS) {
      const at = this.place(values[row]);
      [this.time[at], this.open[at], this.high[at], this.low[at], this.close[at], this.volume[at]] =
        values.subarray(row, row + COLUMNS);
    }
  }

  drop(count) {
    if (count <= 0) return;
    for (const column of [this.time, this.open, this.high, this.low, this.close, this.volume]) column.splice(0, count);
  }

  // Where a candle of this time is or goes; one that is missing in between gets its place.
  place(time) {
    const n = this.length;
    if (n === 0 || time > this.time[n - 1]) return n;
    const at = this.find(time);
    if (this.time[at] !== time) {
      for (const column of [this.time, this.open, this.high, this.low, this.close, this.volume]) column.splice(at, 0, 0);
    }
    return at;
  }

  // Index of the first candle that opens at this time or later.
  find(time) {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time[middle] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // Mean of the last `period` closes, for each candle from `first` to `last`.
  average(period, first, last) {
    const out = new Float64Array(last - first + 1).fill(NaN);
    const from = Math.max(0, first - period + 1);
    let sum = 0;
    for (let i = from; i <= last; i++) {
      sum += this.close[i];
      if (i - period >= from) sum -= this.close[i - period];
      if (i >= first && i >= period - 1) out[i - first] = sum / period;
    }
    return out;
  }
}

// Ticks.

function priceStep(range, most) {
  const rough = range / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((k) => k * power).find((step) => step >= rough);
}

const offsets = new Map();

// How far the user's zone is ahead of UTC (ms) at that time; looked up once an hour of time.
function zoneOffset(ms) {
  const hour = Math.floor(ms / HOUR);
  if (!offsets.has(hour)) offsets.set(hour, -new Date(hour * HOUR).getTimezoneOffset() * MINUTE);
  return offsets.get(hour);
}

function timeTicks(bars, first, last, spacing) {
  if (last <= first) return [];
  const perBar = (bars.time[last] - bars.time[first]) / (last - first) || MINUTE;
  const least = (perBar / spacing) * 72; // ms between two labels
  const step = TIME_STEPS.find((candidate) => candidate >= least) ?? TIME_STEPS.at(-1);
  const slot = (ms) => Math.floor((ms + zoneOffset(ms)) / step);
  const day = (ms) => Math.floor((ms + zoneOffset(ms)) / DAY);
  const ticks = [];
  for (let i = Math.max(1, first); i <= last; i++) {
    if (slot(bars.time[i]) === slot(bars.time[i - 1])) continue;
    const newDay = day(bars.time[i]) !== day(bars.time[i - 1]);
    ticks.push({ index: i, text: tickText(bars.time[i], step, newDay), strong: newDay && step < DAY });
  }
  return ticks;
}

function tickText(ms, step, newDay) {
  if (step >= 91 * DAY) return clock(ZONE, { month: "short", year: "numeric" }).format(ms);
  if (newDay) return clock(ZONE, { day: "numeric", month: "short" }).format(ms);
  return clock(ZONE, step < MINUTE ? TIME : { hour: "2-digit", minute: "2-digit" }).format(ms);
}

function crossTimeText(ms) {
  const date = { weekday: "short", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" };
  const utc = clock("UTC", { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" }).format(ms);
  return zoneOffset(ms) === 0 ? `${clock("UTC", date).format(ms)} UTC` : `${clock(ZONE, date).format(ms)} · ${utc} UTC`;
}

// The window onto the candles.

// `right` is the index at the plot's right edge; while `follow` it stays with the newest candle.
class Window {
  constructor(bars) {
    this.bars = bars;
    this.spacing = SPACING.start;
    this.reset();
  }

  reset() {
    this.follow = true;
    this.right = 0;
  }

  get newest() {
    return this.bars.length - 1 + MARGIN_BARS;
  }

  fit(width) {
    this.width = width;
    if (this.follow) this.right = this.newest;
    this.first = Math.max(0, Math.ceil(this.right - width / this.spacing));
    this.last = Math.min(this.bars.length - 1, Math.floor(this.right));
  }

  x(index) {
    return this.width - (this.right - index) * this.spacing;
  }

  index(x) {
    const at = Math.round(this.right - (this.width - x) / this.spacing);
    return Math.max(0, Math.min(this.bars.length - 1, at));
  }

  pan(bars) {
    this.right = Math.max(MARGIN_BARS, Math.min(this.newest + 20, this.right + bars));
    this.follow = Math.abs(this.right - this.newest) < 0.5;
  }

  // Around the candle at x, which stays where it is; while following, around the right edge.
  zoom(factor, x) {
    const before = this.spacing;
    this.spacing = Math.max(SPACING.least, Math.min(SPACING.most, before * factor));
    if (this.follow) return;
    const fromRight = this.width - x;
    this.pan(fromRight / this.spacing - fromRight / before);
  }
}

// Drawing.

class Pen {
  constructor(canvas, colors) {
    this.ratio = window.devicePixelRatio || 1;
    this.width = canvas.clientWidth;
    this.height = canvas.clientHeight;
    const [w, h] = [Math.round(this.width * this.ratio), Math.round(this.height * this.ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    this.ctx = canvas.getContext("2d");
    this.ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.ctx.clearRect(0, 0, this.width, this.height);
    this.font = getComputedStyle(canvas).fontFamily;
    this.color = colors;
    this.plain();
  }

  plain(weight = "") {
    this.ctx.font = `${weight} 11px ${this.font}`;
    this.ctx.textBaseline = "middle";
  }

  // To whole device pixels: sharp edges.
  snap(value) {
    return Math.round(value * this.ratio) / this.ratio;
  }

  line(x0, y0, x1, y1, color, dash = []) {
    const half = 0.5 / this.ratio;
    const { ctx } = this;
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(this.snap(x0) + half, this.snap(y0) + half);
    ctx.lineTo(this.snap(x1) + half, this.snap(y1) + half);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  text(text, x, y, color, align = "left") {
    this.ctx.fillStyle = color;
    this.ctx.textAlign = align;
    this.ctx.fillText(text, x, y);
  }

  // A text on a filled box; x is its left edge, or its middle.
  label(text, x, y, back, color, { middle = false, width = 0 } = {}) {
    const w = Math.max(width, this.ctx.measureText(text).width + 10);
    const left = middle ? Math.max(0, Math.min(this.width - w, x - w / 2)) : x;
    this.ctx.fillStyle = back;
    this.ctx.beginPath();
    this.ctx.roundRect(this.snap(left), this.snap(y - 9), w, 18, 2);
    this.ctx.fill();
    this.text(text, left + 5, y + 0.5, color);
  }
}

class Painter {
  constructor(canvas, colors, chart) {
    this.pen = new Pen(canvas, colors);
    this.chart = chart;
    const { bars, window: seen, decimals } = chart;
    const lastText = number(bars.close.at(-1), decimals);
    this.axisW = Math.ceil(this.pen.ctx.measureText(lastText).width) + 16;
    this.plot = { width: Math.max(10, this.pen.width - this.axisW), height: this.pen.height - AXIS_H };
    seen.fit(this.plot.width);
    this.averages = chart.averages.map((period) => bars.average(period, seen.first, seen.last));
    this.scale();
  }

  // Prices that are seen fill the plot, with a tenth free above, and below where volumes stand.
  scale() {
    const { bars, window: seen } = this.chart;
    let [low, high] = [Infinity, -Infinity];
    this.mostVolume = 0;
    for (let i = seen.first; i <= seen.last; i++) {
      low = Math.min(low, bars.low[i]);
      high = Math.max(high, bars.high[i]);
      this.mostVolume = Math.max(this.mostVolume, bars.volume[i]);
    }
    for (const average of this.averages) {
      for (const value of average) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    const least = 10 ** -this.chart.decimals * 4 || 1e-12;
    const range = Math.max(high - low, least);
    this.high = high + range * 0.1 + (range === least ? least / 2 : 0);
    this.low = low - range * (0.08 + VOLUME_SHARE);
  }

  y(price) {
    return ((this.high - price) / (this.high - this.low)) * this.plot.height;
  }

  price(y) {
    return this.high - (y / this.plot.height) * (this.high - this.low);
  }

  paint() {
    this.grid();
    this.clipped(() => {
      this.volumes();
      this.candles();
      this.movingAverages();
      this.trades();
    });
    this.orders();
    this.lastPrice();
    this.crosshair();
  }

  clipped(draw) {
    const { ctx } = this.pen;
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, 0, this.plot.width, this.plot.height);
    ctx.clip();
    draw();
    ctx.restore();
  }

  grid() {
    const { pen, plot, chart } = this;
    const [grid, muted, text] = [pen.color("grid"), pen.color("muted"), pen.color("text")];
    const step = priceStep(this.high - this.low, plot.height / 44);
    for (let price = Math.ceil(this.low / step) * step; price < this.high; price += step) {
      const y = this.y(price);
      pen.line(0, y, plot.width, y, grid);
      if (y > 8 && y < plot.height - 6 && !this.labelled(y)) pen.text(number(price, chart.decimals), pen.width - 8, y, muted, "right");
    }
    for (const tick of timeTicks(chart.bars, chart.window.first, chart.window.last, chart.window.spacing)) {
      const x = chart.window.x(tick.index);
      if (x > plot.width) continue;
      pen.line(x, 0, x, plot.height, grid);
      if (tick.strong) pen.plain("600");
      const half = pen.ctx.measureText(tick.text).width / 2;
      if (x - half > 2 && x + half < plot.width) {
        pen.text(tick.text, x, plot.height + AXIS_H / 2 + 1, tick.strong ? text : muted, "center");
      }
      pen.plain();
    }
    pen.line(0, plot.height, pen.width, plot.height, pen.color("line"));
    pen.line(plot.width, 0, plot.width, plot.height, pen.color("line"));
  }

  // Whether the last price or an order has its label there.
  labelled(y) {
    const { bars, orders } = this.chart;
    const prices = [bars.close.at(-1), ...orders.map((order) => order.price)];
    return prices.some((price) => Math.abs(this.y(price) - y) < 16);
  }

  // Odd in device pixels, so that the wick stands in the middle.
  bodyWidth() {
    const wanted = Math.floor(this.chart.window.spacing * 0.72 * this.pen.ratio);
    return Math.max(1, wanted - (1 - (wanted % 2))) / this.pen.ratio;
  }

  // Two passes, so that the color is set twice and not for each candle.
  eachByColor(names, draw) {
    const { bars, window: seen } = this.chart;
    for (const up of [true, false]) {
      this.pen.ctx.fillStyle = this.pen.color(names[up ? 0 : 1]);
      for (let i = seen.first; i <= seen.last; i++) {
        if (bars.close[i] >= bars.open[i] === up) draw(i, this.pen.snap(seen.x(i)));
      }
    }
  }

  volumes() {
    const { pen, plot } = this;
    const width = this.bodyWidth();
    const most = this.mostVolume || 1;
    this.eachByColor(["up-soft", "down-soft"], (i, x) => {
      const height = (this.chart.bars.volume[i] / most) * plot.height * VOLUME_SHARE;
      pen.ctx.fillRect(x - (width - 1 / pen.ratio) / 2, plot.height - height, width, height);
    });
  }

  candles() {
    const { pen, chart: { bars } } = this;
    const pixel = 1 / pen.ratio;
    const width = this.bodyWidth();
    this.eachByColor(["up", "down"], (i, x) => {
      const [top, bottom] = [pen.snap(this.y(bars.high[i])), pen.snap(this.y(bars.low[i]))];
      pen.ctx.fillRect(x, top, pixel, Math.max(pixel, bottom - top));
      const open = pen.snap(this.y(bars.open[i]));
      const close = pen.snap(this.y(bars.close[i]));
      const height = Math.max(pixel, Math.abs(open - close));
      pen.ctx.fillRect(x - (width - pixel) / 2, Math.min(open, close), width, height);
    });
  }

  movingAverages() {
    const { pen, chart: { window: seen } } = this;
    this.averages.forEach((values, which) => {
      pen.ctx.strokeStyle = pen.color(`average-${(which % 3) + 1}`);
      pen.ctx.lineWidth = 1.2;
      pen.ctx.lineJoin = "round";
      pen.ctx.beginPath();
      let down = false;
      values.forEach((value, i) => {
        if (Number.isNaN(value)) return;
        pen.ctx[down ? "lineTo" : "moveTo"](seen.x(seen.first + i), this.y(value));
        down = true;
      });
      pen.ctx.stroke();
    });
  }

  // A triangle at the price of each own trade: up below a buy, down above a sell.
  trades() {
    const { pen, chart: { bars, window: seen, marks } } = this;
    for (const mark of marks) {
      const index = bars.find(mark.time + 1) - 1;
      if (index < seen.first || index > seen.last) continue;
      const [x, y] = [seen.x(index), this.y(mark.price)];
      const way = mark.side === "BUY" ? 1 : -1;
      pen.ctx.beginPath();
      pen.ctx.moveTo(x, y);
      pen.ctx.lineTo(x - 6, y + 11 * way);
      pen.ctx.lineTo(x + 6, y + 11 * way);
      pen.ctx.closePath();
      pen.ctx.fillStyle = pen.color(mark.side === "BUY" ? "up" : "down");
      pen.ctx.fill();
      pen.ctx.strokeStyle = pen.color("back");
      pen.ctx.lineWidth = 1.5;
      pen.ctx.stroke();
    }
  }

  orders() {
    const { pen, plot, chart } = this;
    for (const order of chart.orders) {
      if (order.price < this.low || order.price > this.high) continue;
      const [y, color] = [this.y(order.price), pen.color(order.side === "BUY" ? "up" : "down")];
      pen.line(0, y, plot.width, y, color, [1, 3]);
      pen.text(`${order.side} ${order.qty}`, 8, y - 7, color);
      this.axisLabel(order.price, y, pen.color("back"), color);
    }
  }

  lastPrice() {
    const { pen, plot, chart: { bars } } = this;
    const [close, open] = [bars.close.at(-1), bars.open.at(-1)];
    const y = Math.max(9, Math.min(plot.height - 9, this.y(close)));
    const color = pen.color(close >= open ? "up" : "down");
    if (close <= this.high && close >= this.low) pen.line(0, this.y(close), plot.width, this.y(close), color, [2, 2]);
    this.axisLabel(close, y, color, "#ffffff");
  }

  axisLabel(price, y, back, color) {
    const { pen, plot, chart } = this;
    pen.label("", plot.width + 1, y, back, color, { width: this.axisW - 1 });
    pen.text(number(price, chart.decimals), pen.width - 8, y + 0.5, color, "right");
  }

  crosshair() {
    const { pen, plot, chart } = this;
    const { cursor, window: seen, bars } = chart;
    if (!cursor) return;
    const x = seen.x(cursor.index);
    const [line, back, text] = [pen.color("cross"), pen.color("label"), pen.color("on-label")];
    pen.line(x, 0, x, plot.height, line, [3, 3]);
    if (cursor.y != null && cursor.y < plot.height) {
      pen.line(0, cursor.y, plot.width, cursor.y, line, [3, 3]);
      this.axisLabel(this.price(cursor.y), cursor.y, back, text);
    }
    pen.label(crossTimeText(bars.time[cursor.index]), x, plot.height + AXIS_H / 2 + 1, back, text, { middle: true });
  }
}

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

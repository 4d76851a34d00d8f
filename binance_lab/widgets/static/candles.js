// Draws a chart of candles on a canvas: volume, moving averages, own trades and orders, crosshair.

const AXIS_H = 22;
const VOLUME_SHARE = 0.18; // of the plot's height

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
    const finest = 10 ** -chart.decimals; // finer ones would have the same label
    const step = Math.max(finest, priceStep(this.high - this.low, plot.height / 44));
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

// What a chart of candles has: the candles by time, ticks for its axes, and the window that is seen.

const MARGIN_BARS = 4; // free space right of the newest candle
const SPACING = { start: 8, least: 1.2, most: 60 }; // px a candle
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

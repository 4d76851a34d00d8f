// What the browser's half of every view shares: the frame around it, its theme, numbers and
// times, and the protocol. The page says hello and gets a snapshot, then deltas numbered by
// `seq`; a gap in the numbers, or a head with another one than the page has, makes it say hello
// again. Each file after this one in the same
// module ends with `export default { render: view(build) }`.

const QUIET_S = 10; // a live source without a message for longer is shown as a warning
const PACE_S = 2; // how often a page looks whether it keeps up
const ANSWER_S = 2; // what was saved with the notebook is called so once no kernel answers for that long
const SILENT_S = 6; // the kernel says something every 2 s; silent for longer, it is gone
const MOODS = { live: "good", connecting: "warn", stale: "warn", "out of sync": "warn", stopped: "none", error: "bad" };

// Elements.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Writes to the page only what differs: an unchanged row costs a comparison.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

// Numbers and times.

const formats = new Map();

function formatOf(decimals) {
  if (!formats.has(decimals)) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats.set(decimals, new Intl.NumberFormat("en-US", { ...digits, signDisplay: "negative" })); // no -0.00
  }
  return formats.get(decimals);
}

function number(value, decimals = 2) {
  return Number.isFinite(value) ? formatOf(decimals).format(value) : "–";
}

function signed(value, decimals = 2) {
  return (value > 0 ? "+" : "") + number(value, decimals);
}

// 1,234,567 as 1.23M: for volumes, where the size matters and not the last digit.
function compact(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]) {
    if (size >= unit) return number(value / unit, size >= 100 * unit ? 1 : 2) + letter;
  }
  return number(value, size >= 100 || size === 0 ? 0 : size >= 1 ? 2 : size >= 0.01 ? 4 : 8);
}

const clocks = new Map();

function clock(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!clocks.has(key)) {
    clocks.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone, hourCycle: "h23" }));
  }
  return clocks.get(key);
}

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const DATE = { year: "numeric", month: "short", day: "2-digit" };

function timeText(ms, zone = ZONE) {
  return clock(zone, TIME).format(ms);
}

function utcText(ms) {
  return `${clock("UTC", DATE).format(ms)} ${timeText(ms, "UTC")} UTC`;
}

function ageText(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

// Bytes.

// A copy, because the view's bytes need not begin at a multiple of 8.
function floats(view) {
  if (!view || !view.byteLength) return new Float64Array(0);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return new Float64Array(bytes.slice().buffer);
}

// Theme.

function isDark() {
  const body = document.body;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (body.dataset.vscodeThemeKind) return /dark|high-contrast$/.test(body.dataset.vscodeThemeKind);
  if (document.documentElement.hasAttribute("theme")) {
    return document.documentElement.getAttribute("theme") === "dark"; // Colab
  }
  const back = getComputedStyle(body).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
  if (back.length >= 3 && back[3] !== 0) return back[0] + back[1] + back[2] < 384;
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function followTheme(root, changed) {
  const apply = () => {
    root.dataset.theme = isDark() ? "dark" : "light";
    changed();
  };
  const watch = new MutationObserver(apply);
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "class"] });
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["theme", "class"] });
  apply();
  return () => watch.disconnect();
}

// The colors of the theme by name, `--bl-` left out.
function colorsOf(root) {
  const style = getComputedStyle(root);
  return (name) => style.getPropertyValue(`--bl-${name}`).trim();
}

// The frame around a view.

function makeFrame() {
  const title = element("span", { class: "bl-title" });
  const subtitle = element("span", { class: "bl-subtitle" });
  const legend = element("span", { class: "bl-legend" });
  const state = element("span", { class: "bl-state", role: "status", "aria-live": "off" });
  const environment = element("span", { class: "bl-environment" });
  const body = element("div", { class: "bl-body" });
  const gap = element("div", { class: "bl-gap", role: "status" });
  const notice = element("div", { class: "bl-notice", role: "status" });
  const head = element("div", { class: "bl-bar" }, title, subtitle, legend, state, environment);
  const root = element("div", { class: "bl-view", role: "group" }, head, body, gap, notice);
  return { root, title, subtitle, legend, state, environment, body, gap, notice };
}

function showHead(frame, head) {
  setText(frame.title, head.title ?? "");
  setText(frame.subtitle, head.subtitle ?? "");
  setText(frame.environment, head.environment ?? "");
  setText(frame.notice, head.notice ?? "");
  setText(frame.gap, head.gap ?? "");
  setClass(frame.gap, `bl-gap bl-${head.gap_tone || "muted"}`);
  frame.root.dataset.environment = head.environment ?? "";
  frame.root.setAttribute("aria-label", [head.title, head.subtitle, head.kind].filter(Boolean).join(" "));
}

// The source's state, with the age of its last message once that is worth a look.
function showState(frame, { head, headAt, heardAt, ended }) {
  let text = head.state ?? "";
  if (text === "saved" && (performance.now() - heardAt) / 1000 < ANSWER_S) text = "connecting";
  let mood = MOODS[text] ?? "none";
  const age = head.age_s == null ? null : head.age_s + (performance.now() - headAt) / 1000;
  if (head.state !== "saved" && (ended || (performance.now() - heardAt) / 1000 > SILENT_S)) {
    [text, mood] = ["kernel gone", "bad"];
  } else if (text === "live" && age > QUIET_S) {
    mood = "warn";
  }
  if (age != null && age >= 2) text += ` · ${ageText(age)} ago`;
  setText(frame.state, text);
  frame.state.dataset.mood = mood;
}

// Calls back when the kernel ends or restarts: at once, where the front end's widget manager knows
// its kernel, as JupyterLab's does. Elsewhere the kernel's silence tells. The result takes it back.
function onKernelEnd(model, ended) {
  const kernel = model.widget_manager?.kernel;
  if (!kernel?.statusChanged || !kernel.disposed) return () => {};
  const look = (_, status) => {
    if (["restarting", "autorestarting", "terminating", "dead"].includes(status)) ended();
  };
  kernel.statusChanged.connect(look);
  kernel.disposed.connect(ended);
  return () => {
    kernel.statusChanged.disconnect(look);
    kernel.disposed.disconnect(ended);
  };
}

// The protocol.

// `build(frame, { model, redraw })` gives `{ snapshot(meta, buffers), delta(meta, buffers), draw(colors) }`
// and, if it holds something, `close()`. `draw` is called once per animation frame that needs it;
// it gives false if there is no room to draw on now, and is called again a little later.
function view(build) {
  return ({ model, el }) => {
    const frame = makeFrame();
    const status = { head: {}, headAt: performance.now(), heardAt: performance.now(), ended: false };
    const page = Math.random().toString(36).slice(2);
    let seq = null;
    let helloAt = -Infinity;
    let asked = 0;
    let owed = false;
    let [came, drawn, fresh] = [0, 0, false]; // frames since the pace was last looked at
    let pace = null; // frames a second that are asked for; null for all
    el.append(frame.root);

    const redraw = () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        showState(frame, status);
        if (fresh) drawn += 1;
        fresh = false;
        owed = face.draw(colorsOf(frame.root)) === false;
      });
    };
    const face = build(frame, { model, redraw });

    const send = (content) => {
      try {
        model.send({ page, ...content });
      } catch {
        status.ended = true; // no kernel to send to
      }
    };
    const hello = () => {
      if (performance.now() - helloAt < 500) return;
      helloAt = performance.now();
      send({ hello: true, zone: ZONE });
    };
    const takeHead = (head) => {
      const now = performance.now();
      Object.assign(status, { head, headAt: now, heardAt: now, ended: false });
      showHead(frame, head);
    };
    const take = (message, buffers) => {
      takeHead(message.head);
      if (message.kind === "head") { // also a sign of life: what was lost before it is asked for again
        if (message.seq !== seq) hello();
        return;
      }
      if (message.kind === "delta" && (seq === null || message.seq !== seq + 1)) return hello();
      seq = message.seq;
      face[message.kind](message, buffers);
      came += 1;
      fresh = true;
      frame.root.dataset.seq = seq; // which frame is on the screen
      redraw();
    };
    const saved = model.get("saved");
    if (saved?.message) { // from a saved notebook: shown until a kernel answers
      const head = { ...saved.message.head, state: "saved", age_s: null };
      take({ ...saved.message, head, kind: "snapshot" }, saved.buffers);
      seq = null;
    }
    model.on("msg:custom", take);

    let shown = true;
    const tell = (visible) => {
      if (visible === shown) return;
      shown = visible;
      send({ visible, pace });
    };
    // A page that draws fewer frames than come asks for as many as it draws, and later for more.
    const keepPace = () => {
      const [ours, theirs, before] = [drawn, came, pace];
      [came, drawn] = [0, 0];
      if (theirs >= 3 * PACE_S && ours < 0.7 * theirs) pace = Math.max(1, ours / PACE_S);
      else if (pace !== null && ours >= 0.9 * theirs) pace = pace < 20 ? pace * 1.5 : null;
      if (pace !== before && shown) send({ visible: true, pace });
    };
    let inView = true;
    const watch = new IntersectionObserver((entries) => {
      inView = entries.at(-1).isIntersecting;
      if (inView && owed) redraw();
      tell(inView && !document.hidden);
    });
    watch.observe(frame.root);
    const visibility = () => tell(inView && !document.hidden);
    document.addEventListener("visibilitychange", visibility);

    const unfollow = followTheme(frame.root, redraw);
    const resize = new ResizeObserver(redraw);
    resize.observe(frame.root);
    const forget = onKernelEnd(model, () => {
      if (status.head.state !== "saved") status.ended = true;
      showState(frame, status);
    });
    let ticks = 0;
    const timer = setInterval(() => {
      showState(frame, status);
      ticks += 1;
      if (ticks % (PACE_S * 2) === 0) keepPace();
      if (owed) redraw();
    }, 500);
    hello();

    return () => {
      clearInterval(timer);
      cancelAnimationFrame(asked);
      resize.disconnect();
      watch.disconnect();
      document.removeEventListener("visibilitychange", visibility);
      unfollow();
      forget();
      model.off("msg:custom", take);
      face.close?.();
      send({ bye: true });
    };
  };
}

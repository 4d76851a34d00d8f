// A table whose cells come as text: a cell is [text, tone] or [text, tone, values of a sparkline].

function drawSpark(canvas, values, color) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (i) => 1 + (i / Math.max(1, values.length - 1)) * (width - 2);
  const y = (value) => (high > low ? height - 3 - ((value - low) / (high - low)) * (height - 6) : height / 2);
  ctx.beginPath();
  values.forEach((value, i) => ctx[i ? "lineTo" : "moveTo"](x(i), y(value)));
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.3;
  ctx.lineJoin = "round";
  ctx.stroke();
}

// Text stands left; what is optional goes where the table is narrow, so that no number is cut.
function classOf({ text, optional, spark }) {
  return [text ? "bl-text" : "", optional ? "bl-optional" : "", spark ? "bl-spark" : ""].join(" ").trim();
}

function build(frame, { model }) {
  const titles = element("tr");
  const body = element("tbody");
  const table = element("table", { class: "bl-rows" }, element("thead", {}, titles), body);
  const box = element("div", { class: "bl-scroll" }, table);
  const empty = element("div", { class: "bl-empty" });
  box.style.maxHeight = `${model.get("height")}px`;
  frame.body.append(box, empty);
  const rows = new Map();
  let columns = [];
  const stale = new Set(); // keys whose sparkline is not drawn yet

  const showCells = (key, cells) => {
    if (!rows.has(key)) {
      const row = element("tr", { "data-key": key }, ...columns.map(() => element("td")));
      rows.set(key, { row });
    }
    const entry = rows.get(key);
    entry.cells = cells;
    cells.forEach(([text, tone, spark], i) => {
      const cell = entry.row.children[i];
      setClass(cell, `${classOf(columns[i])} ${tone ? `bl-${tone}` : ""}`.trim());
      if (!spark) return setText(cell, text);
      if (!cell.firstChild?.getContext) cell.replaceChildren(element("canvas", { role: "img", "aria-label": text }));
    });
    stale.add(key);
  };
  const order = (keys) => {
    for (const [key, { row }] of rows) {
      if (keys.includes(key)) continue;
      row.remove();
      rows.delete(key);
    }
    keys.forEach((key, i) => {
      const { row } = rows.get(key);
      if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null);
    });
  };
  const take = (message) => {
    for (const [key, cells] of Object.entries(message.rows)) showCells(key, cells);
    if (message.order) order(message.order);
  };
  return {
    snapshot(message) {
      columns = message.columns;
      setText(empty, message.empty);
      titles.replaceChildren(...columns.map((column) => {
        const { title, width } = column;
        const th = element("th", { scope: "col", class: classOf(column) }, title);
        if (width) th.style.width = width;
        return th;
      }));
      rows.clear();
      body.replaceChildren();
      take(message);
    },
    delta: take,
    draw(colors) {
      empty.hidden = rows.size > 0;
      box.hidden = rows.size === 0;
      if (rows.size && !box.clientWidth) return false;
      box.tabIndex = box.scrollHeight > box.clientHeight ? 0 : -1; // to scroll by keys
      const theme = frame.root.dataset.theme + box.clientWidth;
      const all = table.dataset.drawn !== theme; // other colors or another width: all anew
      for (const key of all ? rows.keys() : stale) {
        const entry = rows.get(key);
        entry?.cells.forEach(([, tone, spark], i) => {
          if (spark && entry.row.children[i].clientWidth) drawSpark(entry.row.children[i].firstChild, spark, colors(tone || "muted"));
        });
      }
      table.dataset.drawn = theme;
      frame.root.dataset.first = body.rows[0]?.cells[1]?.textContent ?? "";
      stale.clear();
      return true;
    },
  };
}

export default { render: view(build) };

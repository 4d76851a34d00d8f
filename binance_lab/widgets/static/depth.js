// The order book as two mountains: amounts summed up from the best price on, over the price.

const AXIS_H = 20;

function summed(values) {
  const points = [];
  let total = 0;
  for (let i = 0; i < values.length; i += 2) {
    total += values[i + 1];
    points.push({ price: values[i], total });
  }
  return points;
}

// As steps: the sum up to a price holds until the next one.
function trace(ctx, points, x, y, end) {
  ctx.beginPath();
  ctx.moveTo(x(points[0].price), y(0));
  let height = y(0);
  for (const { price, total } of points) {
    ctx.lineTo(x(price), height);
    height = y(total);
    ctx.lineTo(x(price), height);
  }
  ctx.lineTo(end, height);
  ctx.lineTo(end, y(0));
}

// How much there is up to this distance from the middle.
function within(points, mid, distance) {
  return points.filter(({ price }) => Math.abs(price - mid) <= distance).at(-1)?.total ?? 0;
}

function build(frame, { model, redraw }) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const box = element("div", { class: "bl-chart" }, canvas);
  const empty = element("div", { class: "bl-empty" }, "No orders");
  box.style.height = `${model.get("height")}px`;
  frame.body.append(box, empty);
  frame.root.classList.add("bl-depth");
  let [bids, asks, decimals, levels] = [[], [], { price: 2, qty: 4 }, 0];
  let cursor = null;
  const at = (event) => event.clientX - box.getBoundingClientRect().left;
  box.addEventListener("pointermove", (event) => {
    cursor = at(event);
    redraw();
  });
  box.addEventListener("pointerleave", () => {
    cursor = null;
    redraw();
  });
  const take = (message, [bidValues, askValues]) => {
    ({ decimals, levels } = message);
    [bids, asks] = [summed(floats(bidValues)), summed(floats(askValues))];
  };

  // To the nearer end of the sides that go on behind what was sent: up to there both are known.
  const reachOf = (mid) => {
    const ends = [bids, asks].map((points) => Math.abs(points.at(-1).price - mid));
    const cut = ends.filter((_, side) => [bids, asks][side].length >= levels);
    return (cut.length ? Math.min(...cut) : Math.max(...ends)) || mid * 1e-6;
  };
  const paint = (colors) => {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.font = `11px ${getComputedStyle(canvas).fontFamily}`;
    ctx.textBaseline = "middle";
    const mid = (bids[0].price + asks[0].price) / 2;
    const reach = reachOf(mid);
    const most = Math.max(within(bids, mid, reach), within(asks, mid, reach)) || 1;
    const floor = height - AXIS_H;
    const x = (price) => width / 2 + ((price - mid) / reach) * (width / 2);
    const y = (total) => floor - (total / most) * (floor - 18);
    ctx.strokeStyle = colors("grid");
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const share of [0.5, 1]) {
      ctx.moveTo(0, Math.round(y(most * share)) + 0.5);
      ctx.lineTo(width, Math.round(y(most * share)) + 0.5);
    }
    ctx.stroke();
    for (const [points, name, end] of [[bids, "up", 0], [asks, "down", width]]) {
      trace(ctx, points, x, y, end);
      ctx.fillStyle = colors(`${name}-soft`);
      ctx.fill();
      ctx.strokeStyle = colors(name);
      ctx.lineWidth = 1.4;
      ctx.stroke();
    }
    ctx.fillStyle = colors("muted");
    const room = ctx.measureText(number(mid, decimals.price)).width + 16;
    const labels = Math.max(1, Math.min(5, Math.floor(width / room)));
    for (let i = 0; i < labels; i++) {
      const share = (i + 0.5) / labels;
      ctx.textAlign = "center";
      ctx.fillText(number(mid + (share * 2 - 1) * reach, decimals.price), share * width, floor + AXIS_H / 2 + 1);
    }
    ctx.textAlign = "right";
    for (const share of [0.5, 1]) ctx.fillText(compact(most * share), width - 6, y(most * share) - 7);
    if (cursor !== null) crosshair(ctx, colors, { x, y, mid, reach, width, floor });
  };
  // Both sides at the same distance from the middle: what it takes to move the price so far.
  const crosshair = (ctx, colors, { x, y, mid, reach, width, floor }) => {
    const distance = Math.abs((cursor - width / 2) / (width / 2)) * reach;
    for (const [points, price, name, align] of [[bids, mid - distance, "up", "left"], [asks, mid + distance, "down", "right"]]) {
      const total = within(points, mid, distance);
      ctx.setLineDash([3, 3]);
      ctx.strokeStyle = colors("cross");
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(Math.round(x(price)) + 0.5, 8);
      ctx.lineTo(Math.round(x(price)) + 0.5, floor);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.fillStyle = colors(name);
      ctx.beginPath();
      ctx.arc(x(price), y(total), 3, 0, 2 * Math.PI);
      ctx.fill();
      ctx.textAlign = align;
      const text = `${number(price, decimals.price)} · ${number(total, decimals.qty)}`;
      ctx.fillText(text, x(price) + (align === "left" ? 6 : -6), 12);
    }
  };
  return {
    snapshot: take,
    delta: take,
    draw(colors) {
      const both = bids.length > 0 && asks.length > 0;
      empty.hidden = both;
      box.hidden = !both;
      if (!both) return true;
      if (!box.clientWidth) return false;
      paint(colors);
      frame.root.dataset.bid = bids[0].price;
      frame.root.dataset.total = bids.at(-1).total;
      return true;
    },
  };
}

export default { render: view(build) };

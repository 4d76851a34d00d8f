// The order book as a ladder: asks above, the spread, bids below; bars are the amounts summed up.

function makeRows(body, count, side) {
  return Array.from({ length: count }, () => {
    const cells = [element("td"), element("td"), element("td")];
    const row = element("tr", { "data-side": side }, ...cells);
    cells[0].className = side === "bid" ? "bl-up" : "bl-down";
    cells[2].className = "bl-muted";
    body.append(row);
    return { row, cells };
  });
}

// Levels as [price, amount] pairs, best first, with the amounts summed up.
function summed(values) {
  const levels = [];
  let total = 0;
  for (let i = 0; i < values.length; i += 2) {
    total += values[i + 1];
    levels.push({ price: values[i], qty: values[i + 1], total });
  }
  return levels;
}

function showLevel({ row, cells }, level, most, { price, qty }) {
  setText(cells[0], level ? number(level.price, price) : " ");
  setText(cells[1], level ? number(level.qty, qty) : "");
  setText(cells[2], level ? number(level.total, qty) : "");
  row.style.setProperty("--bl-share", level && most ? `${((level.total / most) * 100).toFixed(1)}%` : "0%");
}

function build(frame) {
  frame.root.classList.add("bl-slim");
  const head = element("tr", {}, element("th", { scope: "col" }, "Price"),
    element("th", { scope: "col" }, "Amount"), element("th", { scope: "col" }, "Total"));
  const body = element("tbody");
  const table = element("table", { class: "bl-ladder" }, element("thead", {}, head), body);
  const middle = element("td", { colspan: "3", class: "bl-text" });
  const price = element("b");
  const spread = element("small");
  middle.append(price, spread);
  const bidShare = element("i");
  const balance = element("div", { class: "bl-balance", role: "img" }, bidShare);
  frame.body.append(table, balance);
  let rows = null;
  let shown = null;
  let lastMid = null;

  const prepare = (count) => {
    if (rows?.count === count) return;
    body.replaceChildren();
    const asks = makeRows(body, count, "ask").reverse(); // the best ask is the lowest row
    body.append(element("tr", { class: "bl-spread" }, middle));
    rows = { count, asks, bids: makeRows(body, count, "bid") };
  };
  const showMiddle = (bid, ask, decimals) => {
    if (!bid || !ask) {
      setText(price, bid || ask ? "one side is empty" : "no orders");
      setText(spread, "");
      return;
    }
    const mid = (bid.price + ask.price) / 2;
    setClass(price, lastMid === null || mid === lastMid ? "" : mid > lastMid ? "bl-up" : "bl-down");
    setText(price, number(mid, decimals + 1));
    const basis = ((ask.price - bid.price) / mid) * 10_000;
    setText(spread, `spread ${number(ask.price - bid.price, decimals)} · ${number(basis, basis < 0.1 ? 4 : 2)} bp`);
    lastMid = mid;
  };
  const take = (message, [bids, asks]) => {
    shown = { ...message, bids: summed(floats(bids)), asks: summed(floats(asks)) };
  };
  return {
    snapshot: take,
    delta: take,
    draw() {
      if (!shown) return;
      const { bids, asks, decimals, levels } = shown;
      prepare(levels);
      const most = Math.max(bids.at(-1)?.total ?? 0, asks.at(-1)?.total ?? 0);
      for (let i = 0; i < levels; i++) {
        showLevel(rows.asks[i], asks[i], most, decimals);
        showLevel(rows.bids[i], bids[i], most, decimals);
      }
      showMiddle(bids[0], asks[0], decimals.price);
      const [bought, sold] = [bids.at(-1)?.total ?? 0, asks.at(-1)?.total ?? 0];
      const share = bought + sold ? (bought / (bought + sold)) * 100 : 50;
      bidShare.style.width = `${share.toFixed(1)}%`;
      balance.setAttribute("aria-label", `${share.toFixed(0)}% of the amount shown is bid`);
      table.style.opacity = frame.state.dataset.mood === "bad" ? 0.5 : 1;
      frame.root.dataset.bid = bids[0]?.price ?? "";
      frame.root.dataset.ask = asks[0]?.price ?? "";
    },
  };
}

export default { render: view(build) };

// Trades as they happen, the newest on top.

const COLUMNS = 5; // id, time (ms), price, amount, 1 if the buyer rested in the book

function tradesOf(values) {
  const trades = [];
  for (let i = 0; i < values.length; i += COLUMNS) {
    const [id, time, price, qty, buyerRested] = values.subarray(i, i + COLUMNS);
    trades.push({ id, time, price, qty, sold: buyerRested === 1 });
  }
  return trades;
}

function build(frame, { model }) {
  frame.root.classList.add("bl-slim");
  const columns = [["Time", "bl-text"], ["Price", ""], ["Amount", ""]];
  const titles = columns.map(([text, side]) => element("th", { scope: "col", class: side }, text));
  const body = element("tbody");
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...titles)), body);
  const box = element("div", { class: "bl-scroll" }, table);
  const empty = element("div", { class: "bl-empty" }, "No trades yet");
  box.style.height = `${model.get("height")}px`;
  box.tabIndex = 0; // to scroll by keys
  frame.body.append(box, empty);
  let trades = [];
  let keep = 0;
  let decimals = { price: 2, qty: 4 };
  const rows = [];

  const rowAt = (index) => {
    while (rows.length <= index) {
      const cells = [element("td", { class: "bl-text bl-muted" }), element("td"), element("td")];
      const row = element("tr", {}, ...cells);
      rows.push({ row, cells });
      body.append(row);
    }
    return rows[index];
  };
  const settings = (message) => {
    keep = message.keep;
    decimals = message.decimals;
  };
  return {
    snapshot(message, [values]) {
      settings(message);
      trades = tradesOf(floats(values));
    },
    delta(message, [values]) {
      settings(message);
      trades = [...trades, ...tradesOf(floats(values))].slice(-keep);
    },
    draw() {
      empty.hidden = trades.length > 0;
      box.hidden = trades.length === 0;
      trades.forEach((_, i) => {
        const trade = trades[trades.length - 1 - i];
        const { row, cells } = rowAt(i);
        setText(cells[0], timeText(trade.time));
        setText(cells[1], number(trade.price, decimals.price));
        setText(cells[2], number(trade.qty, decimals.qty));
        setClass(cells[1], trade.sold ? "bl-down" : "bl-up");
        row.title = utcText(trade.time);
        row.hidden = false;
      });
      for (const { row } of rows.slice(trades.length)) row.hidden = true;
      frame.root.dataset.last = trades.at(-1)?.id ?? "";
    },
  };
}

export default { render: view(build) };

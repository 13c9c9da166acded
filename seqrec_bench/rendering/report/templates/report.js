"use strict";
// Tables sort by a click, Enter or Space on a column's head: downwards, upwards, and as they were.
const announcer = document.querySelector(".announcer");
const first = { number: "descending", word: "ascending" };
const second = { ascending: "descending", descending: "ascending" };

function value(row, column, isNumber) {
  const text = row.cells[column].textContent.trim();
  if (!isNumber) return text;
  const found = text.replaceAll(",", "").match(/[+-]?\d*\.?\d+/);
  return found ? Number(found[0]) : NaN;
}

function compare(a, b, isNumber, sign) {
  if (!isNumber) return sign * a.localeCompare(b, "en", { numeric: true });
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b); // what has no number comes last
  return sign * (a - b);
}

function sort(table, head, rows) {
  const isNumber = head.classList.contains("number");
  const start = first[isNumber ? "number" : "word"];
  const before = head.getAttribute("aria-sort");
  const direction = before === null ? start : before === start ? second[start] : null;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  let ordered = rows;
  if (direction !== null) {
    head.setAttribute("aria-sort", direction);
    const keyed = rows.map((row) => [value(row, head.cellIndex, isNumber), row]);
    const sign = direction === "ascending" ? 1 : -1;
    ordered = keyed.sort(([a], [b]) => compare(a, b, isNumber, sign)).map(([, row]) => row);
  }
  table.classList.toggle("sorted", direction !== null);
  table.tBodies[0].append(...ordered);
  const order = direction === null ? "in its first order" : `sorted by ${head.innerText.trim()}, ${direction}`;
  announcer.textContent = `${table.caption.textContent}: ${order}.`;
}

for (const table of document.querySelectorAll("table")) {
  const rows = [...table.tBodies[0].rows];
  for (const head of table.tHead.querySelectorAll("th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, head, rows));
  }
}

// A table that fits needs no stop of the Tab key to be scrolled.
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const region of document.querySelectorAll(".scroll")) watch.observe(region);

// What speaks for the verdicts is printed, whether it was unfolded or not.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll(".evidence:not([open])")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});

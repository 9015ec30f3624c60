// @ts-check
/**
 * Find a time: keys 1 to 5 go to an opening, and a changed wish asks again (htmx).
 * Without JavaScript the Search button and the Tab key do the same.
 */

const MOST = 5;
const SETTING = "finder-keys";
const FIELDS = "input, select, textarea, [contenteditable]";

const areOn = () => localStorage.getItem(SETTING) !== "off";

/** What the keys go to: each opening's first button, or else the opening. */
function goals() {
  const cards = [...document.querySelectorAll("#openings > li")].slice(0, MOST);
  return cards.map((card) => card.querySelector("button") ?? card);
}

/** Each opening says its key, in sight and to a screen reader. */
function label() {
  const on = areOn();
  for (const hint of document.querySelectorAll(".opening__key")) hint.toggleAttribute("hidden", !on);
  for (const [at, goal] of goals().entries()) {
    if (on) goal.setAttribute("aria-keyshortcuts", String(at + 1));
    else goal.removeAttribute("aria-keyshortcuts");
  }
  const choice = document.getElementById("keys");
  if (choice instanceof HTMLInputElement) {
    choice.checked = on;
    choice.closest("label")?.removeAttribute("hidden");
  }
}

document.addEventListener("change", (event) => {
  const choice = event.target;
  if (!(choice instanceof HTMLInputElement) || choice.id !== "keys") return;
  localStorage.setItem(SETTING, choice.checked ? "on" : "off");
  label();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
  if (event.target instanceof Element && event.target.closest(FIELDS)) return;
  const goal = goals()[Number(event.key) - 1];
  if (!(goal instanceof HTMLElement)) return;
  event.preventDefault();
  goal.closest("li")?.scrollIntoView({ block: "nearest" });
  goal.focus();
});

/** @param {boolean} busy */
function setBusy(busy) {
  document.getElementById("found")?.setAttribute("aria-busy", String(busy));
}

/** @param {boolean} shown */
function showUnanswered(shown) {
  document.getElementById("unanswered")?.toggleAttribute("hidden", !shown);
}

/**
 * The last word counts. Search and Back drop what a change has asked, or is about to ask:
 * answered while their page is on its way, it would put its address between the two.
 * A change after that drops their page.
 */
const live = document.querySelector("form#wishes[hx-get]");
let isLeaving = false;

function dropAsked() {
  live?.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: {} }));
}

function leave() {
  isLeaving = true;
  dropAsked();
}

live?.addEventListener("submit", leave);
window.addEventListener("popstate", leave);
live?.addEventListener("change", () => {
  if (isLeaving) window.stop();
  isLeaving = false;
  dropAsked();
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (isLeaving) event.preventDefault();
  else setBusy(true);
});
document.body.addEventListener("htmx:afterRequest", () => setBusy(false));
document.body.addEventListener("htmx:sendError", () => showUnanswered(true));

/** No answer: what was found stays. Another page (to sign in, a refusal): open it. */
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!(event instanceof CustomEvent)) return;
  const { xhr } = event.detail;
  showUnanswered(xhr.status >= 500);
  if (xhr.status >= 500 || xhr.responseText.includes('id="found"')) return;
  event.detail.shouldSwap = false;
  const wishes = document.getElementById("wishes");
  if (wishes instanceof HTMLFormElement) wishes.submit();
});

document.body.addEventListener("htmx:afterSwap", label);
label();

// @ts-check
/**
 * Moving a visit on the board by keyboard: M on a block, arrows, Enter; Escape leaves
 * all as it was. Without JavaScript the form on the visit's page does the same.
 */

const STEP_MIN = 5;
const LONG_STEP_MIN = 15;
const status = document.getElementById("move-status");
const token = document.querySelector("#move-token input");

/** @type {{ block: HTMLElement, shift: number, agreed: number | null, busy: boolean } | null} */
let moving = null;

/** @param {string} text */
function say(text) {
  if (!status) return;
  const line = document.createElement("p");
  line.textContent = text;
  status.replaceChildren(line);
}

/** @param {Element | null} block */
function blocksOf(block) {
  const visit = block?.getAttribute("data-visit");
  return [...document.querySelectorAll(".block[data-visit]")].filter((other) => other.getAttribute("data-visit") === visit);
}

function draw() {
  for (const block of blocksOf(moving?.block ?? null)) {
    if (!(block instanceof HTMLElement) || !moving) continue;
    block.classList.add("block--moving");
    block.style.translate = `0 calc(var(--row) * ${moving.shift / STEP_MIN})`;
  }
}

function leave() {
  for (const block of document.querySelectorAll(".block--moving")) {
    block.classList.remove("block--moving");
    if (block instanceof HTMLElement) block.style.removeProperty("translate");
  }
  moving = null;
}

/** @param {HTMLElement} block */
function begin(block) {
  moving = { block, shift: 0, agreed: null, busy: false };
  draw();
  say("Moving. Up and down by 5 minutes, with Shift by 15; Enter moves, Escape leaves it.");
}

/** @param {number} minutes */
function step(minutes) {
  if (!moving) return;
  moving.shift += minutes;
  draw();
  const by = Math.abs(moving.shift);
  say(by ? `${by} minutes ${moving.shift < 0 ? "earlier" : "later"}` : "Where it was");
}

/** @param {HTMLElement} block */
const addressOf = (block) => `${block.getAttribute("href")}move/board/`;

/** What the clinic says to the move: "ok", "changes", "no". */
async function ask() {
  if (!moving) return null;
  const answer = await fetch(`${addressOf(moving.block)}?shift=${moving.shift}`);
  const said = document.createElement("template");
  said.innerHTML = await answer.text();
  const line = said.content.querySelector("[data-outcome]");
  const form = said.content.querySelector("a[href]");
  return line ? { outcome: line.getAttribute("data-outcome"), text: line.textContent ?? "", form } : null;
}

async function drop() {
  if (!moving || moving.busy) return;
  if (moving.shift === 0) return abort();
  moving.busy = true;
  say("Checking …");
  const found = await ask();
  if (!moving) return;
  moving.busy = false;
  if (!found) return say("This could not be checked. Try again, or open the visit.");
  if (found.form) return askWhy(found.text, found.form);
  if (found.outcome === "no") return say(found.text);
  if (found.outcome === "changes" && moving.agreed !== moving.shift) {
    moving.agreed = moving.shift;
    return say(`${found.text} Press Enter again to move.`);
  }
  await send();
}

/**
 * The reason is given on the form: the next Enter goes there.
 * @param {string} text
 * @param {Element} form
 */
function askWhy(text, form) {
  leave();
  say(text);
  status?.append(form);
  if (form instanceof HTMLElement) form.focus();
}

async function send() {
  if (!moving || !(token instanceof HTMLInputElement)) return;
  const { block, shift } = moving;
  moving.busy = true;
  const body = new URLSearchParams({
    csrfmiddlewaretoken: token.value,
    idempotency_key: self.crypto?.randomUUID?.() ?? "",
    shift: String(shift),
    version: block.getAttribute("data-version") ?? "",
  });
  const answer = await fetch(addressOf(block), { method: "POST", body });
  const text = await answer.text();
  leave();
  if (!text.includes("data-outcome")) say("The visit was not moved. Open it, and try there.");
  else if (status) status.innerHTML = text;
  document.body.dispatchEvent(new Event("tick"));
}

function abort() {
  leave();
  say("Left where it was.");
}

/** @param {KeyboardEvent} event */
function whileMoving(event) {
  const by = event.shiftKey ? LONG_STEP_MIN : STEP_MIN;
  const acts = {
    ArrowUp: () => step(-by),
    ArrowDown: () => step(by),
    ArrowLeft: () => say("Only the time moves here; rooms and people are chosen for it."),
    ArrowRight: () => say("Only the time moves here; rooms and people are chosen for it."),
    Enter: drop,
    Escape: abort,
  };
  const act = acts[/** @type {keyof typeof acts} */ (event.key)];
  if (!act) return;
  event.preventDefault();
  if (!moving?.busy) act();
}

document.addEventListener("keydown", (event) => {
  if (moving) return whileMoving(event);
  const block = event.target instanceof Element ? event.target.closest(".block[data-version]") : null;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (block instanceof HTMLElement && plain && event.key.toLowerCase() === "m") {
    event.preventDefault();
    begin(block);
  }
});

document.addEventListener("focusout", (event) => {
  if (moving && event.target === moving.block && !moving.busy) abort();
});

/** A visit that is being moved is never swapped away under the hand. */
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (moving) event.preventDefault();
});

/** A fresh day leaves the focus on the visit that had it. */
/** @type {{ visit: string | null, column: string } | null} */
let focused = null;
const columnOf = (/** @type {Element} */ block) => [...block.classList].find((name) => /^c\d+$/.test(name)) ?? "";
document.body.addEventListener("htmx:beforeSwap", () => {
  const block = document.activeElement?.closest(".block[data-visit]");
  focused = block ? { visit: block.getAttribute("data-visit"), column: columnOf(block) } : null;
});
document.body.addEventListener("htmx:afterSwap", () => {
  if (!focused) return;
  const { visit, column } = focused;
  const found = [...document.querySelectorAll(".block[data-visit]")].filter((block) => block.getAttribute("data-visit") === visit);
  const next = found.find((block) => columnOf(block) === column) ?? found[0];
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
});

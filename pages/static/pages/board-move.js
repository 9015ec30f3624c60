// @ts-check
/**
 * Moving a visit on the board by keyboard: M on a block, arrows, Enter; Escape leaves
 * all as it was. Without JavaScript the forms on the visit's page do the same.
 */

const STEP_MIN = 5;
const LONG_STEP_MIN = 15;
const status = document.getElementById("move-status");
const token = document.querySelector("#move-token input");

/** `lane` is where it goes; its own, too.
 * @type {{ block: HTMLElement, shift: number, lane: Lane, agreed: string, busy: boolean, sent?: { asked: string, key: string } } | null} */
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
    const own = laneOf(block);
    const aside = own?.resource === laneOf(moving.block)?.resource ? moving.lane.left - (own?.left ?? 0) : 0;
    block.style.translate = `${aside}px calc(var(--row) * ${moving.shift / STEP_MIN})`;
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
  const lane = laneOf(block);
  if (!lane) return;
  moving = { block, shift: 0, lane, agreed: "", busy: false };
  dropPoll();
  draw();
  say("Moving. Up and down by 5 minutes, with Shift by 15; left and right to another of its kind; Enter moves, Escape leaves it.");
}

/** The other lane that was chosen, if one was. */
function otherLane() {
  return moving && moving.lane.resource !== laneOf(moving.block)?.resource ? moving.lane : null;
}

/** @param {number} minutes */
function step(minutes) {
  if (!moving) return;
  moving.shift += minutes;
  draw();
  sayWhere();
}

/** To the next lane of the kind that is free on the board. @param {-1 | 1} side */
function aside(side) {
  if (!moving) return;
  const { block, shift, lane } = moving;
  const own = laneOf(block);
  const mine = blocksOf(block).filter((other) => laneOf(other)?.resource === own?.resource);
  const next = lanesBeside(lane, side).find((one) => one.resource === own?.resource || isFree(one, mine, shift / STEP_MIN));
  if (!next) return say(`Nothing else like ${own?.name} is free to the ${side < 0 ? "left" : "right"}.`);
  moving.lane = next;
  draw();
  sayWhere();
}

function sayWhere() {
  if (!moving) return;
  const by = Math.abs(moving.shift);
  const when = by ? `${by} minutes ${moving.shift < 0 ? "earlier" : "later"}` : "";
  say([otherLane()?.name, when].filter(Boolean).join(", ") || "Where it was");
}

/** What is asked of the clinic. */
function asked() {
  const fields = new URLSearchParams({ shift: String(moving?.shift ?? 0) });
  const lane = otherLane();
  if (moving && lane) {
    fields.set("lane", laneOf(moving.block)?.resource ?? "");
    fields.set("to", lane.resource);
  }
  return fields;
}

/** @param {HTMLElement} block */
const addressOf = (block) => `${block.getAttribute("href")}move/board/`;

/**
 * What is answered; "" if nobody can be reached.
 * @param {string} address
 * @param {RequestInit} [options]
 */
async function answered(address, options) {
  try {
    const answer = await fetch(address, options);
    return await answer.text();
  } catch {
    return "";
  }
}

/** What the clinic says to the move: "ok", "changes", "no". */
async function ask() {
  if (!moving) return null;
  const said = document.createElement("template");
  said.innerHTML = await answered(`${addressOf(moving.block)}?${asked()}`);
  const line = said.content.querySelector("[data-outcome]");
  const form = said.content.querySelector("a[href]");
  return line ? { outcome: line.getAttribute("data-outcome"), text: line.textContent ?? "", form } : null;
}

async function drop() {
  if (!moving || moving.busy) return;
  if (moving.shift === 0 && !otherLane()) return abort();
  // Sent before, but not answered: the very same again, as it may have been done.
  if (moving.sent?.asked === String(asked())) return send();
  moving.busy = true;
  say("Checking …");
  const found = await ask();
  if (!moving) return;
  moving.busy = false;
  if (!found) return say("This could not be checked. Try again, or open the visit.");
  if (found.form) return askWhy(found.text, found.form);
  if (found.outcome === "no") return say(found.text);
  if (found.outcome === "changes" && moving.agreed !== String(asked())) {
    moving.agreed = String(asked());
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
  const { block, lane } = moving;
  moving.busy = true;
  const body = asked();
  if (moving.sent?.asked !== String(body)) moving.sent = { asked: String(body), key: self.crypto?.randomUUID?.() ?? "" };
  body.set("csrfmiddlewaretoken", token.value);
  body.set("idempotency_key", moving.sent.key);
  body.set("version", block.getAttribute("data-version") ?? "");
  const text = await answered(addressOf(block), { method: "POST", body });
  if (!text && moving) {
    moving.busy = false;
    return say("The clinic could not be reached. Press Enter to try again, or Escape to leave it.");
  }
  leave();
  if (text.includes('data-outcome="moved"')) landing = { visit: block.getAttribute("data-visit"), lane: lane.resource };
  if (!text.includes("data-outcome")) say("The visit was not moved. Open it, and try there.");
  else if (status) status.innerHTML = text;
  document.body.dispatchEvent(new Event("tick"));
}

function abort() {
  const unanswered = moving?.sent;
  leave();
  if (!unanswered) return say("Left where it was.");
  say("It may have been moved before the connection was lost: the board shows what is booked.");
  document.body.dispatchEvent(new Event("tick"));
}

/** @param {KeyboardEvent} event */
function whileMoving(event) {
  const by = event.shiftKey ? LONG_STEP_MIN : STEP_MIN;
  const acts = {
    ArrowUp: () => step(-by),
    ArrowDown: () => step(by),
    ArrowLeft: () => aside(-1),
    ArrowRight: () => aside(1),
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

/** A visit that is being moved is never swapped away under the hand, nor by what was asked before. */
function dropPoll() {
  document.getElementById("day")?.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: {} }));
}
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (moving) event.preventDefault();
});

/** A fresh day leaves the focus on the visit that had it, and in the lane it went to. */
/** @typedef {{ visit: string | null, lane: string | undefined }} Place */
/** @type {Place | null} */
let landing = null;
/** @type {Place | null} */
let focused = null;
document.body.addEventListener("htmx:beforeSwap", () => {
  const block = document.activeElement?.closest(".block[data-visit]");
  const here = block ? { visit: block.getAttribute("data-visit"), lane: laneOf(block)?.resource } : null;
  focused = here && landing?.visit === here.visit ? landing : here;
  landing = null;
});
document.body.addEventListener("htmx:afterSwap", () => {
  if (!focused) return;
  const { visit, lane } = focused;
  const found = [...document.querySelectorAll(".block[data-visit]")].filter((block) => block.getAttribute("data-visit") === visit);
  const next = found.find((block) => laneOf(block)?.resource === lane) ?? found[0];
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
});

/*
 * The lanes of the board: one column per resource, and what of it is free by what the
 * board shows. The clinic has the last word when a visit is dropped.
 */

/** @typedef {{ resource: string, kind: string, name: string, column: string, left: number }} Lane */

/** @param {Element} part */
const columnOf = (part) => [...part.classList].find((name) => /^c\d+$/.test(name)) ?? "";

/** @returns {Lane[]} from left to right */
function lanes() {
  return [...document.querySelectorAll(".board__head[data-resource]")].map((head) => ({
    resource: head.getAttribute("data-resource") ?? "",
    kind: head.getAttribute("data-kind") ?? "",
    name: head.textContent?.trim() ?? "",
    column: columnOf(head),
    left: head instanceof HTMLElement ? head.offsetLeft : 0,
  }));
}

/** @param {Element} block */
function laneOf(block) {
  return lanes().find((lane) => lane.column === columnOf(block));
}

/**
 * Others of the kind to one side, the nearest first.
 * @param {Lane} lane
 * @param {-1 | 1} side
 */
function lanesBeside(lane, side) {
  const alike = lanes().filter((other) => other.kind === lane.kind);
  const at = alike.findIndex((other) => other.resource === lane.resource);
  return side < 0 ? alike.slice(0, at).reverse() : alike.slice(at + 1);
}

/**
 * The rows a part of the board covers: [first, last).
 * @param {Element} part
 */
function rowsOf(part) {
  const row = (/** @type {RegExp} */ pattern) => Number(pattern.exec(part.className)?.[1] ?? 0);
  const first = row(/\br(\d+)\b/);
  return { first, last: first + row(/\bs(\d+)\b/) };
}

/**
 * Whether nothing is in the way of these blocks of one visit, so many rows later.
 * @param {Lane} lane
 * @param {Element[]} blocks
 * @param {number} later
 */
function isFree(lane, blocks, later) {
  const visit = blocks[0]?.getAttribute("data-visit");
  const taken = [...document.querySelectorAll(`.${lane.column}:is(.block, .board__buffer, .board__closed)`)]
    .filter((part) => part.getAttribute("data-visit") !== visit)
    .map(rowsOf);
  const apart = (/** @type {{ first: number, last: number }} */ own) =>
    taken.every((other) => own.last + later <= other.first || other.last <= own.first + later);
  return blocks.map(rowsOf).every(apart);
}

// @ts-check
/** The day board: what makes it nicer with JavaScript; without it every block is a link. */

const day = document.getElementById("day");

/** Hover or focus lights up every block of the same visit. */
function light(event) {
  const block = event.target instanceof Element ? event.target.closest(".block[data-visit]") : null;
  const visit = block?.getAttribute("data-visit");
  for (const other of day?.querySelectorAll(".block[data-visit]") ?? []) {
    other.classList.toggle("block--same", visit != null && other !== block && other.getAttribute("data-visit") === visit);
  }
}

for (const name of ["mouseover", "focusin"]) day?.addEventListener(name, light);

/** The poll tells what it has; an unchanged day answers 204. */
document.body.addEventListener("htmx:configRequest", (event) => {
  const seen = document.getElementById("seen");
  if (event instanceof CustomEvent && seen instanceof HTMLInputElement) {
    event.detail.parameters.seen = seen.value;
  }
});

/** Now, or else the first visit, is in view, unless somebody has scrolled already. */
const HEAD_PX = 80;
const scroller = document.querySelector(".board-scroll");
const now = document.querySelector(".board__now");
const tops = [...document.querySelectorAll(".board .block")].map((block) => (block instanceof HTMLElement ? block.offsetTop : 0));
if (scroller && scroller.scrollTop === 0) {
  if (now instanceof HTMLElement) scroller.scrollTop = Math.max(0, now.offsetTop - scroller.clientHeight / 3);
  else if (tops.length) scroller.scrollTop = Math.max(0, Math.min(...tops) - HEAD_PX);
}

const print = document.querySelector("[data-print]");
if (print instanceof HTMLButtonElement) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

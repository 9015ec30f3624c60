// @ts-check
/** Small help for every staff page; each page works without it. */

const TICK_MS = 10_000;

/** An error summary takes the focus, so that it is read first. */
const summary = document.querySelector("[data-focus]");
if (summary instanceof HTMLElement) summary.focus();

/** A link in the summary puts the cursor into its field. */
document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  const link = target.closest(".error-summary a");
  if (link instanceof HTMLAnchorElement) {
    const field = document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      field.focus();
      field.scrollIntoView({ block: "center" });
    }
  }
});

/** An open menu closes on Escape (the focus returns to its button) and on a click elsewhere. */
for (const menu of document.querySelectorAll("details[data-menu]")) {
  if (!(menu instanceof HTMLDetailsElement)) continue;
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
}

/** Paper cannot be opened: what is folded is opened for printing, and folded again. */
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("main details:not([open])")) {
    fold.setAttribute("open", "");
    fold.setAttribute("data-folded", "");
  }
});
window.addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-folded]")) {
    fold.removeAttribute("open");
    fold.removeAttribute("data-folded");
  }
});

/** A form is sent once: a second press of its button does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
});

/** What may be out of date asks again every ten seconds while somebody can see it. */
setInterval(() => {
  if (document.visibilityState === "visible") document.body.dispatchEvent(new Event("tick"));
}, TICK_MS);

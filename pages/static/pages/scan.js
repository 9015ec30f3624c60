// @ts-check
/**
 * Scanners that type: their separator key is kept, their Enter goes to the next empty
 * scan field, and what was understood of an answer stands below it before it is signed.
 * Without JavaScript the same is typed and checked on sending.
 */

const SEPARATOR = "\u001d";

/** @param {EventTarget | null} target */
const scanField = (target) =>
  target instanceof HTMLInputElement && "scan" in target.dataset ? target : null;

/** Ctrl+] is how a keyboard scanner sends the GS1 separator; browsers drop it. */
document.addEventListener("keydown", (event) => {
  const field = scanField(event.target);
  if (!field) return;
  const separator = event.ctrlKey && (event.key === "]" || event.code === "BracketRight");
  if (separator || event.key === SEPARATOR) {
    event.preventDefault();
    const from = field.selectionStart ?? field.value.length;
    field.setRangeText(SEPARATOR, from, field.selectionEnd ?? from, "end");
  } else if (event.key === "Enter") {
    // Half a form is never sent by a scanner's Enter.
    event.preventDefault();
    onwards(field);
  }
});

/** @param {HTMLInputElement} field */
function onwards(field) {
  const all = [...(field.form?.querySelectorAll("input[data-scan]") ?? [])];
  const after = [...all.slice(all.indexOf(field) + 1), ...all];
  const empty = after.find((one) => one instanceof HTMLInputElement && !one.value && one !== field);
  if (empty instanceof HTMLInputElement) empty.focus();
  else field.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLInputElement && field.dataset.echo) tell(field);
});

/** @param {HTMLInputElement} field */
async function tell(field) {
  const place = document.getElementById(`${field.id}_understood`);
  if (!place || !field.form) return;
  place.textContent = "";
  if (!field.value.trim()) return;
  const asked = field.value;
  const answer = await fetch("/api/v1/understood/", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(field.form) },
    body: JSON.stringify(question(field)),
  }).catch(() => null);
  if (!answer?.ok || asked !== field.value) return;
  const told = await answer.json();
  place.textContent = `${told.understood ? "Understood" : "Not understood"}: ${told.text}`;
}

/** @param {HTMLInputElement} field */
function question(field) {
  const name = field.dataset.echo ?? "";
  /** @type {Record<string, string>} */
  const answers = { [name]: field.value };
  // Height and weight are told together; a laboratory value by its test.
  const row = field.name.slice(0, -name.length);
  for (const other of ["height_cm", "weight_kg", "loinc"]) {
    const beside = field.form?.elements.namedItem(row + other);
    if (beside instanceof HTMLInputElement || beside instanceof HTMLSelectElement) {
      answers[other] = beside.value;
    }
  }
  return { act: field.dataset.act, field: name, answers };
}

/** @param {HTMLFormElement} form */
function token(form) {
  const field = form.elements.namedItem("csrfmiddlewaretoken");
  return field instanceof HTMLInputElement ? field.value : "";
}

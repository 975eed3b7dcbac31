// A USB or Bluetooth scanner is a keyboard: it types a code and Enter, faster than anybody can, into
// whatever has the focus. What it types is a scan, and never ends up in a name or a checkpoint.

const MEAN_MS = 50; // between two keys; the fastest typists need twice as long
const PAUSE_MS = 250;
const SHORTEST = 8;

const NOT_CHARACTERS = new Set(["Process", "Dead", "Unidentified"]); // an input method is at work

/** code: the field for codes. onCode(text) is called for each code that a scanner has typed. */
export function listen(code, onCode) {
  let burst = null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (burst && event.timeStamp - burst.last > PAUSE_MS) burst = null;
    if (event.key === "Enter") {
      if (burst && isScan(burst, event.timeStamp)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        if (burst.field !== code) restore(burst);
        code.value = "";
        onCode(burst.text);
      }
      burst = null;
    } else if (event.isComposing || NOT_CHARACTERS.has(event.key)) {
      burst = null;
    } else if (event.key.length === 1) {
      const field = fieldOf(event, code);
      if (!field) return;
      burst ??= { field, before: field.value, text: "", first: event.timeStamp };
      burst.text += event.key;
      burst.last = event.timeStamp;
    }
  }, true);
}

/** Where the key's character goes: what is typed outside the fields belongs into the code. */
function fieldOf(event, code) {
  const field = event.target.closest("input, textarea");
  if (field) return field;
  if (event.key === " ") return null; // presses a button or opens the list of checkpoints
  code.focus();
  return code;
}

function isScan({ field, text, first }, end) {
  return text.length >= SHORTEST
    && end - first < text.length * MEAN_MS
    && field.value.endsWith(text); // else something, an input method, has changed the letters
}

function restore({ field, before }) {
  field.value = before;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

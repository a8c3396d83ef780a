// Places in a text area, and changes that the browser's own undo takes back.

/** Where a place of the composed text (NFC) lies in what was typed, both in UTF-16 units. */
export function placeIn(typed, position) {
  if (typed.normalize("NFC") === typed) return Math.min(position, typed.length);
  let place = 0;
  for (const letter of typed) {
    if (typed.slice(0, place).normalize("NFC").length >= position) break;
    place += letter.length;
  }
  // A letter begins before its marks.
  while (place > 0 && /^\p{M}/u.test(typed.slice(place))) place -= 1;
  return place;
}

/** The caret before a place, with what stands there selected. */
export function goTo(area, position, length = 0) {
  const start = placeIn(area.value, position);
  const end = placeIn(area.value, position + length);
  area.focus();
  area.setSelectionRange(start, Math.max(start, end));
}

/** Every occurrence of one character replaced in one step of undo; how many there were. */
export function replaceEvery(area, character, replacement) {
  const text = area.value;
  const count = text.split(character).length - 1;
  if (!count) return 0;
  const first = text.indexOf(character);
  const last = text.lastIndexOf(character) + character.length;
  write(area, first, last, text.slice(first, last).split(character).join(replacement));
  return count;
}

/** The whole text replaced, in one step of undo. */
export function rewrite(area, text) {
  write(area, 0, area.value.length, text);
}

/** Text put where the caret is. */
export function insert(area, text) {
  write(area, area.selectionStart, area.selectionEnd, text);
}

function write(area, start, end, text) {
  area.focus();
  area.setSelectionRange(start, end);
  // execCommand is the one way that keeps the browser's undo; setRangeText where it is refused.
  const isDone = text
    ? document.execCommand("insertText", false, text)
    : start === end || document.execCommand("delete");
  if (isDone) return;
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

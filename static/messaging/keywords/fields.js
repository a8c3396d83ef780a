// Labelled fields of the editor.

import { element, fill } from "../composer/dom.js";

let made = 0;

/** A label over its field. */
export function labelled(text, field, help) {
  made += 1;
  field.id = field.id || `sbk-${made}`;
  const notes = help ? [element("p", { class: "sbk-help" }, help)] : [];
  return element("div", { class: "sbk-field" }, element("label", { for: field.id }, text), field, ...notes);
}

export function textField(value, set, more = {}) {
  return element("input", {
    type: "text",
    class: "sb-input",
    maxlength: 160,
    autocomplete: "off",
    value: value ?? "",
    oninput: (event) => set(event.target.value),
    ...more,
  });
}

export function numberField(value, least, most, set) {
  const typed = (event) => set(event.target.value === "" ? null : Number(event.target.value));
  return element("input", { type: "number", class: "sb-input", min: least, max: most, value, oninput: typed });
}

/** A list of [value, label]; a value that is not among them any more is shown as gone. */
export function choiceField(options, value, set, words, first = words.choose) {
  const known = value === "" || options.some(([one]) => String(one) === String(value));
  const gone = known ? [] : [[value, fill(words.gone, { name: value })]];
  const all = [["", first], ...options, ...gone];
  return element(
    "select",
    { class: "sb-input", onchange: (event) => set(event.target.value) },
    ...all.map(([one, text]) => element("option", { value: one, selected: String(one) === String(value) }, text)),
  );
}

export function button(text, onclick, more = {}) {
  return element("button", { type: "button", class: "sbk-button", onclick, ...more }, text);
}

// Small helpers for making and finding elements.

/** An element: `element("button", { type: "button", class: "x", "data-y": 1, onclick: f }, "Text")`. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The values of `%(name)s` in a sentence that the server translated. */
export function fill(sentence, values) {
  return sentence.replace(/%\((\w+)\)s/g, (_whole, name) => String(values[name]));
}

/** JSON that the page carries in a script element. */
export function carried(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** A list from a hidden field; [] for anything else. */
export function listIn(field) {
  try {
    const value = JSON.parse(field.value);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Replaces children only where they changed, so that nobody loses focus or hears it again. */
export function settle(parent, key, make) {
  const written = JSON.stringify(key);
  if (parent.dataset.shown === written) return;
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  parent.dataset.shown = written;
  parent.replaceChildren(...make());
  const again = focused && [...parent.querySelectorAll("[data-key]")];
  const target = again && (again.find((one) => one.dataset.key === focused) || again[0]);
  if (target) target.focus();
}

// The slots of a text: what may stand in each. Rows stay while their slot stays.

import { element } from "./dom.js";

/** The table in `root`; `setup` says which types there are and which fields each has. */
export function makeSlots({ root, setup, words, changed }) {
  const list = root.querySelector("[data-list]");
  const none = root.querySelector("[data-none]");
  const rows = new Map();
  const seen = new Map(); // a slot that comes back is as it was
  let specs = [];

  const typeOf = (spec) => setup.types.find((one) => one.value === spec.type) || setup.types[0];

  function set(name, key, value) {
    specs = specs.map((one) => (one.name === name ? { ...one, [key]: value } : one));
    changed();
  }

  // What another type needs is preset, in sight of whoever chose it.
  function retype(name, type) {
    const found = setup.types.find((one) => one.value === type);
    specs = specs.map((one) => (one.name === name ? { name, type, ...found.defaults } : one));
    draw(name);
    changed();
  }

  // The choice of the type stays in place, the fields after it are those of the type.
  function draw(name) {
    const spec = specs.find((one) => one.name === name);
    const row = rows.get(name);
    const type = typeOf(spec);
    if (!row.firstChild) {
      row.append(element("legend", {}, element("code", {}, `{${name}}`)), typeField(spec));
    }
    while (row.children.length > 2) row.lastChild.remove();
    row.append(
      ...type.fields.map((key) => field(spec, setup.fields[key], key)),
      element("p", { class: "sbm-help", id: `slot-${name}-help` }, type.help),
    );
  }

  function typeField(spec) {
    const id = `slot-${spec.name}-type`;
    const select = element(
      "select",
      {
        id,
        class: "sb-input",
        "data-field": "type",
        "aria-describedby": `slot-${spec.name}-help`,
        onchange: (event) => retype(spec.name, event.target.value),
      },
      ...setup.types.map((one) =>
        element("option", { value: one.value, selected: one.value === spec.type }, one.label),
      ),
    );
    return element("div", { class: "sbm-field" }, element("label", { for: id }, words.type), select);
  }

  function field(spec, about, key) {
    const id = `slot-${spec.name}-${key}`;
    const value = spec[key] ?? "";
    const common = { id, class: "sb-input", "data-field": key, "aria-describedby": `${id}-error` };
    const input = about.options
      ? element(
          "select",
          { ...common, onchange: (event) => set(spec.name, key, event.target.value) },
          ...about.options.map(([one, label]) =>
            element("option", { value: one, selected: String(value) === one }, label),
          ),
        )
      : element("input", {
          ...common,
          type: about.kind,
          value,
          min: about.min,
          max: about.max,
          maxlength: about.kind === "text" ? 500 : undefined,
          placeholder: about.placeholder,
          autocomplete: "off",
          oninput: (event) => set(spec.name, key, typed(about, event.target)),
        });
    return element(
      "div",
      { class: "sbm-field" },
      element("label", { for: id }, about.label),
      input,
      element("p", { id: `${id}-error`, class: "sbm-field-error", hidden: true }),
    );
  }

  function typed(about, input) {
    if (about.kind !== "number") return input.value;
    return input.value === "" ? null : Number(input.value);
  }

  /** Slots as the server read them from the text. */
  function show(found) {
    none.hidden = found.length > 0;
    const known = new Map(specs.map((one) => [one.name, one]));
    // What is being typed here is newer than what the server answers about.
    specs = found.map((one) => known.get(one.name) || seen.get(one.name) || guessed(one));
    const isGuessed = specs.some((one) => !seen.has(one.name) && one.type !== "text");
    for (const one of specs) seen.set(one.name, one);
    for (const [name, row] of rows) {
      if (specs.some((one) => one.name === name)) continue;
      row.remove();
      rows.delete(name);
    }
    specs.forEach((spec, index) => {
      if (!rows.has(spec.name)) {
        rows.set(spec.name, element("fieldset", { class: "sbm-slot", "data-slot": spec.name }));
        draw(spec.name);
      }
      const row = rows.get(spec.name);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] || null);
    });
    if (isGuessed) changed();
  }

  // A slot called "code" or "order_code" begins as a code; its author sees it and may change it.
  function guessed(spec) {
    const words = spec.name.split("_");
    const type = setup.types.find((one) => one.hints.some((hint) => words.includes(hint)));
    return type ? { name: spec.name, type: type.value, ...type.defaults } : spec;
  }

  /** Messages at the fields they are about; what belongs to no field goes to the first. */
  function showErrors(errors) {
    for (const [name, row] of rows) {
      for (const input of row.querySelectorAll("[data-field]")) {
        const found = errors.find((one) => one.slot === name && one.key === input.dataset.field);
        const place = document.getElementById(`${input.id}-error`);
        if (found) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
        if (!place) continue;
        place.hidden = !found;
        place.textContent = found ? found.message : "";
      }
    }
  }

  /** A slot that a button puts into the text: another language takes one that is there, a new
   * one gets its type and a name of its own. */
  function add(type, { isOther, text }) {
    const there = specs.find((one) => one.type === type && !text.includes(`{${one.name}}`));
    if (isOther && there) return there.name;
    const about = setup.types.find((one) => one.value === type);
    let name = about.name;
    for (let next = 2; specs.some((one) => one.name === name); next += 1) name = `${about.name}_${next}`;
    specs = [...specs, { name, type, ...about.defaults }];
    return name;
  }

  function take(given) {
    specs = given;
    for (const one of given) seen.set(one.name, one);
  }

  return { add, show, showErrors, take, value: () => specs };
}

// Steps in order, each with the fields of what it does.

import { element, fill } from "../composer/dom.js";
import { button, choiceField, labelled, textField } from "./fields.js";

/** The editor of `steps`, a list that it changes in place; `path` is where the list stands in the
 * rule, as the server names places. */
export function stepsEditor(steps, path, page) {
  const { setup, words, changed } = page;
  const box = element("div", { class: "sbk", "data-steps": path });

  function redraw() {
    box.replaceChildren(...steps.map(step), adder());
    changed();
  }

  function adder() {
    const isFull = steps.length >= setup.limits.steps;
    return button(words.add_step, () => { steps.push({ do: setup.steps[0].do }); redraw(); }, { disabled: isFull });
  }

  function move(from, to) {
    steps.splice(to, 0, ...steps.splice(from, 1));
    redraw();
  }

  function step(one, index) {
    const kind = setup.steps.find((known) => known.do === one.do) || setup.steps[0];
    const place = `${path}.${index}`;
    return element(
      "fieldset",
      { class: "sbk-step", "data-place": place },
      element("legend", {}, fill(words.step, { number: index + 1 })),
      labelled(words.do, kinds(one, index), kind.help),
      ...kind.members.flatMap((name) => members[name](one)),
      refusal(place, page),
      element(
        "div",
        { class: "sbk-row" },
        button(words.up, () => move(index, index - 1), { disabled: index === 0 }),
        button(words.down, () => move(index, index + 1), { disabled: index === steps.length - 1 }),
        button(words.remove, () => { steps.splice(index, 1); redraw(); }),
      ),
    );
  }

  // What another kind of step does not take is forgotten.
  function kinds(one, index) {
    const options = setup.steps.map((known) => [known.do, known.label]);
    const select = choiceField(options, one.do, (value) => { steps[index] = { do: value }; redraw(); }, words);
    select.querySelector('option[value=""]').remove();
    return select;
  }

  const members = {
    template: (one) => templateFields(one, page, redraw, one.do === "record_consent"),
    list: (one) => {
      const options = page.choices().lists.map((list) => [list.id, list.name]);
      const set = (value) => { one.list = value === "" ? null : Number(value); changed(); };
      return [labelled(words.list, choiceField(options, one.list ?? "", set, words))];
    },
    fields: (one) => [fieldRows(one)],
    note: (one) => [labelled(words.note, textField(one.note, (text) => { one.note = text; changed(); }, { list: "sbk-places" }))],
  };

  function fieldRows(one) {
    const rows = Object.entries(one.fields || {});
    const keep = () => {
      one.fields = Object.fromEntries(rows.filter(([name]) => name));
      changed();
    };
    const lines = rows.map((row, index) =>
      element(
        "div",
        { class: "sbk-row" },
        labelled(words.field_name, textField(row[0], (text) => { row[0] = text; keep(); }, { maxlength: 30 })),
        labelled(words.field_value, textField(row[1], (text) => { row[1] = text; keep(); }, { list: "sbk-places" })),
        button(words.remove, () => { rows.splice(index, 1); keep(); redraw(); }),
      ),
    );
    const add = button(words.add_field, () => {
      let number = rows.length + 1;
      while (rows.some(([name]) => name === `field${number}`)) number += 1;
      one.fields = { ...one.fields, [`field${number}`]: "{rest}" };
      redraw();
    });
    return element("div", { class: "sbk-field" }, element("span", {}, words.fields), ...lines, add);
  }

  box.replaceChildren(...steps.map(step), adder());
  return box;
}

/** The choice of a template, the text that it is, and a value for each of its slots. */
export function templateFields(one, page, redraw, mayBeNone = false) {
  const { words, changed } = page;
  const offered = page.choices().templates.filter((known) => !mayBeNone || known.asks);
  const found = page.choices().templates.find((known) => known.slug === one.template);
  const options = offered.map((known) => [known.slug, `${known.slug} (${known.class})`]);
  const set = (value) => {
    one.template = value;
    delete one.parameters;
    redraw();
  };
  const first = mayBeNone ? words.no_template : words.choose;
  const help = found ? found.text : page.choices().templates.length ? "" : words.no_templates;
  const slots = (found ? found.slots : []).map((slot) =>
    labelled(
      fill(words.value, { slot: slot.name }),
      textField(
        (one.parameters || {})[slot.name],
        (text) => {
          const { [slot.name]: _old, ...rest } = one.parameters || {};
          one.parameters = text ? { ...rest, [slot.name]: text } : rest;
          changed();
        },
        { list: "sbk-places", required: slot.needed },
      ),
      slot.needed ? words.values_help : `${words.fallback} ${words.values_help}`,
    ),
  );
  return [labelled(words.template, choiceField(options, one.template ?? "", set, words, first), help), ...slots];
}

/** The server's refusal, beside what it is about. */
export function refusal(place, page) {
  const isHere = page.refusedAt === place || page.refusedAt.startsWith(`${place}.`);
  return isHere ? element("p", { class: "sbk-error", role: "alert" }, page.refusal) : null;
}

// What comes after the steps: nothing, a question with its answers, or a code.

import { element, fill } from "../composer/dom.js";
import { button, choiceField, labelled, numberField, textField } from "./fields.js";
import { refusal, stepsEditor, templateFields } from "./steps.js";

const NONE = "";
const ASK = "ask";
const VERIFY = "verify";

export function kindOf(question) {
  if (!question) return NONE;
  return "verification" in question ? VERIFY : ASK;
}

/** The editor; `page.question` is what it changes. */
export function questionEditor(page) {
  const { setup, words, changed } = page;
  const box = element("div", { class: "sbk" });

  const fresh = {
    [NONE]: () => null,
    [ASK]: () => ({
      template: "",
      answers: [{ name: "yes", words: ["1"], actions: [] }],
      timeout_minutes: 60,
      timeout_actions: [],
      repeats: 1,
      unclear_actions: [],
    }),
    [VERIFY]: () => ({ verification: "", approved_actions: [], failed_actions: [] }),
  };

  function redraw() {
    draw();
    changed();
  }

  function draw() {
    const kind = kindOf(page.question);
    const options = [[ASK, words.ask], [VERIFY, words.verify]];
    const choose = choiceField(options, kind, (value) => { page.question = fresh[value](); redraw(); }, words, words.nothing);
    const parts = { [NONE]: () => [], [ASK]: asking, [VERIFY]: verifying }[kind]();
    box.replaceChildren(labelled(words.then, choose), ...parts);
  }

  function list(name) {
    page.question[name] = page.question[name] || [];
    return page.question[name];
  }

  function then(title, name) {
    return part(title, stepsEditor(list(name), `question.${name}`, page));
  }

  function part(title, ...children) {
    return element("fieldset", { class: "sbk-part" }, element("legend", {}, title), ...children);
  }

  function asking() {
    const asked = page.question;
    const answers = list("answers");
    const set = (name) => (value) => { asked[name] = value; changed(); };
    const isFull = answers.length >= setup.limits.answers;
    const add = () => { answers.push({ name: `answer${answers.length + 1}`, words: [], actions: [] }); redraw(); };
    return [
      ...templateFields(asked, page, redraw),
      refusal("question.template", page),
      refusal("question.parameters", page),
      part(words.answers, ...answers.map(answer), refusedAnswers(), button(words.add_answer, add, { disabled: isFull })),
      element(
        "div",
        { class: "sbk-row" },
        labelled(words.timeout, numberField(asked.timeout_minutes ?? 60, 1, setup.limits.minutes, set("timeout_minutes"))),
        labelled(words.repeats, numberField(asked.repeats ?? 1, 0, setup.limits.repeats, set("repeats"))),
      ),
      then(words.timeout_steps, "timeout_actions"),
      then(words.unclear_steps, "unclear_actions"),
    ].filter(Boolean);
  }

  function refusedAnswers() {
    return page.refusedAt === "question.answers" ? refusal("question.answers", page) : null;
  }

  function answer(one, index) {
    const place = `question.answers.${index}`;
    one.actions = one.actions || [];
    const spoken = (text) => { one.words = text.split(",").map((word) => word.trim()).filter(Boolean); changed(); };
    return element(
      "fieldset",
      { class: "sbk-part", "data-place": place },
      element("legend", {}, fill(words.answer, { number: index + 1 })),
      element(
        "div",
        { class: "sbk-row" },
        labelled(words.answer_words, textField((one.words || []).join(", "), spoken, { maxlength: 2000 })),
        labelled(words.answer_name, textField(one.name, (text) => { one.name = text; changed(); }, { maxlength: 30 })),
      ),
      refusal(`${place}.name`, page),
      refusal(`${place}.words`, page),
      element("span", { class: "font-medium" }, words.answer_steps),
      stepsEditor(one.actions, `${place}.actions`, page),
      button(words.remove, () => { list("answers").splice(index, 1); redraw(); }),
    );
  }

  function verifying() {
    const services = page.choices().services;
    const set = (value) => { page.question.verification = value; changed(); };
    const options = services.map((one) => [one.slug, one.name]);
    const field = choiceField(options, page.question.verification, set, words);
    return [
      labelled(words.service, field, services.length ? "" : words.no_services),
      refusal("question.verification", page),
      then(words.approved_steps, "approved_actions"),
      then(words.failed_steps, "failed_actions"),
    ].filter(Boolean);
  }

  draw();
  return { box, redraw: draw };
}

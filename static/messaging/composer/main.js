// The live composer of a template's text: joins the parts of the page to the server's answers.

import { makeAsker } from "./asking.js";
import { makeCulprits } from "./culprits.js";
import { carried, element, fill, listIn } from "./dom.js";
import { showChecks, showChoices, showCost, showFindings, showReadings, showWorst } from "./facts.js";
import { makeLanguages } from "./languages.js";
import { guardLeaving } from "./leaving.js";
import { makePhone } from "./phone.js";
import { makeSlots } from "./slots.js";
import { goTo, insert, replaceEvery, rewrite } from "./text.js";

const SPEAK_AFTER_MS = 900;

function start(root) {
  const words = carried("composer-words");
  const setup = carried("composer-setup");
  const form = root.closest("form");
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const hidden = (name) => document.getElementById(`id_${name}`);
  const area = document.getElementById("id_body");
  const unsaved = guardLeaving(form);
  let speaking = null;
  let asker = null;

  for (const one of root.querySelectorAll("[data-needs-script]")) one.hidden = false;

  // The radio buttons show the letters of the language in view; a hidden field holds our own.
  const radios = [...root.querySelectorAll('input[name="rewriting"]')];
  const chosen = radios.find((one) => one.checked) || radios[0];
  const ownLetters = element("input", { type: "hidden", name: "rewriting", value: chosen.value });
  for (const one of radios) one.name = "rewriting_in_view";
  form.append(ownLetters);

  const slots = makeSlots({ root: part("slots"), setup, words, changed });
  slots.take(listIn(hidden("slots")));
  const culprits = makeCulprits({
    root: part("culprits"),
    words,
    act: {
      goTo: (at, length) => goTo(languages.inView().area, at, length),
      replace: (character, by) => {
        const count = replaceEvery(languages.inView().area, character, by);
        say(fill(words.replaced, { count }));
      },
    },
  });
  const phone = makePhone({ root: part("phone"), words });
  const languages = makeLanguages({
    root: part("languages"),
    setup,
    words,
    area,
    letters: { value: chosen.value, variants: listIn(hidden("variants")) },
    viewed,
    changed,
  });
  asker = makeAsker({
    url: root.dataset.url,
    token: () => form.querySelector("input[name=csrfmiddlewaretoken]").value,
    question,
    heard,
    failed: () => fault({ message: words.offline }),
    busy: (isBusy) => part("counter").toggleAttribute("aria-busy", isBusy),
  });

  function viewed(text) {
    for (const one of radios) one.checked = one.value === text.rewriting;
    if (asker) asker.now();
  }

  function changed() {
    unsaved();
    keep();
    asker.soon();
  }

  // What the form sends is up to date at every moment.
  function keep() {
    hidden("slots").value = JSON.stringify(slots.value());
    hidden("variants").value = JSON.stringify(languages.variants());
    ownLetters.value = languages.own.rewriting;
  }

  function question() {
    const field = document.getElementById("id_template");
    return {
      template: (field && field.value) || root.dataset.template || null,
      body: area.value,
      rewriting: languages.own.rewriting,
      slots: slots.value(),
      variants: languages.variants(),
      message_format: document.getElementById("id_message_format").value,
      language: languages.inView().tag,
      audience: document.getElementById("id_audience").value,
    };
  }

  // Whoever is in the middle of "{name" knows that it is not closed.
  function isBeingTyped(error) {
    const target = languages.inView().area;
    if (!error || error.code !== "unclosed_brace" || document.activeElement !== target) return false;
    const caret = target.selectionStart;
    return /^\{[a-z0-9_]*$/.test(target.value.slice(target.value.lastIndexOf("{", caret - 1), caret));
  }

  function heard(answer) {
    if (isBeingTyped(answer.error)) return;
    fault(answer.error);
    part("counter").classList.toggle("sbm-busy", Boolean(answer.error && !answer.counter));
    languages.setOwnTag(answer.own_language || setup.own_language);
    slots.showErrors(answer.slot_errors || []);
    if (answer.slots) {
      slots.show(answer.slots);
      keep();
    }
    languages.showBadges(answer.languages || []);
    if (answer.is_blank) blank(answer.no_findings);
    if (answer.counter) show(answer);
  }

  function blank(hint) {
    const nothing = { culprits: [], notes: [], refused: [], clean: "" };
    part("counter").hidden = part("culprits").hidden = true;
    culprits.show(nothing);
    phone.show({});
    showChoices(part("letters"), []);
    showReadings(part("readings"), { words: [], summary: "" });
    showCost(root, null);
    showWorst(part("worst"), null);
    showFindings(part("findings"), [], hint);
    showChecks(part("checks"), []);
    part("compose").hidden = true;
  }

  function show(answer) {
    const line = part("counter");
    line.hidden = part("culprits").hidden = false;
    line.querySelector("[data-line]").textContent = answer.counter.line;
    line.classList.toggle("sbm-costly", answer.counter.segments > 1);
    meter(answer.counter);
    speak(answer.counter.line);
    culprits.show(answer);
    phone.show(answer.previews);
    showChoices(part("letters"), answer.choices);
    showReadings(part("readings"), answer.readings);
    showCost(root, answer.cost);
    showWorst(part("worst"), answer.worst);
    showFindings(part("findings"), answer.findings, answer.no_findings);
    showChecks(part("checks"), answer.format);
    part("compose").hidden = answer.is_composed;
  }

  function meter(counter) {
    const place = part("counter").querySelector("[data-meter]");
    place.max = counter.room;
    place.value = counter.used;
  }

  // Screen readers hear the figures once the typing pauses.
  function speak(sentence) {
    window.clearTimeout(speaking);
    speaking = window.setTimeout(() => say(sentence), SPEAK_AFTER_MS);
  }

  function say(sentence) {
    const place = part("spoken");
    if (place.textContent !== sentence) place.textContent = sentence;
  }

  function fault(error) {
    const box = part("error");
    const message = error ? error.message : "";
    box.hidden = !message;
    const target = languages.inView().area;
    const isWrong = Boolean(error) && error.field === "body";
    if (isWrong) target.setAttribute("aria-invalid", "true");
    else target.removeAttribute("aria-invalid");
    target.setAttribute("aria-describedby", isWrong ? "composer-error composer-help" : "composer-help");
    const text = box.querySelector("[data-message]");
    if (text.textContent !== message) text.textContent = message;
    const button = box.querySelector("button");
    const isPlaced = Boolean(error) && Number.isInteger(error.position);
    button.hidden = !isPlaced;
    button.onclick = () => {
      languages.view(error.language || "");
      goTo(languages.inView().area, error.position, error.length || 1);
    };
  }

  area.addEventListener("input", changed);
  root.addEventListener("focusout", (event) => {
    if (event.target.matches("textarea")) asker.soon();
  });
  for (const one of radios) {
    one.addEventListener("change", () => {
      languages.inView().rewriting = one.value;
      changed();
    });
  }
  document.getElementById("id_message_format").addEventListener("change", changed);
  document.getElementById("id_audience").addEventListener("input", () => asker.soon());
  part("compose").addEventListener("click", () => {
    const target = languages.inView().area;
    rewrite(target, target.value.normalize("NFC"));
  });
  for (const button of root.querySelectorAll("[data-insert]")) {
    button.addEventListener("click", () => {
      const { area: target, tag } = languages.inView();
      const name = slots.add(button.dataset.insert, { isOther: tag !== "", text: target.value });
      insert(target, `{${name}}`);
    });
  }
  const template = document.getElementById("id_template");
  if (template) {
    template.addEventListener("change", () => asker.soon());
    if (window.jQuery) window.jQuery(template).on("change", () => asker.soon());
  }
  // The console's one-letter shortcuts are not meant for somebody who types in a list.
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("select")) event.stopPropagation();
  });
  if (root.dataset.unsaved) unsaved();
  keep();
  asker.now();
}

const root = document.getElementById("composer");
if (root) start(root);

// The live counter of a template's text: asks the server, which counts with the code that sends.
(function () {
  "use strict";

  const editor = document.getElementById("wording-editor");
  const body = document.getElementById("id_body");
  const hidden = document.getElementById("id_slots");
  if (!editor || !body || !hidden) return;

  const words = JSON.parse(document.getElementById("wording-words").textContent);
  const part = (name) => editor.querySelector(`[data-part="${name}"]`);
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const WAIT_MS = 250;
  let specs = readSpecs();
  let asked = 0;
  let timer = null;

  function readSpecs() {
    try {
      const value = JSON.parse(hidden.value);
      return Array.isArray(value) ? value : [];
    } catch {
      return [];
    }
  }

  function templateId() {
    const field = document.getElementById("id_template");
    return (field && field.value) || editor.dataset.template || null;
  }

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, WAIT_MS);
  }

  async function ask() {
    const number = ++asked;
    if (!body.value.trim()) return blank();
    try {
      const response = await fetch(editor.dataset.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify({ body: body.value, slots: specs, template: templateId() }),
      });
      const answer = await response.json();
      if (number === asked) show(answer);
    } catch {
      if (number === asked) fail(words.offline);
    }
  }

  function blank() {
    fail("");
    part("preview").textContent = words.empty;
    part("preview").classList.add("sb-quiet");
    part("cuts").textContent = "";
    part("findings").replaceChildren();
    part("culprits").hidden = true;
    showSlots([]);
    for (const row of editor.querySelectorAll("[data-figures]")) figures(row, null);
  }

  function fail(message) {
    part("error").textContent = message;
    part("error").hidden = !message;
  }

  function show(answer) {
    fail(answer.error ? answer.error.message : "");
    if (answer.error) return;
    specs = answer.slots;
    hidden.value = JSON.stringify(specs);
    showSlots(specs);
    part("preview").textContent = answer.preview;
    part("preview").classList.remove("sb-quiet");
    part("cuts").textContent = cuts(answer);
    for (const row of editor.querySelectorAll("[data-figures]")) {
      figures(row, answer[row.dataset.figures]);
    }
    showCulprits(answer);
    showFindings(answer.findings);
  }

  function cuts(answer) {
    const count = answer.segments.length;
    const sizes = answer.segments.map((one) => one.units).join(" + ");
    const left = words.left.replace("%s", answer.example.left);
    return count > 1 ? `${answer.example.encoding} · ${sizes} · ${left}` : `${answer.example.encoding} · ${left}`;
  }

  function figures(row, value) {
    const cells = row.querySelectorAll("td");
    const shown = value ? [value.encoding, value.units, value.segments] : ["", "", ""];
    cells.forEach((cell, index) => (cell.textContent = shown[index]));
    row.classList.toggle("sb-costly", Boolean(value) && value.segments > 1);
  }

  // Rows stay while their slot stays, so that nobody loses the field they are typing in.
  function showSlots(list) {
    const table = part("slots");
    const rows = table.querySelector("tbody");
    table.hidden = list.length === 0;
    part("no-slots").hidden = list.length > 0;
    const known = new Map([...rows.children].map((row) => [row.dataset.name, row]));
    rows.replaceChildren(...list.map((spec) => known.get(spec.name) || slotRow(spec)));
  }

  function slotRow(spec) {
    const row = element("tr");
    row.dataset.name = spec.name;
    const longest = input(spec, "max_length", { type: "number", min: 1, max: 500 });
    const example = input(spec, "example", { type: "text", maxLength: 500 });
    row.append(element("th", `{${spec.name}}`), cell(longest), cell(example));
    return row;
  }

  function cell(content) {
    const made = element("td");
    made.append(content);
    return made;
  }

  function input(spec, key, attributes) {
    const made = Object.assign(document.createElement("input"), attributes);
    made.value = spec[key];
    made.className = "sb-input";
    made.setAttribute("aria-label", `${spec.name}: ${words[key]}`);
    made.addEventListener("input", () => {
      const current = specs.find((one) => one.name === spec.name);
      if (current) current[key] = key === "max_length" ? Number(made.value) : made.value;
      hidden.value = JSON.stringify(specs);
      soon();
    });
    return made;
  }

  function showCulprits(answer) {
    const box = part("culprits");
    box.hidden = answer.culprits.length === 0;
    const chips = answer.culprits.map((one) => {
      const chip = element("span", `${one.character} ×${one.count}`, "sb-chip");
      chip.title = one.suggestion === null ? one.name : `${one.name} → ${one.suggestion || "–"}`;
      return chip;
    });
    if (answer.more_culprits) chips.push(element("span", `+${answer.more_culprits}`, "sb-chip"));
    box.querySelector(".sb-chips").replaceChildren(...chips);
    part("plain").textContent = answer.plain;
  }

  function showFindings(list) {
    part("findings").replaceChildren(
      ...list.map((one) => {
        const box = element("div", undefined, `sb-finding sb-${one.severity}`);
        box.append(element("strong", `${one.country} · ${one.message}`));
        box.append(element("span", one.fix));
        box.append(element("small", one.citation));
        return box;
      }),
    );
  }

  body.addEventListener("input", soon);
  window.jQuery && window.jQuery(document).on("change", "#id_template", soon);
  const field = document.getElementById("id_template");
  if (field) field.addEventListener("change", soon);
  ask();
})();

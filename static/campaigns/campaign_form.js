// The form of a campaign: shows the chosen text with its slots, and the senders that may send it.
(function () {
  "use strict";

  const place = document.getElementById("campaign-slots");
  const text = document.getElementById("id_template_version");
  const list = document.getElementById("id_contact_list");
  const sender = document.getElementById("id_sender");
  if (!place || !text || !list || !sender) return;

  const FIXED = "=fixed";
  const OWN = "=own";
  let asked = 0;

  function typed() {
    const fields = place.querySelectorAll("select, input");
    return new Map([...fields].map((field) => [field.name, field.value]));
  }

  // What was chosen stays where the new text has the same slot.
  function restore(values) {
    for (const field of place.querySelectorAll("select, input")) {
      const value = values.get(field.name);
      if (!value) continue;
      if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === value)) continue;
      field.value = value;
    }
  }

  function labels() {
    for (const row of place.querySelectorAll("[data-slot]")) {
      const column = row.querySelector("select").value;
      const isFixed = column === FIXED;
      row.querySelector("[data-text]").hidden = column === OWN;
      for (const label of row.querySelectorAll("[data-when]")) {
        label.classList.toggle("is-hidden", (label.dataset.when === "fixed") !== isFixed);
      }
    }
  }

  function senders(options) {
    const chosen = sender.value;
    const empty = [...sender.options].filter((option) => !option.value);
    sender.replaceChildren(...empty, ...options.map(([id, label]) => new Option(label, id)));
    if (options.some(([id]) => String(id) === chosen)) sender.value = chosen;
    else sender.value = text.value && options.length === 1 ? options[0][0] : "";
  }

  async function refresh() {
    const number = ++asked;
    const query = new URLSearchParams({ template_version: text.value, contact_list: list.value });
    const values = typed();
    try {
      const response = await fetch(`${place.dataset.url}?${query}`);
      if (!response.ok || number !== asked) return;
      const answer = await response.json();
      place.innerHTML = answer.html; // our own template, rendered and escaped by the server
      restore(values);
      labels();
      senders(answer.senders);
    } catch {
      // Without an answer the form still works: saving shows the slots.
    }
  }

  text.addEventListener("change", refresh);
  list.addEventListener("change", refresh);
  place.addEventListener("change", labels);
  labels();
})();

// Keeps the page of a running campaign, or of its pre-flight, up to date: asks once a second.
(function () {
  "use strict";

  const POLL_MS = 1000;
  const RATE_SPAN_SECONDS = 8; // over so long the present rate is measured
  const live = document.getElementById("campaign-live");
  const check = document.getElementById("campaign-check");
  const root = live || check;
  if (!root || root.hasAttribute("data-over")) return;

  const language = document.documentElement.lang || "en";
  const number = new Intl.NumberFormat(language);
  const rough = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const LEAVING_MS = 3000;
  const samples = [];
  let leftAt = -LEAVING_MS;

  // Loading the page anew would take back the link that was just followed.
  window.addEventListener("beforeunload", () => (leftAt = performance.now()));

  function anew() {
    if (performance.now() - leftAt < LEAVING_MS) return true;
    window.location.reload();
    return false;
  }

  function show(values) {
    for (const element of root.querySelectorAll("[data-show]")) {
      const value = values[element.dataset.show];
      if (value === undefined) continue;
      element.textContent = typeof value === "number" ? number.format(value) : value;
    }
  }

  function parts(answer) {
    for (const [name, share] of Object.entries(answer.parts)) {
      root.querySelector(`.sbc-bar [data-part="${name}"]`).style.width = `${share}%`;
    }
    root.querySelector("[role=progressbar]").setAttribute("aria-valuenow", answer.percent);
  }

  // Messages that carriers took, per second, over the last seconds; null until that is known.
  function rate(answer) {
    samples.push({ at: answer.at, sent: answer.sent });
    while (samples.length > 2 && answer.at - samples[0].at > RATE_SPAN_SECONDS) samples.shift();
    const first = samples[0];
    const seconds = answer.at - first.at;
    return seconds > 0.5 ? (answer.sent - first.sent) / seconds : null;
  }

  function duration(seconds) {
    if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 90) return `${minutes} min`;
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  }

  function speed(answer) {
    const line = root.querySelector("[data-rate-line]");
    if (!line) return;
    const value = rate(answer);
    if (value === null) return;
    line.querySelector("[data-show-rate]").textContent = rough.format(value);
    const left = line.querySelector("[data-left]");
    if (!answer.left) left.textContent = "";
    else if (value <= 0) left.textContent = ` · ${root.dataset.stalledText}`;
    else left.textContent = ` · ${root.dataset.leftText.replace("%s", duration(answer.left / value))}`;
  }

  function reasons(answer) {
    const card = document.getElementById("campaign-why");
    card.hidden = !answer.why_count;
    card.querySelector("[data-why]").innerHTML = answer.why; // rendered and escaped by the server
  }

  function update(answer) {
    if (check) {
      if (answer.state !== "running") return anew();
      show(answer);
      root.querySelector("[data-bar]").style.width = `${answer.total ? (100 * answer.done) / answer.total : 0}%`;
      return true;
    }
    if (answer.status !== root.dataset.status || answer.is_over) return anew();
    show({ ...answer.figures, percent: answer.percent });
    parts(answer);
    speed(answer);
    reasons(answer);
    return true;
  }

  async function poll() {
    let goOn = true;
    if (!document.hidden) {
      try {
        const response = await fetch(root.dataset.url, { headers: { Accept: "application/json" } });
        if (response.ok) goOn = update(await response.json()) === true;
        else if (response.status < 500) goOn = false; // signed out, or no longer allowed
      } catch {
        goOn = true; // the server is away for a moment
      }
    }
    if (goOn) window.setTimeout(poll, POLL_MS);
  }

  poll();
})();

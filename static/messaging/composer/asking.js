// Asks the server, which counts with the code that sends; only the newest question matters.

const WAIT_MS = 180;
const PATIENCE_MS = 15000;

/** `ask()` soon or now; `heard` gets answers, `failed` whether the session is over. */
export function makeAsker({ url, token, question, heard, failed, busy }) {
  let timer = null;
  let running = null;

  async function now() {
    window.clearTimeout(timer);
    if (running) running.abort();
    const mine = (running = new AbortController());
    const patience = window.setTimeout(() => mine.abort("slow"), PATIENCE_MS);
    busy(true);
    try {
      const response = await fetch(url, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify(question()),
        signal: mine.signal,
      });
      const answer = await response.json();
      if (running === mine) heard(answer);
    } catch {
      if (running === mine) failed();
    } finally {
      window.clearTimeout(patience);
      if (running === mine) busy(false);
    }
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(now, WAIT_MS);
  }

  return { now, soon };
}

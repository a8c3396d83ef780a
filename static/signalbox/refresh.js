// Keeps parts of a page fresh: asks for each one again while somebody looks, and stops when signed out.
(function () {
  "use strict";

  async function refresh(part) {
    let goOn = true;
    if (!document.hidden && !part.matches(":focus-within")) {
      try {
        const response = await fetch(part.dataset.refresh, { headers: { Accept: "text/html" } });
        if (response.ok && !response.redirected) part.innerHTML = await response.text(); // escaped by the server
        else if (response.status < 500) goOn = false;
      } catch {
        goOn = true; // the server is away for a moment
      }
    }
    if (goOn) window.setTimeout(() => refresh(part), 1000 * Number(part.dataset.seconds));
  }

  for (const part of document.querySelectorAll("[data-refresh]")) {
    window.setTimeout(() => refresh(part), 1000 * Number(part.dataset.seconds));
  }
})();

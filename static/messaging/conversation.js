// A conversation's page: keeps the newest in sight, shows what an answer would be while it is
// written, and sends by Ctrl + Enter. Without it every button does the same.
(function () {
  "use strict";

  const chat = document.getElementById("talk-chat");
  const feed = document.getElementById("talk-feed");
  const form = document.getElementById("talk-form");
  const choice = document.getElementById("talk-choice");
  const near = 80; // pixels from the foot that still are the foot
  document.documentElement.classList.add("sbt-scripted");

  function follow() {
    let isAtFoot = true;
    chat.scrollTop = chat.scrollHeight;
    chat.addEventListener("scroll", () => {
      isAtFoot = chat.scrollHeight - chat.scrollTop - chat.clientHeight < near;
    });
    new MutationObserver(() => {
      const seen = document.getElementById("talk-seen");
      const shown = feed.firstElementChild;
      // What is in sight has been read: closing is then about it as well.
      if (seen && shown && isAtFoot) seen.value = shown.dataset.unread;
      if (isAtFoot) chat.scrollTop = chat.scrollHeight;
    }).observe(feed, { childList: true });
  }

  function preview() {
    const part = document.getElementById("talk-preview");
    let timer = 0;
    let asked = 0;
    async function ask() {
      const mine = ++asked;
      const data = new FormData(form);
      data.set("do", "part");
      try {
        const response = await fetch(form.action, { method: "POST", body: data });
        if (!response.ok || response.redirected) return;
        const html = await response.text();
        if (mine === asked) part.innerHTML = html; // escaped by the server
      } catch {
        part.textContent = ""; // the server is away: sending says why
      }
    }
    form.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, 350);
    });
    ask();
  }

  function keys() {
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[name=do][value=send]"));
    });
    let isSent = false;
    form.addEventListener("submit", (event) => {
      if (isSent) event.preventDefault();
      isSent = true;
    });
    window.addEventListener("pageshow", () => {
      isSent = false;
    });
  }

  if (choice) choice.addEventListener("change", () => choice.requestSubmit());
  if (chat && feed) follow();
  if (form) {
    preview();
    keys();
    const first = form.querySelector("textarea, input:not([type=hidden])");
    const isAsked = new URLSearchParams(window.location.search).has("template");
    if (isAsked && first) first.focus();
  }
})();

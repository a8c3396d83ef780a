// While somebody types what a network adds, says what is left for the text. The counting is done
// by the server, with the code that prices messages.
(() => {
    "use strict";
    const list = document.getElementById("network-example");
    const before = document.getElementById("id_adds_before");
    const after = document.getElementById("id_adds_after");
    if (!list || !before || !after) return;
    let timer = 0;
    let asked = 0;

    const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

    const show = (lines) => {
        list.replaceChildren(...lines.map((text) => {
            const item = document.createElement("li");
            item.className = "py-1";
            item.textContent = text;
            return item;
        }));
    };

    const ask = async () => {
        const number = ++asked;
        try {
            const answer = await fetch(list.dataset.url, {
                method: "POST",
                headers: {"Content-Type": "application/json", "X-CSRFToken": token()},
                body: JSON.stringify({adds_before: before.value, adds_after: after.value}),
            });
            const found = await answer.json();
            if (number === asked && answer.ok) show(found.lines);
        } catch {
            // The last answer stays; saving still checks.
        }
    };

    for (const field of [before, after]) {
        field.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(ask, 200);
        });
    }
})();

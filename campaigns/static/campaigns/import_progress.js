// Follows a running import: asks for its figures until it is over, then shows the result.
"use strict";

(function () {
    const PERIOD = 700; // ms between two answers
    const box = document.getElementById("import-progress");
    const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");

    function show(figures) {
        document.querySelectorAll("[data-show]").forEach(function (element) {
            const value = figures[element.dataset.show];
            if (value !== null && value !== undefined) {
                element.textContent = typeof value === "number" ? numbers.format(value) : value;
            }
        });
        box.querySelector("[data-bar]").style.width = figures.percent + "%";
        box.querySelector("[role=progressbar]").setAttribute("aria-valuenow", figures.percent);
        box.querySelectorAll("[data-when]").forEach(function (element) {
            element.hidden = !figures[element.dataset.when];
        });
    }

    async function follow() {
        try {
            const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
            if (answer.ok) {
                const figures = await answer.json();
                show(figures);
                if (figures.is_over) {
                    window.location.reload();
                    return;
                }
            }
        } catch (error) {
            // The server is away for a moment: the next question will be answered.
        }
        window.setTimeout(follow, PERIOD);
    }

    if (box) {
        window.setTimeout(follow, PERIOD);
    }
})();

// Shows the key of an attribute only where a column is kept as one.
"use strict";

document.querySelectorAll("[data-attribute-key]").forEach(function (box) {
    const select = box.parentElement.querySelector("select");

    function follow() {
        box.hidden = select.value !== "attribute";
    }

    select.addEventListener("change", follow);
    follow();
});

// Light or dark, chosen before the first paint. Loaded as a classic script, so that nothing flashes.
"use strict";
(() => {
    const chosen = localStorage.getItem("observe.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();

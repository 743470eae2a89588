// Runs before the page is painted, so that a chosen theme does not flash.
"use strict";

// What a visitor chose. Browsers that keep nothing for a site refuse even to be asked.
const remembered = {
  get(name) { try { return localStorage.getItem(name); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(name, value); } catch { /* it holds for this page only */ } },
};
const chosen = remembered.get("theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;

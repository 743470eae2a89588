// Search, theme, copy buttons and the remembered language of samples. Every page can be read without any of them.
"use strict";

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
const root = document.body.dataset.root;

// Theme: the first press leaves the system's choice for the other one.
document.querySelector("button.theme")?.addEventListener("click", () => {
  const html = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = html.dataset.theme ?? (dark ? "dark" : "light");
  html.dataset.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem("theme", html.dataset.theme);
});

// Samples: one choice of language holds for all of them.
function choose(value) {
  for (const input of document.querySelectorAll(`.tabs input[value="${CSS.escape(value)}"]`)) input.checked = true;
}
if (localStorage.getItem("language")) choose(localStorage.getItem("language"));
document.addEventListener("change", ({ target }) => {
  if (!target.matches(".tabs input")) return;
  localStorage.setItem("language", target.value);
  const top = target.getBoundingClientRect().top;
  choose(target.value);
  scrollBy(0, target.getBoundingClientRect().top - top);
});

// Copy buttons.
for (const block of document.querySelectorAll("pre.code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  block.append(button);
}

// Search: every word must begin a word of the entry; titles count more than text.
const input = document.getElementById("search");
const results = document.getElementById("results");
let index;

async function find(query) {
  index ??= fetch(`${root}search-index.json`).then((response) => response.json());
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const entries = await index;
  const starts = (text, word) => text.startsWith(word) || new RegExp(`[^a-z0-9]${RegExp.escape?.(word) ?? word.replace(/[^\w]/g, "\\$&")}`).test(text);
  const scored = [];
  for (const entry of entries) {
    const title = entry.title.toLowerCase();
    const text = `${entry.text} ${entry.also ?? ""}`.toLowerCase();
    let score = 0;
    for (const word of words) {
      const found = starts(title, word) ? 10 : starts(text, word) ? 1 : 0;
      if (!found) { score = 0; break; }
      score += found;
    }
    if (score) scored.push([score + (title === query.toLowerCase() ? 20 : 0) + (entry.weight ?? 0), entry]);
  }
  return scored.sort((a, b) => b[0] - a[0]).slice(0, 8).map(([, entry]) => entry);
}

function show(entries, query) {
  results.replaceChildren();
  results.hidden = !query;
  if (query && !entries.length) {
    const none = document.createElement("p");
    none.textContent = `Nothing found for “${query}”`;
    results.append(none);
  }
  for (const entry of entries) {
    const link = document.createElement("a");
    link.href = root + entry.url;
    const title = document.createElement("strong");
    title.textContent = entry.title;
    const where = document.createElement("span");
    where.textContent = entry.page === entry.title ? entry.text : `${entry.page} · ${entry.text}`;
    link.append(title, where);
    results.append(link);
  }
}

input?.addEventListener("input", async () => {
  const query = input.value.trim();
  const entries = query ? await find(query) : [];
  if (query === input.value.trim()) show(entries, query);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    input.focus();
  }
  const links = [...results.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const inside = at >= 0 || document.activeElement === input;
  if (!inside || results.hidden) return;
  if (event.key === "Escape") {
    show([], "");
    input.focus();
  } else if (event.key === "ArrowDown" && links[at + 1]) {
    event.preventDefault();
    links[at + 1].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (links[at - 1] ?? input).focus();
  } else if (event.key === "Enter" && at < 0 && links[0]) {
    links[0].click();
  }
});
document.addEventListener("click", ({ target }) => {
  if (!target.closest(".find")) results.hidden = true;
});

// The search: an index of pages, sections, fields and claims, fetched when it is first used.
"use strict";

const root = document.body.dataset.root;
const input = document.getElementById("search");
const results = document.getElementById("results");
const told = document.getElementById("found");
let index;

function load() {
  index ??= fetch(`${root}search-index.json`).then((response) => response.json()).then((entries) => entries.map(prepared));
  index.catch(() => { index = undefined; }); // so that the next letter tries again
  return index;
}

function prepared(entry) {
  return { ...entry, name: entry.title.toLowerCase(), body: `${entry.text} ${entry.also ?? ""}`.toLowerCase() };
}

// How well a text has a word: at the beginning of one of its own words, within one, or not at all.
function strength(text, word) {
  let within = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[a-z0-9]/.test(text[at - 1])) return 2;
    within = 1;
  }
  return within;
}

// An entry counts when it has every word; a title counts more than a text, and the beginning of a word more than its middle.
function score(entry, words, query) {
  let sum = entry.weight ?? 0;
  for (const word of words) {
    const found = Math.max(5 * strength(entry.name, word), strength(entry.body, word));
    if (!found) return 0;
    sum += found;
  }
  return sum + (entry.name === query ? 20 : entry.name.startsWith(query) ? 4 : 0);
}

function ranked(entries, words, query) {
  const found = entries.map((entry) => [score(entry, words, query), entry]).filter(([sum]) => sum);
  const seen = new Set(); // a field of one schema stands on several pages
  return found.sort((a, b) => b[0] - a[0]).map(([, entry]) => entry).filter((entry) => {
    const same = entry.title + entry.text;
    return !seen.has(same) && seen.add(same);
  }).slice(0, 10);
}

// The nearest words of the index, for a word that nothing has: one letter may be wrong, of long words two.
function nearest(entries, word) {
  const limit = word.length > 7 ? 2 : word.length > 4 ? 1 : 0;
  const known = new Set(entries.flatMap((entry) => `${entry.name} ${entry.body}`.match(/[a-z]{4,}/g) ?? []));
  let best = "", least = limit + 1;
  for (const other of known) {
    const distance = Math.abs(other.length - word.length) > limit ? least : edits(word, other);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

function edits(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length];
}

// A word as the index has it: itself, its stem, or the nearest one; "" when nothing is like it.
function known(entries, word) {
  const has = (text) => entries.some((entry) => strength(entry.name, text) || strength(entry.body, text));
  const stems = [0, 1, 2, 3].map((cut) => word.slice(0, word.length - cut)).filter((stem) => stem === word || stem.length > 4);
  return stems.find(has) ?? nearest(entries, word);
}

// No entry has all words: those that have the rarest ones.
function partly(entries, words) {
  const strengths = (word) => entries.map((entry) => Math.max(5 * strength(entry.name, word), strength(entry.body, word)));
  const sums = entries.map((entry) => (entry.weight ?? 0) / 10);
  for (const found of words.map(strengths)) {
    const worth = Math.log(entries.length / found.filter(Boolean).length);
    found.forEach((value, i) => { sums[i] += value * worth; });
  }
  return entries.map((entry, i) => [sums[i], entry]).sort((a, b) => b[0] - a[0]).slice(0, 5).map(([, entry]) => entry);
}

async function find(text) {
  const entries = await load();
  const query = text.toLowerCase().split(/\s+/).join(" ");
  const words = query.split(" ").map((word) => known(entries, word)).filter(Boolean);
  if (!words.length) return { found: [], words };
  const found = ranked(entries, words, query);
  return { found: found.length ? found : partly(entries, words), words };
}

// The part of a text around the first word that was looked for, with every such word marked.
function excerpt(text, words) {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((i) => i >= 0);
  const first = places.length ? Math.min(...places) : 0;
  const start = first > 60 ? text.indexOf(" ", first - 40) + 1 : 0;
  return marked(`${start ? "… " : ""}${text.slice(start, start + 140)}`, words);
}

function marked(text, words) {
  const span = document.createElement("span");
  const pattern = words.map((word) => word.replace(/[^\w\s]/g, "\\$&")).join("|");
  for (const part of text.split(new RegExp(`(${pattern})`, "i"))) {
    const hit = words.includes(part.toLowerCase());
    span.append(hit ? Object.assign(document.createElement("mark"), { textContent: part }) : part);
  }
  return span;
}

function result(entry, words) {
  const link = document.createElement("a");
  link.href = root + entry.url;
  const title = document.createElement("strong");
  title.append(...marked(entry.title, words).childNodes);
  const where = excerpt(entry.text, words);
  const place = [entry.kind, entry.page === entry.title ? "" : entry.page].filter(Boolean).join(" · ");
  if (place) where.prepend(Object.assign(document.createElement("b"), { textContent: place }), " ");
  link.append(title, where);
  return link;
}

function show(links, message) {
  const said = Object.assign(document.createElement("p"), { textContent: message });
  results.replaceChildren(...(links.length || !message ? links : [said]));
  results.hidden = !message;
  results.dataset.query = input.value.trim();
  told.textContent = message;
}

async function look() {
  const query = input.value.trim();
  if (!query) return show([], "");
  try {
    const { found, words } = await find(query);
    if (query !== input.value.trim()) return; // another letter came in between
    const message = found.length ? `${found.length} results` : `Nothing found for “${query}”`;
    show(found.map((entry) => result(entry, words)), message);
  } catch {
    show([], "The search needs a connection to the server of this site.");
  }
}

input.addEventListener("input", look);
input.addEventListener("focus", () => load().catch(() => {}), { once: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    input.focus();
  }
  const links = [...results.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if ((at < 0 && document.activeElement !== input) || results.hidden) return;
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

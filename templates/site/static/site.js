// Theme, copy buttons and the remembered language of samples. Every page can be read without any of them.
"use strict";

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;

// The navigation is longer than a screen: show where the reader is in it.
const here = document.querySelector("#navigation [aria-current]");
const aside = document.getElementById("navigation");
if (here && aside.scrollHeight > aside.clientHeight) aside.scrollTop = here.offsetTop - aside.clientHeight / 2;

// Theme: the first press leaves the system's choice for the other one.
document.querySelector("button.theme")?.addEventListener("click", () => {
  const html = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = html.dataset.theme ?? (dark ? "dark" : "light");
  html.dataset.theme = now === "dark" ? "light" : "dark";
  remembered.set("theme", html.dataset.theme);
});

// Samples: one choice of language holds for all of them.
function choose(value) {
  for (const input of document.querySelectorAll(`.tabs input[value="${CSS.escape(value)}"]`)) input.checked = true;
}
if (remembered.get("language")) choose(remembered.get("language"));
document.addEventListener("change", ({ target }) => {
  if (!target.matches(".tabs input")) return;
  remembered.set("language", target.value);
  const top = target.getBoundingClientRect().top;
  choose(target.value);
  scrollBy(0, target.getBoundingClientRect().top - top);
});

// Copy buttons: one for each block, or for each choice of a language.
function offerCopy(holder, chosen) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const done = await copied(chosen().textContent);
    button.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  holder.prepend(button);
  return button;
}
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // browsers give the clipboard only to pages that came over HTTPS or from this machine
  }
}
for (const block of document.querySelectorAll("pre.code:not(.tabs pre)")) offerCopy(block, () => block.querySelector("code"));
for (const tabs of document.querySelectorAll(".tabs")) {
  const chosen = () => tabs.querySelector(".tab:has(:checked) + pre code");
  tabs.append(offerCopy(tabs, chosen));
}

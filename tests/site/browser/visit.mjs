// Visits the site in a real browser and tells what it saw, as JSON on standard output.
// Usage: node visit.mjs JOB, with the settings as JSON on standard input: { chromium, axe, site, pages, kinds, screenshots, sandbox }.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const settings = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({ executablePath: settings.chromium, args: ["--no-sandbox"], timeout: 240_000 });
const VIEWS = [
  { name: "light-1280", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "dark-1280", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { name: "light-390", colorScheme: "light", viewport: { width: 390, height: 844 } },
  { name: "dark-390", colorScheme: "dark", viewport: { width: 390, height: 844 } },
];

// A page that remembers what went wrong on it, and what it asked of others than the site and the sandbox.
async function watched(options = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(240_000); // a deadline for a busy machine, not a measure
  const page = await context.newPage();
  const seen = { console: [], outside: [] };
  page.on("console", (message) => message.type() === "error" && seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(error.message));
  page.on("request", (request) => {
    const own = [settings.site, settings.sandbox?.url].some((start) => start && request.url().startsWith(start));
    if (!own && !/^(data|blob):/.test(request.url())) seen.outside.push(request.url());
  });
  return { context, page, seen };
}

const jobs = {
  // Errors, requests, accessibility and sideways scrolling: every page in the first view, one of each kind in the others.
  async visit() {
    const axe = readFileSync(settings.axe, "utf8");
    const visits = [];
    for (const [index, { name, ...view }] of VIEWS.entries()) {
      const { context, page, seen } = await watched(view);
      for (const path of index ? settings.kinds : settings.pages) {
        seen.console.length = seen.outside.length = 0;
        await page.goto(settings.site + path, { waitUntil: "load" });
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => (await axe.run()).violations.map(
          ({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 3).map((node) => node.html) })));
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (settings.kinds.includes(path)) await page.screenshot({ path: `${settings.screenshots}/${path.replaceAll("/", "-")}-${name}.png` });
        visits.push({ page: path, view: name, console: [...seen.console], outside: [...seen.outside], violations, sideways });
      }
      await context.close();
    }
    return visits;
  },

  // The keyboard alone: slash, a query, down, enter. Before that, what other queries find first.
  async search() {
    const { page, seen } = await watched();
    await page.goto(`${settings.site}index.html`);
    const found = {};
    for (const query of settings.queries) {
      await page.locator("#search").fill(query);
      await page.waitForFunction((text) => document.getElementById("results").dataset.query === text, query);
      found[query] = await page.locator("#results > *").evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? one.textContent));
    }
    await page.setViewportSize({ width: 390, height: 844 });
    const box = await page.locator("#results").boundingBox();
    const cut = box.x < 0 || box.x + box.width > 390;
    await page.locator("#search").fill("");
    await page.locator("h1").click();
    await page.keyboard.press("/");
    await page.keyboard.type("idempotency");
    await page.locator("#results a").first().waitFor();
    const titles = await page.locator("#results a strong").allTextContents();
    await page.keyboard.press("ArrowDown");
    await Promise.all([page.waitForURL(/guides|operations|ledger/), page.keyboard.press("Enter")]);
    return { found, cut, titles, url: page.url(), ...seen };
  },

  // Choices of a visitor that last: theme and language. And what the button above a sample copies.
  async choices() {
    const { page, seen } = await watched({ colorScheme: "light", permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(`${settings.site}operations/create-customer.html`);
    const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.locator("button.theme").click();
    await page.locator("label.tab", { hasText: "httpx" }).first().click();
    await page.locator(".tabs .copy").first().click();
    const copied = await (await page.waitForFunction(() => navigator.clipboard.readText())).jsonValue();
    await page.goto(`${settings.site}operations/update-customer.html`);
    const after = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    return { before, after, copied, shown: await page.locator(".tabs pre:visible").allTextContents(), ...seen };
  },

  // Without scripts: the samples' tabs work, the menu opens on a small screen, nothing that needs scripts is offered.
  async noscript() {
    const { page, seen } = await watched({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    await page.goto(`${settings.site}operations/create-customer.html`);
    const tabs = page.locator(".tabs").first();
    const first = await tabs.locator("pre:visible").textContent();
    await tabs.locator("label", { hasText: "Python client" }).click();
    const second = await tabs.locator("pre:visible").textContent();
    await page.locator("button.menu").click();
    const menu = await page.locator("#navigation a", { hasText: "Errors" }).isVisible();
    return { first, second, menu, search: await page.locator("#search").isVisible(), ...seen };
  },

  // The console creates a real customer in the sandbox. The page of the operation leads to the place where it does.
  async console() {
    const { page, seen } = await watched({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${settings.site}operations/update-customer.html`);
    const { hash } = new URL(await page.locator("a.try").evaluate((link) => link.href));
    await page.goto(`${settings.site}console/index.html?sandbox=${settings.sandbox.url}${hash}`);
    await page.waitForFunction((id) => {
      const place = document.querySelector(`[id$="${id}"]`)?.getBoundingClientRect();
      return place && place.top < innerHeight && place.bottom > 0;
    }, decodeURIComponent(hash.slice(1)));
    await page.getByPlaceholder("Token").first().fill(settings.sandbox.key);
    await page.getByRole("button", { name: /Test Request.*post/i }).first().click();
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("button", { name: /^Send/ }).first().click();
    const response = await answered;
    return { url: response.url(), status: response.status(), body: await response.json(), ...seen };
  },
};

try {
  process.stdout.write(JSON.stringify(await jobs[process.argv[2]]()));
} finally {
  await browser.close();
}

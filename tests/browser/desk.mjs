// A browser with one person at it: contexts, what the browser complains about, and the little words that cases are written in.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Why a case was not run: thrown, it is no failure. */
export class Skipped extends Error {}

export const want = (holds, otherwise) => {
  if (!holds) throw new Error(otherwise);
};
export const same = (is, wanted, what) => want(JSON.stringify(is) === JSON.stringify(wanted), `${what}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);

export class Desk {
  constructor(browser, base, pictures) {
    Object.assign(this, { browser, base, pictures, signedIn: undefined });
  }

  static async open(path, link, pictures) {
    const browser = await chromium.launch({ executablePath: path, args: FLAGS });
    for (const look of ["desktop", "dark", "phone"]) mkdirSync(`${pictures}/${look}`, { recursive: true });
    return new Desk(browser, new URL(link).origin, pictures);
  }

  /** A tab, signed in as soon as somebody is. Errors of the page, its console and its policy are gathered in `said`; a status that a case expects is no error. */
  async tab({ stranger = false, expects = [], ...more } = {}) {
    const storageState = stranger ? undefined : this.signedIn;
    const context = await this.browser.newContext({ baseURL: this.base, viewport: { width: 1280, height: 900 }, locale: "ru-RU", timezoneId: "Europe/Moscow", reducedMotion: "reduce", storageState, ...more });
    context.setDefaultTimeout(30_000);
    const tab = await context.newPage();
    tab.said = [];
    const isExpected = (text) => expects.some((status) => text.includes(`status of ${status}`));
    tab.on("console", (message) => ["error", "warning"].includes(message.type()) && !isExpected(message.text()) && tab.said.push(message.text()));
    tab.on("pageerror", (error) => tab.said.push(String(error)));
    tab.on("response", (answer) => answer.status() >= 500 && tab.said.push(`${answer.status()} ${answer.url()}`));
    return tab;
  }

  /** Runs `act` in a tab of its own; what the browser complained about meanwhile fails it. */
  async at(look, act) {
    const tab = await this.tab(look);
    try {
      await act(tab);
      same(tab.said, [], "errors of the page");
    } finally {
      await tab.context().close();
    }
  }
}

/** Barriers that axe finds: rule, what it is about, where. */
export const barriers = async (tab, rules) => {
  // By the debugger's own way, which the page's policy does not bind.
  if (!(await tab.evaluate(() => "axe" in globalThis))) await tab.evaluate(AXE);
  const found = await tab.evaluate((only) => globalThis.axe.run(document, { resultTypes: ["violations"], runOnly: only }), rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  return found.violations.map((one) => `${one.id} (${one.nodes.length}): ${one.nodes.slice(0, 2).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? node.none[0]?.message ?? one.help}`.slice(0, 260)).join("; ")}`);
};

/** What stands out of the window sideways. */
export const outside = (tab) => tab.evaluate(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolled = (element) => element.closest("main *") && [...ancestors(element)].some((parent) => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(parent).overflowX));
  function* ancestors(element) { for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) yield at; }
  const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolled(element));
  return [`${document.documentElement.scrollWidth} px`, ...wide.slice(0, 4).map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} ${element.textContent.trim().slice(0, 30)}`)];
});

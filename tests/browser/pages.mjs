// Every page of the navigation and what hangs on it: no barriers in the light and in the dark, nothing beyond 360 px, no errors; and a picture of each look.
import { barriers, outside, same, want } from "./desk.mjs";

// What the navigation does not name: its address, or the page and the link on it that leads there.
const MORE = {
  events: "/journal/events", "numbers-compared": "/numbers?period=week&compare=1", "numbers-late": "/numbers?heat=late", worth: "/numbers/worth", norms: "/settings/numbers", found: "/search?q=запись", differences: "/cards/differences", changes: "/changes", connections: "/settings/connections",
  "connection-bitrix24": "/settings/connections/new/bitrix24", models: "/settings/models", facts: "/settings/facts", retention: "/settings/retention", acts: "/acts", trail: "/settings/trail", password: "/password", verify: "/verify", nowhere: "/nowhere",
  conversation: ["/journal", "main [data-row]"], client: ["conversation", "main .talk a[href^='/clients/']"], erase: ["client", "main a[href$='/erase']"], "review-queue": ["/reviews", "main .review-queues li:has(progress) h2 a"],
  review: ["review-queue", "main [data-row]"], report: ["/reports", "main a[href^='/reports/']"], scenario: ["/scenarios", "main a[data-scenario]"], "scenario-difference": ["scenario", "main a[data-difference]"],
  start: "/start",
  experiment: ["/experiments", "main .cards h2 a[href^='/experiments/']"],
};
/** Addresses by name. A page that this version or this month does not have is left out; those of the navigation are all there. */
export const addresses = async (desk) => {
  const found = {};
  await desk.at({ expects: [404] }, async (tab) => {
    await tab.goto("/");
    for (const url of await tab.locator("nav.rooms a").evaluateAll((links) => links.map((link) => link.getAttribute("href")))) found[url.slice(1)] = url;
    want(Object.keys(found).length >= 9, `the owner's navigation has only ${Object.keys(found)}`);
    for (const [name, where] of Object.entries(MORE)) {
      if (typeof where === "string") { found[name] = where; continue; }
      const [from, link] = where;
      const page = found[from] ?? (found[from.slice(1)] && from);
      if (!page) continue;
      await tab.goto(page);
      const there = tab.locator(link).first();
      if (await there.count()) found[name] = await there.getAttribute("href");
    }
  });
  return found;
};

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };

/** One page, loaded once: on a desk in the light and in the dark, then on a phone. */
const look = (desk, name, address) => desk.at({ colorScheme: "light", expects: address === "/nowhere" ? [404] : [] }, async (tab) => {
  const wrong = [];
  const note = (where, found) => found.length && wrong.push(`${where}: ${found.join(" | ")}`);
  const picture = async (at) => {
    const { width } = tab.viewportSize();
    const height = Math.min(await tab.evaluate(() => document.documentElement.scrollHeight), 4000);
    // As tall as what is seen: the rooms of a phone stay at its lower edge.
    await tab.setViewportSize({ width, height });
    await tab.screenshot({ path: `${desk.pictures}/${at}/${name}.png` });
    await tab.setViewportSize({ width, height: width === PHONE.width ? PHONE.height : DESK.height });
  };
  const answer = await tab.goto(address);
  same(answer.status(), address === "/nowhere" ? 404 : 200, "its status");
  await picture("desktop");
  note("barriers", await barriers(tab));
  await tab.emulateMedia({ colorScheme: "dark" });
  await picture("dark");
  note("barriers in the dark", await barriers(tab, ["color-contrast", "link-in-text-block"]));
  await tab.emulateMedia({ colorScheme: "light" });
  await tab.setViewportSize(PHONE);
  note("beyond 360 px", await outside(tab));
  await picture("phone");
  note("barriers on a phone", await barriers(tab));
  want(wrong.length === 0, wrong.join("; "));
});

export const everyPage = async (desk, run, isWanted) => {
  const pages = { "sign-in": "/sign-in", ...(await addresses(desk)) };
  for (const [name, address] of Object.entries(pages)) {
    const title = `page ${name}`;
    if (isWanted(title)) await run(title, () => look(desk, name, address));
  }
};

// Every role in English: who is invited comes in by their link, and each page that their navigation names has no barriers and no errors. The owner's pages too.
import { barriers, outside, same, want } from "./desk.mjs";
import { addresses } from "./pages.mjs";

const ROLES = ["manager", "marketer", "integrator", "compliance", "inspector"];
/** Pages that a role has beside its navigation, and some that it must not have. */
const MORE = { integrator: ["/start", "/settings/connections"], compliance: ["/acts", "/settings/retention"], manager: ["/cards/differences"] };
const REFUSED = { marketer: "/journal", integrator: "/numbers", inspector: "/lost", manager: "/start" };
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };

/** What stands in the way on one page, on a desk and on a phone. */
const wrongWith = async (tab, address) => {
  const answer = await tab.goto(address);
  if (answer.status() !== 200) return [`${address}: ${answer.status()}`];
  const language = await tab.evaluate(() => document.documentElement.lang);
  const found = await barriers(tab);
  await tab.setViewportSize(PHONE);
  found.push(...(await outside(tab)).map((what) => `beyond 360 px: ${what}`));
  await tab.setViewportSize(DESK);
  if (language !== "en") found.push(`it speaks ${language}`);
  return found.map((what) => `${address}: ${what}`);
};

const asRole = (desk, role) => async () => {
  let link;
  await desk.at({}, async (tab) => {
    await tab.goto("/settings");
    const form = tab.locator("form[action='/settings/people']");
    await form.locator("[name=name]").fill(`Roly ${role}`);
    await form.locator("[name=login]").fill(`${role}@salon.example`);
    await form.locator("[name=role]").selectOption(role);
    await form.locator("button").click();
    link = (await tab.locator(".fresh code.secret").textContent()).trim();
  });
  await desk.at({ stranger: true, expects: [403] }, async (tab) => {
    await tab.goto(`${new URL(link, desk.base).pathname}?lang=en`);
    await tab.getByRole("main").getByRole("button").click();
    await tab.waitForURL("/password");
    await tab.goto("/");
    await tab.waitForURL("/today");
    await tab.screenshot({ path: `${desk.pictures}/desktop/home-${role}.png`, fullPage: true });
    await tab.setViewportSize(PHONE);
    await tab.screenshot({ path: `${desk.pictures}/phone/home-${role}.png`, fullPage: true });
    await tab.setViewportSize(DESK);
    const rooms = await tab.locator("nav.rooms a").evaluateAll((links) => links.map((one) => one.getAttribute("href")));
    want(rooms.includes("/today"), `the navigation of ${role}: ${rooms}`);
    const wrong = [];
    for (const address of [...rooms, ...(MORE[role] ?? [])]) wrong.push(...(await wrongWith(tab, address)));
    same(wrong, [], "barriers");
    if (REFUSED[role]) same((await tab.goto(REFUSED[role])).status(), 403, REFUSED[role]);
  });
};

const asOwner = (desk) => async () => {
  const pages = await addresses(desk);
  await desk.at({ expects: [404] }, async (tab) => {
    await tab.goto("/look?lang=en&back=/today");
    const wrong = [];
    for (const [name, address] of Object.entries(pages)) if (!["nowhere", "report", "verify"].includes(name)) wrong.push(...(await wrongWith(tab, address)));
    same(wrong, [], "barriers");
  });
};

export const everyRole = async (desk, run, isWanted) => {
  const cases = { "English: every page of the owner": asOwner(desk) };
  for (const role of ROLES) cases[`English: every page of a ${role}`] = asRole(desk, role);
  for (const [name, act] of Object.entries(cases)) if (isWanted(name)) await run(name, act);
};

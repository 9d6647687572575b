// First steps, saved views, parts that refresh, keys, paper: what pages do beside their own work.
import { same, want } from "./desk.mjs";


const firstSteps = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/start");
  const chain = tab.locator("#chain");
  await chain.locator("form[action='/start/test/chain'] button").click();
  await tab.waitForURL("/start#chain");
  await chain.locator(".trial-sign.ok").waitFor();
  same(await chain.locator(".check-parts .ok").count(), 5, "steps that were reached");
  const dialogue = await chain.locator("a[href^='/sessions/']").getAttribute("href");
  await tab.goto(dialogue);
  want((await tab.locator(".thread .bubble").count()) >= 2, "the test dialogue can be read");
  await tab.goto("/start");
  await chain.locator("button.danger").click();
  await tab.waitForURL("/start#chain");
  same(await chain.locator("button.danger").count(), 0, "it is gone");
  same((await tab.request.get(dialogue)).status(), 410, "its page");
  const consent = tab.locator("#consent");
  await consent.locator("button[value=done]").click();
  await consent.locator(".trial-sign.ok").waitFor();
  want((await consent.locator(".check-says").textContent()).includes("owner"), "who said it");
  await consent.locator("button[value='']").click();
  await consent.locator("button[value=done]").waitFor();
});

const views = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  const name = scripted ? "Неделя" : "Неделя без скрипта";
  await tab.goto("/numbers?period=week&cut=intent");
  await tab.locator(".more-views summary").click();
  await tab.locator(".more-views [name=name]").fill(name);
  await tab.locator(".more-views button").click();
  const chip = tab.locator(".views .chip.accent", { hasText: name });
  await chip.waitFor();
  await tab.goto("/journal");
  await tab.locator("details.menu summary").click();
  await tab.locator(".menu-item", { hasText: name }).first().click();
  await tab.waitForURL("/numbers?period=week&cut=intent");
  await tab.locator(".views form button").first().click();
  await tab.waitForURL("/numbers");
  same(await tab.locator(".views .chip", { hasText: name }).count(), 0, "a view that was taken away");
});

/** Somebody else takes a lead: the list that is open elsewhere says so by itself. */
const live = (desk) => desk.at({}, async (tab) => {
  await tab.goto("/lost");
  await tab.evaluate(() => { globalThis.loadedOnce = true; });
  const lead = tab.locator(".lead").filter({ has: tab.locator("form[action$='/take']") }).first();
  const href = await lead.locator(".lead-who").getAttribute("href");
  await desk.at({}, async (other) => {
    await other.goto("/lost");
    const there = other.locator(".lead").filter({ has: other.locator(`a.lead-who[href="${href}"]`) });
    await there.getByRole("button", { name: "Взять в работу" }).click();
    await there.locator("p.chip.info").waitFor();
  });
  await tab.locator(".lead").filter({ has: tab.locator(`a.lead-who[href="${href}"]`) }).locator("p.chip.info").waitFor({ timeout: 15_000 });
  want(await tab.evaluate(() => globalThis.loadedOnce === true), "without loading the page again");
  const answers = [];
  tab.on("response", (answer) => answer.url().endsWith("/lost") && answers.push(answer.status()));
  await tab.waitForResponse((answer) => answer.url().endsWith("/lost"), { timeout: 15_000 });
  await tab.waitForResponse((answer) => answer.url().endsWith("/lost"), { timeout: 15_000 });
  want(answers.includes(304), `nothing new costs no page, not ${answers}`);
});

const stale = (desk) => desk.at({}, async (tab) => {
  await tab.clock.install();
  await tab.goto("/today");
  await tab.context().setOffline(true);
  for (let tick = 0; tick < 7; tick += 1) await tab.clock.runFor(4000);
  await tab.locator("[data-stale]:not([hidden])").waitFor();
  want(/\d\d:\d\d/.test(await tab.locator("[data-stale]").textContent()), "it says of when it is");
  await tab.context().setOffline(false);
  await tab.clock.runFor(5000);
  await tab.locator("[data-stale]").waitFor({ state: "hidden" });
  // The browser complains about the line that was cut.
  tab.said.length = 0;
});

const keys = (desk) => desk.at({}, async (tab) => {
  await tab.goto("/today");
  await tab.keyboard.press("?");
  await tab.locator("dialog#key-help[open]").waitFor();
  await tab.keyboard.press("j");
  await tab.keyboard.press("Escape");
  await tab.locator("dialog#key-help:not([open])").waitFor({ state: "attached" });
  for (const [key, room] of [["n", "/numbers"], ["j", "/journal"], ["l", "/lost"], ["r", "/reports"]]) {
    await tab.keyboard.press("g");
    await tab.keyboard.press(key);
    await tab.waitForURL(room);
  }
  await tab.goto("/lost");
  await tab.keyboard.press("j");
  await tab.keyboard.press("j");
  await tab.keyboard.press("k");
  const focused = () => tab.evaluate(() => [...document.querySelectorAll("[data-row]")].indexOf(document.activeElement));
  same(await focused(), 0, "j, j, k walk back to the first");
  want((await tab.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)) !== "none", "focus is seen");
  await tab.keyboard.press("/");
  await tab.keyboard.type("g?");
  same(await tab.locator(".top-search input").inputValue(), "g?", "a field takes letters as letters");
  await tab.goto("/numbers");
  await tab.keyboard.press("Tab");
  same(await tab.evaluate(() => document.activeElement.className), "skip", "the first stop leads past the navigation");
});

const paper = (desk) => desk.at({}, async (tab) => {
  for (const page of ["/today", "/numbers?period=month", "/lost", "/journal", "/start", "/incidents", "/acts"]) {
    await tab.goto(page);
    await tab.emulateMedia({ media: "print" });
    for (const hidden of [".rooms", ".top", "form.filters"]) same(await tab.locator(`${hidden}:visible`).count(), 0, `${hidden} on paper of ${page}`);
    same(await tab.locator(".print-head:visible").count(), 1, `whose paper it is, on ${page}`);
    const folded = tab.locator("details.how dl").first();
    if (await folded.count()) want(await folded.isVisible(), `what is folded is open on paper of ${page}`);
    want((await tab.pdf({ format: "A4" })).length > 5000, `${page} prints`);
    await tab.emulateMedia({ media: "screen" });
  }
});

const both = (name, act) => ({ [name]: act(true), [`${name}, without JavaScript`]: act(false) });

export const FIRST = {
  ...both("first steps: test dialogue, a word", firstSteps),
  ...both("saved view: save, find, remove", views),
  "live: somebody else takes a lead": live,
  "live: a cut line is said": stale,
  "keys: help, rooms, lists, skip link": keys,
  "paper: pages print": paper,
};

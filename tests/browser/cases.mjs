// What people do in the console, each case in a tab of its own. Where two looks are named, the case is done with a script and without.
import { Skipped, same, want } from "./desk.mjs";

const PASSWORD = "летопись-проверка-1";
const main = (tab) => tab.getByRole("main");

/** Sends a filter: by itself where scripts run, by its button where not. */
const choose = async (tab, name, value, scripted) => {
  const arrives = tab.waitForURL((url) => url.searchParams.get(name) === value);
  await tab.locator(`.filters [name=${name}]`).selectOption(value);
  if (!scripted) await tab.locator(".filters button[data-no-script]").click();
  await arrives;
};

const signIn = async (tab, password) => {
  await tab.getByLabel("Логин").fill("owner");
  await tab.getByLabel("Пароль", { exact: true }).fill(password);
  await tab.getByRole("button", { name: "Войти" }).click();
};

const comeIn = async (desk, link) => {
  await desk.at({ expects: [401, 410] }, async (tab) => {
    await tab.goto(link);
    await main(tab).getByRole("button").click();
    await tab.waitForURL("/password");
    await tab.locator("[name=password]").fill(PASSWORD);
    await main(tab).getByRole("button").click();
    await tab.waitForURL("/today");
    await tab.locator("details.menu summary").click();
    await tab.getByRole("button", { name: "Выйти" }).click();
    await tab.waitForURL("/sign-in");
    await tab.goto("/numbers?period=week");
    await tab.waitForURL(/sign-in\?back/);
    await signIn(tab, "не тот пароль");
    await tab.getByRole("alert").waitFor();
    same(await tab.getByLabel("Логин").inputValue(), "owner", "the login is kept");
    await signIn(tab, PASSWORD);
    await tab.waitForURL("/numbers?period=week");
    desk.signedIn = await tab.context().storageState();
    const cookies = (await tab.context().cookies()).filter((cookie) => cookie.value.startsWith("lts_"));
    same(cookies.map((cookie) => [cookie.httpOnly, cookie.sameSite]), [[true, "Lax"]], "the cookie");
    const again = await tab.request.post(link, { maxRedirects: 0 });
    want(again.status() >= 400, "a link opens once");
  });
};

const journal = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/journal?period=all");
  await choose(tab, "outcome", "booked", scripted);
  const chips = await tab.locator("[data-row] .line-marks .chip:first-child").allTextContents();
  want(chips.length > 5 && chips.every((chip) => chip === chips[0]), `one outcome, not ${[...new Set(chips)]}`);
  want((await tab.locator("[name=outcome] option:checked").textContent()).length > 0, "the filter shows what is chosen");
  if (scripted) {
    await tab.keyboard.press("j");
    await tab.keyboard.press("j");
    await tab.keyboard.press("Enter");
  } else await tab.locator("[data-row]").first().click();
  await tab.waitForURL(/\/sessions\//);
  want((await tab.locator(".thread .bubble").count()) > 1, "the words of a conversation");
  await tab.goBack();
  want(tab.url().includes("outcome=booked"), "the way back keeps the filter");
});

const review = (scripted) => async (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/reviews");
  const queue = tab.locator(".review-queues li:has(progress)").first();
  if (!(await queue.count())) throw new Skipped("the demo drew nothing to review");
  const before = Number(await queue.locator("progress").getAttribute("value"));
  await queue.locator("h2 a").click();
  await tab.waitForURL(/\/reviews\/[^/]+$/);
  const start = tab.url();
  await (scripted ? tab.keyboard.press("Enter") : tab.locator("a[data-key=Enter]").click());
  await tab.waitForURL(/\/reviews\/[^/]+\/.+/);
  const one = tab.url();
  const fault = tab.locator("input[type=checkbox][data-key]").first();
  if (scripted) {
    if (await tab.locator("[name=intent]").count()) await tab.keyboard.press("1");
    await tab.keyboard.press(await fault.getAttribute("data-key"));
    want(await fault.isChecked(), "its key ticks a fault");
    await tab.keyboard.press("Enter");
  } else {
    if (await tab.locator("[name=intent]").count()) await tab.locator("[name=intent][value=right]").check();
    await fault.check();
    await tab.locator(".review-save button").click();
  }
  await tab.waitForURL((url) => url.href.split("#")[0] !== one.split("#")[0]);
  await tab.goto("/reviews");
  same(Number(await tab.locator(".review-queues li:has(progress)").first().locator("progress").getAttribute("value")), before + 1, `done in ${start}`);
});

const lost = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/lost");
  const lead = tab.locator(".lead").filter({ has: tab.locator("form[action$='/take']") }).first();
  want(await lead.count(), "somebody is to be called");
  const href = await lead.locator(".lead-who").getAttribute("href");
  const same_lead = tab.locator(".lead").filter({ has: tab.locator(`a.lead-who[href="${href}"]`) });
  await lead.getByRole("button", { name: "Взять в работу" }).click();
  await same_lead.locator("p.chip.info").waitFor();
  same(await same_lead.locator("form[action$='/take']").count(), 0, "taken once");
  await same_lead.locator("details.sure summary").click();
  await same_lead.locator("details.sure button").first().click();
  await tab.waitForURL("/lost");
  same(await same_lead.count(), 0, "an ended lead is off the list");
});

const numbers = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/numbers");
  const periods = await tab.locator("[name=period] option").evaluateAll((all) => all.filter((one) => !one.selected).map((one) => one.value));
  await choose(tab, "period", periods.at(-1), scripted);
  const whole = await tab.locator(".tally").first().textContent();
  const channel = await tab.locator("[name=channel] option").nth(1).getAttribute("value");
  await choose(tab, "channel", channel, scripted);
  want(tab.url().includes(`period=${periods.at(-1)}`), "both filters hold together");
  want((await tab.locator(".tally").first().textContent()) !== whole, "a channel alone has other numbers");
  const chart = tab.locator(".charts .chart").first();
  const spots = chart.locator(".chart-wide .spot");
  want((await spots.count()) > 0, "places to point at");
  const spot = spots.nth(Math.floor((await spots.count()) / 2));
  await spot.locator(".spot-area").hover({ force: true });
  const lit = spot.locator(".spot-words").first();
  same(await lit.evaluate((words) => getComputedStyle(words).visibility), "visible", "what is pointed at is read");
  const exact = (await spot.locator(".spot-words").allTextContents()).join(" ").match(/\d+(,\d+)?\s?%/)?.[0];
  await chart.locator(".chart-table summary").click();
  const table = await chart.locator(".chart-table table").innerText();
  want(!exact || table.replace(/\s/g, " ").includes(exact.replace(/\s/g, " ")), `the table says ${exact} too`);
});

const rooms = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted, viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }, async (tab) => {
  await tab.goto("/today");
  const shown = () => tab.locator("nav.rooms a:visible").count();
  same(await shown(), 4, "four rooms at the bottom");
  await tab.locator("nav.rooms summary").tap();
  want((await shown()) >= 8, "and the rest behind «Ещё»");
  await tab.locator("nav.rooms a[href='/settings']").tap();
  await tab.waitForURL("/settings");
  want(await tab.locator("nav.rooms summary.on").isVisible(), "«Ещё» says that it is in there");
});

const theme = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted, colorScheme: "light" }, async (tab) => {
  await tab.goto("/journal?outcome=booked");
  const paper = () => tab.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
  const light = await paper();
  await tab.locator("details.menu summary").click();
  await tab.getByRole("link", { name: "Тёмное" }).click();
  await tab.waitForURL("/journal?outcome=booked");
  want((await paper()) !== light, "the switch darkens the page");
});

const incident = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/journal?period=all");
  await tab.locator("[data-row]").first().click();
  await tab.waitForURL(/\/sessions\//);
  const report = tab.locator("details.sure").filter({ has: tab.locator("form[action='/incidents']") });
  await report.locator("summary").click();
  await report.locator("button").click();
  await tab.waitForURL(/\/incidents/);
  const open = tab.locator(".cards > section.card");
  const before = await open.count();
  want(before > 0, "what a person opens is open");
  const id = await open.first().getAttribute("id");
  await open.first().locator("details.sure:has(form[action$='/resolve']) > summary").click();
  await open.first().locator("form[action$='/resolve'] button").click();
  await tab.locator(`.rows li#${id}`).waitFor();
  same(await open.count(), before - 1, "what is open");
});

const hours = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/numbers?period=month&cut=intent");
  const card = tab.locator("#hours");
  const before = await card.locator("figure").textContent();
  const arrives = tab.waitForURL((url) => url.searchParams.get("heat") === "booked");
  await card.locator("[name=heat]").selectOption("booked");
  if (!scripted) await card.locator("button[data-no-script]").click();
  await arrives;
  want(tab.url().includes("cut=intent") && tab.url().includes("period=month"), "what else is asked stays");
  want((await card.locator("figure").textContent()) !== before, "another measure is another picture");
});

const norms = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted }, async (tab) => {
  await tab.goto("/numbers/worth?period=month");
  const worth = tab.locator("#lost .tally b").first();
  await tab.locator(".head a[href='/settings/numbers']").click();
  const ticket = tab.locator("[name=ticket]");
  await ticket.fill("много");
  await main(tab).locator("form button.primary").click();
  await tab.getByRole("alert").waitFor();
  same(await ticket.inputValue(), "много", "what was typed is kept");
  await ticket.fill(scripted ? "2500" : "3000");
  await main(tab).locator("form button.primary").click();
  await tab.waitForURL("/settings/numbers");
  await tab.goto("/numbers/worth?period=month");
  want((await worth.textContent()).includes("₽"), `money, not ${await worth.textContent()}`);
});

const route = (scripted) => (desk) => desk.at({ javaScriptEnabled: scripted, expects: [404] }, async (tab) => {
  if ((await tab.goto("/reports")).status() === 404) throw new Skipped("there is no page of reports");
  const to = `olga-${scripted ? "s" : "n"}@salon.example`;
  const mine = tab.locator("#routes .rows li").filter({ hasText: to });
  await tab.locator("#routes [name=way]").selectOption("mail");
  await tab.locator("#routes [name=to]").fill(to);
  await tab.getByRole("button", { name: "Добавить получателя" }).click();
  await mine.waitFor();
  await mine.locator("form[action$='/test'] button").click();
  await tab.locator("#way .rows li").first().waitFor();
  tab.on("dialog", (dialog) => dialog.accept());
  await mine.locator("form[action$='/remove'] button").click();
  await mine.waitFor({ state: "detached" });
  const opens = tab.context().waitForEvent("page");
  await tab.locator("#make form[action='/reports/make/weekly'] button").first().click();
  const report = await opens;
  await report.waitForLoadState();
  want((await report.locator("h2").allTextContents()).some((title) => title === "Польза и цена"), "a whole report in a tab of its own");
  await report.close();
});

const both = (name, act) => ({ [name]: act(true), [`${name}, without JavaScript`]: act(false) });

export const CASES = {
  "sign-in: link, password, wrong password": comeIn,
  ...both("journal: filter, open a conversation", journal),
  ...both("reviews: label one", review),
  ...both("lost leads: take one, end it", lost),
  ...both("numbers: period, channel, exact value", numbers),
  ...both("phone: four rooms and the rest", rooms),
  ...both("dark by the switch", theme),
  ...both("incident: resolve it", incident),
  ...both("hours: another measure", hours),
  ...both("norms: settle the average visit", norms),
  ...both("reports: a way out, a test, away with it", route),
};

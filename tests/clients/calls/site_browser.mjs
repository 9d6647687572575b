// The chat on a site in a real browser: a page on another origin, with a policy that lets it load and ask letopis and nothing else.
//
// Prints {"page", "bot"} once both listen, reads {"script"} from its input, then a line for each case: {"case", "wrong"}.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const LONG = "Запишите".repeat(40);
const [browserPath, pictures] = process.argv.slice(2);

const serve = (answer) => new Promise((done) => {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`));
});
const bodyOf = async (request) => {
  let body = "";
  for await (const piece of request) body += piece;
  return body;
};
const bot = await serve(async (request, answer) => {
  const { text } = JSON.parse(await bodyOf(request));
  const reply = text === LONG ? LONG : "Да, в 15:00 <b>свободно</b>";
  setTimeout(() => answer.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ text: reply })), text === "Не спешите" ? 2_500 : 0);
});
let script = "";
const page = await serve((_, answer) => {
  const from = new URL(script).origin;
  const policy = `default-src 'none'; script-src ${from}; connect-src ${from}; require-trusted-types-for 'script'`;
  answer.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
  answer.end(`<!doctype html><html lang="ru"><meta name="viewport" content="width=device-width"><title>Салон</title><h1>Салон</h1><p>Стрижки и укладки.</p>
<p><a href="#prices">Цены</a></p><script src="${script}" data-title="Салон «Ветер»" data-privacy="/privacy" defer></script></html>`);
});
console.log(JSON.stringify({ page, bot }));
script = JSON.parse((await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()).value).script;

const browser = await chromium.launch({ executablePath: browserPath, args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const open = async (more, address = page) => {
  const context = await browser.newContext(more);
  const tab = await context.newPage();
  // A closed tree is closed to us too.
  await tab.addInitScript(() => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: "open" }); };
  });
  const said = [];
  tab.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
  tab.on("pageerror", (error) => said.push(String(error)));
  await tab.goto(address);
  const chat = tab.locator("letopis-chat");
  return { context, tab, chat, said, field: chat.getByRole("textbox"), opener: chat.locator("#open"), box: chat.getByRole("dialog"), lines: chat.locator("li") };
};
const want = (is, wanted, what) => {
  if (JSON.stringify(is) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
};
const focused = (tab) => tab.evaluate(() => document.activeElement.shadowRoot?.activeElement?.ariaLabel || document.activeElement.shadowRoot?.activeElement?.textContent || document.activeElement.tagName);
const fits = async ({ tab, box }) => {
  const [{ x, y, width, height }, wide] = [await box.boundingBox(), await tab.evaluate(() => document.documentElement.scrollWidth)];
  const view = tab.viewportSize();
  if (x < 0 || y < 0 || x + width > view.width || y + height > view.height || wide > view.width) throw new Error(`it does not fit: ${[x, y, width, height, wide]}`);
};
// Every text on what is behind it: WCAG asks for 4.5.
const contrast = (tab) => tab.evaluate(() => {
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = parse(color).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at instanceof Element; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((parse(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelector("letopis-chat").shadowRoot.querySelectorAll("button, h2, li, p, a, textarea")].filter((element) => element.offsetParent !== null || element.offsetHeight);
  return texts.map((element) => {
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))];
    return [element.tagName, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
  }).filter(([, ratio]) => ratio < 4.5);
});

const CASES = {
  async desktop() {
    const one = await open({ viewport: { width: 1280, height: 900 }, colorScheme: "light", reducedMotion: "reduce" });
    const { tab, field, opener, box, lines } = one;
    await tab.keyboard.press("Tab");
    await tab.keyboard.press("Tab");
    want(await focused(tab), "Написать нам", "the button is next after the page's own links");
    await tab.screenshot({ path: `${pictures}/site-closed.png` });
    await tab.keyboard.press("Enter");
    want(await focused(tab), "Ваше сообщение", "whoever opens it can write");
    await tab.keyboard.type("Есть время");
    await tab.keyboard.press("Shift+Enter");
    await tab.keyboard.type("завтра?");
    await tab.keyboard.press("Enter");
    await lines.nth(1).waitFor();
    want(await lines.allTextContents(), ["Вы: Есть время\nзавтра?", "Мы: Да, в 15:00 <b>свободно</b>"], "what was said");
    want([await field.inputValue(), await focused(tab)], ["", "Ваше сообщение"], "and can go on");
    const order = [];
    for (let step = 0; step < 2; step += 1) {
      await tab.keyboard.press("Tab");
      order.push(await focused(tab));
    }
    for (let step = 0; step < 4; step += 1) await tab.keyboard.press("Shift+Tab");
    order.push(await focused(tab));
    want(order, ["Отправить", "Подробнее", "Закрыть чат"], "the order of the keyboard");
    await fits(one);
    want(await contrast(tab), [], "contrast");
    await tab.screenshot({ path: `${pictures}/site-desktop.png` });
    await tab.keyboard.press("Escape");
    want([await box.isVisible(), await focused(tab)], [false, "Написать нам"], "Escape closes it, and the focus is where it was");
    want(await one.context.cookies(), [], "no cookies");
    want(await tab.evaluate(() => /^[0-9a-f]{32}$/.test(localStorage["letopis-visitor"])), true, "a word of the browser's");
    await tab.reload();
    await opener.click();
    want(await lines.count(), 2, "on the next page it goes on");
    want(one.said, [], "the page's policy and the console");
    await one.context.close();
  },
  async phone() {
    const one = await open({ viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true });
    const { tab, field, lines, chat } = one;
    await one.opener.tap();
    await field.fill(LONG);
    await chat.getByRole("button", { name: "Отправить" }).tap();
    await lines.nth(1).waitFor();
    await field.fill("Не спешите");
    await chat.getByRole("button", { name: "Отправить" }).tap();
    await lines.nth(3).waitFor();
    want((await lines.allTextContents()).slice(2), ["Вы: Не спешите", "Сообщение получено. Ответим позже: напишите, пожалуйста, телефон или почту."], "nobody waits for a slow bot");
    await fits(one);
    want(await contrast(tab), [], "contrast in the dark");
    const small = await chat.locator("button").evaluateAll((all) => all.filter((button) => button.offsetHeight && button.offsetHeight < 44).map((button) => button.textContent));
    want(small, [], "fingers find the buttons");
    await tab.screenshot({ path: `${pictures}/site-phone.png` });
    await chat.getByRole("button", { name: "Закрыть чат" }).tap();
    want(await one.box.isVisible(), false, "closed");
    want(one.said, [], "the page's policy and the console");
    await one.context.close();
  },
  async "a page that is not named"() {
    const { tab, opener, field, chat, lines, context } = await open({ viewport: { width: 360, height: 640 }, locale: "en-GB" }, page.replace("127.0.0.1", "localhost"));
    await opener.click();
    await field.fill("Есть кто?");
    await tab.keyboard.press("Enter");
    await chat.getByText("Не отправилось").waitFor();
    want([await lines.count(), await field.inputValue()], [0, "Есть кто?"], "nothing is lost");
    await tab.screenshot({ path: `${pictures}/site-failed.png` });
    await context.close();
  },
};
for (const [name, run] of Object.entries(CASES)) {
  const wrong = await run().then(() => "", (error) => String(error.message).slice(0, 600));
  console.log(JSON.stringify({ case: name, wrong }));
}
// The slow bot is still to answer, and to be asked no more.
await new Promise((done) => setTimeout(done, 5_000));
await browser.close();
process.exit(0);

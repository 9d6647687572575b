// The console in a real browser: node check.mjs BROWSER PICTURES LINK [WORD…]. One line for each case, and how many of each.
import { CASES } from "./cases.mjs";
import { Desk, Skipped } from "./desk.mjs";
import { FIRST } from "./first.mjs";
import { everyPage } from "./pages.mjs";
import { everyRole } from "./roles.mjs";

const [path, pictures, link, ...words] = process.argv.slice(2);
const desk = await Desk.open(path, link, pictures);
const count = { passed: 0, failed: 0, skipped: 0 };
const note = (verdict, name, why = "") => {
  count[verdict] += 1;
  console.log(`${verdict.padEnd(8)} ${name}${why ? `: ${why}` : ""}`);
};
const run = async (name, act) => {
  try {
    await act();
    note("passed", name);
  } catch (error) {
    note(error instanceof Skipped ? "skipped" : "failed", name, String(error.message).slice(0, 900));
  }
};

const [[firstName, first], ...others] = Object.entries({ ...CASES, ...FIRST });
await run(firstName, () => first(desk, link));
if (!desk.signedIn) note("failed", "everything else", "nobody is signed in");
else {
  const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word));
  // Pages before cases: pictures of the month as it is.
  await everyPage(desk, run, isWanted);
  for (const [name, act] of others.filter(([name]) => isWanted(name))) await run(name, () => act(desk));
  await everyRole(desk, run, isWanted);
}
await desk.browser.close();
console.log(`browser: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped; pictures in ${pictures}`);
process.exit(count.failed === 0 ? 0 : 1);

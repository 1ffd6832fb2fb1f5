// node take.mjs: reads from standard input what to draw, writes the pictures, and says in JSON what was found.
//
// {"prometheus": {name: url}, "chromium": path, "pictures": [{"file": path, "asked": {…}}]}
import { text } from "node:stream/consumers";

import { chromium } from "playwright-core";
import { preview } from "vite";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const WITHIN_MILLISECONDS = 120_000;
const SETTLED_MILLISECONDS = 1_500; // icons, and legends that ask for their size first

const wanted = JSON.parse(await text(process.stdin));
const proxy = Object.fromEntries(
  Object.entries(wanted.prometheus).map(([name, target]) => [
    `/${name}`,
    { target, rewrite: (path) => path.slice(name.length + 1) },
  ]),
);
const server = await preview({ preview: { host: "127.0.0.1", port: 0, proxy }, logLevel: "error" });
const address = `http://127.0.0.1:${server.httpServer.address().port}/`;
const browser = await chromium.launch({ executablePath: wanted.chromium, args: FLAGS });
const found = {};
try {
  for (const { file, asked } of wanted.pictures) {
    found[file] = await picture(file, asked);
  }
} finally {
  await browser.close();
  await server.close();
}
process.stdout.write(JSON.stringify(found));

/** What its queries found, and what the page itself complained of. */
async function picture(file, asked) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.addInitScript((given) => { window.asked = given; }, asked);
  await page.goto(address);
  await page.waitForFunction(() => window.found, undefined, { timeout: WITHIN_MILLISECONDS });
  await page.waitForTimeout(SETTLED_MILLISECONDS);
  await page.screenshot({ path: file, fullPage: true });
  const cut = await page.evaluate(cutTitles);
  const queries = await page.evaluate(() => window.found);
  await page.close();
  return { queries, cut, complaints };
}

/** Titles of panels and of columns that do not fit, and columns beyond their panel's edge. Runs in the page. */
function cutTitles() {
  const right = (one) => one.getBoundingClientRect().right;
  const isCut = (header) => {
    const text = document.createTreeWalker(header, NodeFilter.SHOW_TEXT).nextNode();
    const range = document.createRange();
    range.selectNodeContents(text);
    let around = text.parentElement;
    while (around !== header && right(range) <= right(around) + 1) {
      around = around.parentElement;
    }
    return right(range) > right(around) + 1;
  };
  return [...document.querySelectorAll("section")].flatMap((panel) => {
    const title = panel.querySelector("h2");
    const columns = [...panel.querySelectorAll('[role="columnheader"]')].filter((one) =>
      right(one) > right(panel) || isCut(one));
    return [...(title.scrollWidth > title.clientWidth ? [title.textContent] : []),
      ...columns.map((one) => `${title.textContent}, column ${one.textContent}`)];
  });
}

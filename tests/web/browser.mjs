// Debian's Chromium, and pages that write down whatever should not happen on them.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../npm/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const axeSource = require('axe-core').source;

export function launchBrowser(args = []) {
  return chromium.launch({
    executablePath: process.env.LEMMA_CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', ...args], // tests may run as root
  });
}

// A page of `url`, in a browser profile of its own. `faults` gets a line for each script error,
// dialog, violation of the page's policy and request to somewhere else.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(60000); // of a loaded machine
  const page = await context.newPage();
  const faults = [];
  const { origin } = new URL(url);
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text());
  });
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`foreign: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults };
}

export async function ask(page, problem) {
  await page.getByLabel('Your problem').fill(problem);
  await page.getByRole('button', { name: 'Solve', exact: true }).click();
}

export const status = (page, text) => page.locator('.status', { hasText: text }).waitFor();

// From its next load on, as browsers do that are told to.
export const blockStorage = (page) => page.addInitScript(() => {
  for (const storage of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, storage, { get() { throw new DOMException('blocked', 'SecurityError'); } });
  }
});

// From its next load on, as on a machine that is busy: what waits for a timer comes after the reader has gone on.
export const delayTimers = (page) => page.addInitScript(() => {
  const set = window.setTimeout;
  window.setTimeout = (act, ms = 0, ...inputs) => set(act, ms + 400, ...inputs);
});

// What the page needs for formulas and code is there: fetching it is no part of a text's cost.
export async function loadLibraries(page, replica) {
  replica.say([{ content: '$x$\n\n```python\ndef f(): return 1\n```' }]);
  await ask(page, 'warm up');
  await page.locator('.answer .hljs-keyword').first().waitFor();
  await page.locator('.answer .katex').waitFor();
  await status(page, 'Done');
}

// Of the documents, where LEMMA_SCREENSHOTS names their folder.
export async function picture(page, name, options = {}) {
  const directory = process.env.LEMMA_SCREENSHOTS;
  if (directory) await page.screenshot({ path: join(directory, `${name}.png`), ...options });
}

// Without serious findings of axe. `what`: the page, for the message.
export async function assertAccessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [], what);
}

// Texts in cells of tables that stand as columns of letters: lines of fewer than three of them.
const tornTexts = (page) => page.evaluate(() => [...document.querySelectorAll('td')].flatMap((cell) => {
  const torn = [];
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const n_lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size;
    const text = texts.currentNode.data.trim();
    if (n_lines > 1 && text.length < 3 * n_lines) torn.push(text);
  }
  return torn;
}));

// In both themes, as a desk and as a phone; nothing is scrolled sideways, and no cell is a column of letters.
export async function assertAccessibleEverywhere(page, what) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const [device, width, height] of [['phone', 360, 740], ['desk', 1280, 800]]) {
      await page.setViewportSize({ width, height });
      await assertAccessible(page, `${what}, ${colorScheme}, ${device}`);
      const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
      assert.ok(content <= screen, `${what}, ${device}: ${content} pixels on a screen of ${screen}`);
      assert.deepEqual(await tornTexts(page), [], `${what}, ${device}: columns of letters`);
    }
  }
}

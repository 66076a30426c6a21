// Hostile texts where the server has jobs: a page that is loaded again gets all of a text at once. And as the answers
// that attempts vote for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ask, loadLibraries, openPage, status } from './browser.mjs';
import { assertHarmless, assertNeverBlocked, nameOf } from './hostile.mjs';
import { hostileTexts } from './hostile_texts.mjs';
import { startScripted, startWithData, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startWithData));
});
after(stopScripted);

// The thinking and the answer, which are there by the time that the page is loaded again; and what became of them.
async function replay(page, number, [thinking, answer = ''], shown) {
  let go;
  const goes = new Promise((resolve) => (go = resolve));
  const end = `That was ${number}`;
  // What is no JSON to the server (half a surrogate pair) it leaves out: what the test waits for comes apart from it.
  replica.say([{ reasoning: 'Well.\n\n' }, { reasoning: thinking }, { content: answer }, { content: `\n\n${end}` },
               () => goes, { content: '.' }], 1);
  const isSaid = page.locator('.answer', { hasText: end });
  await ask(page, `${number} + 1`);
  await isSaid.waitFor();
  await page.reload();
  await isSaid.waitFor();
  await page.locator('.thinking summary').click();
  go();
  await status(page, 'Done');
  await assertHarmless(page, '.result', shown);
}

const inParts = (list, n) => list.flatMap((_, i) => (i % n ? [] : [list.slice(i, i + n)]));
// Texts of a line each stand in paragraphs of their own.
const nTogether = { html: 7, mutation: 7, svgAndCss: 8, links: 9 };

for (const [family, texts] of Object.entries(hostileTexts)) {
  test(`hostile ${family}, all at once, runs, fetches and blocks nothing`, async () => {
    const { page, faults } = await openPage(browser, server.url);
    await loadLibraries(page, replica);
    const said = inParts(texts, nTogether[family] ?? 1).map((part) => part.join('\n\n'));
    const pairs = inParts(said, 2);
    const names = pairs.map((pair, index) => nameOf(family, index, pair.map((text) => text.slice(0, 100)).join(' | ')));
    await assertNeverBlocked(browser, page, names, async (index) => {
      await replay(page, index, pairs[index], names[index]);
      assert.deepEqual(faults, [], names[index]);
    });
    await page.context().close();
  });
}

// Each attempt has another text as its answer, and there is nothing to agree on.
test('hostile answers of a vote run, fetch and block nothing', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await loadLibraries(page, replica);
  await page.getByLabel('Vote', { exact: true }).check();
  await page.getByLabel('Number of votes').selectOption('3');
  const votes = inParts(Object.entries(hostileTexts).flatMap(([family, texts]) =>
    texts.map((text, index) => ({ text, name: nameOf(family, index, text).slice(0, 100) }))), 3);
  const names = votes.map((texts) => texts.map(({ name }) => name).join(' | '));
  let n_clusters = 0;
  await assertNeverBlocked(browser, page, names, async (index) => {
    replica.sayInTurn(...votes[index].map(({ text }) => [{ content: 'It is ' }, { content: `\\boxed{${text}}` }]));
    await ask(page, `${index} + 1`);
    await page.locator('.status', { hasText: 'Done' }).waitFor();
    await page.locator('.verified, .note').first().waitFor();
    n_clusters += await page.locator('.cluster').count();
    await assertHarmless(page, '.result', names[index]);
    const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
    assert.ok(content <= screen, `${names[index]}: ${content} pixels on a screen of ${screen}`);
    assert.deepEqual(faults, [], names[index]);
  });
  assert.ok(n_clusters > votes.length, `${n_clusters} answers were voted for`);
  await page.context().close();
});

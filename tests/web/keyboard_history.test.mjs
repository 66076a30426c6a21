// The history by the keyboard alone, in Chinese, in the dark, on a phone: with a server that has jobs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { openPage, status } from './browser.mjs';
import { assertFocused, confirm, phoneInTheDark, press, solve } from './keyboard.mjs';
import { inHalves } from './scripted_replica.mjs';
import { startScripted, startWithData, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startWithData));
});
after(stopScripted);

const button = (page, name) => page.getByRole('button', { name, exact: true });
const answer = (page, text) => page.locator('.answer', { hasText: text }).waitFor();
const past = (page, asked) => page.locator('.past', { hasText: asked });
const search = (page) => page.getByLabel('搜索历史');

async function answered(page, asked, text) {
  replica.say([{ reasoning: '想一想。' }, { content: text }]);
  await solve(page, asked);
  await answer(page, text);
  await status(page, '完成');
}

// One that has said half of its answer.
async function begun(page, asked) {
  const halves = inHalves(replica, '开始', '并结束。');
  await solve(page, asked);
  await halves.halfSaid;
  await answer(page, '开始');
  return halves;
}

test('the history is opened, searched, read and closed', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await answered(page, '1 + 1 等于多少?', '得二。');
  await answered(page, '3 - 1 等于多少?', '得二,也是。');
  const history = button(page, '历史');
  await press(page, history);
  await assertFocused(page, search(page));
  await page.keyboard.type('1 + 1');
  await eventually(async () => (await page.locator('.past').count()) === 1, 'one is found');
  await press(page, past(page, '1 + 1'));
  await answer(page, '得二。');
  await assertFocused(page, past(page, '1 + 1'));
  await press(page, button(page, '关闭'));
  await page.locator('.history').waitFor({ state: 'detached' });
  await assertFocused(page, history);
  await page.keyboard.press('Enter');
  await assertFocused(page, search(page));
  await press(page, history); // it closes it too
  await page.locator('.history').waitFor({ state: 'detached' });
  await assertFocused(page, history);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the history is taken away as Markdown and as JSON, in the words of its reader', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await answered(page, '1 + 1 等于多少?', '得二。');
  await press(page, button(page, '历史'));
  const exported = async (name) => {
    const downloads = page.waitForEvent('download');
    await press(page, button(page, name));
    const file = await downloads;
    await assertFocused(page, button(page, name));
    return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
  };
  const [markdownName, markdown] = await exported('导出 Markdown');
  assert.equal(markdownName, 'lemma.md');
  assert.match(markdown, /<summary>思考<\/summary>\n\n想一想。[^]*### 答案\n\n得二。[^]*- 数学,求最终答案, \d+ 词元, 完成\n/);
  const [jsonName, json] = await exported('导出 JSON');
  assert.equal(jsonName, 'lemma.json');
  assert.deepEqual(JSON.parse(json).map(({ task }) => task.problem), ['1 + 1 等于多少?']);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('one is deleted, and then all of them once it is asked for twice', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await answered(page, '1 + 1 等于多少?', '得二。');
  await answered(page, '1 + 2 等于多少?', '得三。');
  await press(page, button(page, '历史'));
  await press(page, button(page, '删除: 1 + 1 等于多少?'));
  await past(page, '1 + 1').waitFor({ state: 'detached' });
  await assertFocused(page, search(page));
  const clear = button(page, '全部删除');
  await press(page, clear);
  await assertFocused(page, button(page, '取消'));
  await page.keyboard.press('Escape'); // of the question: the panel stays
  await assertFocused(page, clear);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter'); // on the no
  await assertFocused(page, clear);
  assert.equal(await page.locator('.past').count(), 1);
  await confirm(page, clear);
  await page.getByText('还没有内容。').waitFor();
  await assertFocused(page, search(page));
  assert.equal(await page.locator('.result').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what runs goes on over a reload and another answer, and is found again, stopped and deleted', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await answered(page, '1 + 1 等于多少?', '得二。');
  const { go } = await begun(page, '1 + 2 等于多少?');
  await page.reload();
  await answer(page, '开始');
  await press(page, button(page, '历史'));
  await press(page, past(page, '1 + 1'));
  await answer(page, '得二。');
  await press(page, past(page, '1 + 2'));
  await status(page, '回答中');
  await page.keyboard.press('Escape'); // of the panel: what runs goes on
  await page.locator('.history').waitFor({ state: 'detached' });
  await assertFocused(page, button(page, '历史'));
  await status(page, '回答中');
  go();
  await answer(page, '开始并结束。');
  await status(page, '完成');

  await begun(page, '1 + 3 等于多少?');
  await page.keyboard.press('Escape');
  await status(page, '已停止');
  await begun(page, '1 + 4 等于多少?');
  await press(page, button(page, '历史'));
  await press(page, button(page, '删除: 1 + 4 等于多少?'));
  await page.locator('.result').waitFor({ state: 'detached' });
  await assertFocused(page, search(page));
  assert.equal(await page.locator('.past').count(), 3);
  assert.deepEqual(faults, []);
  await page.context().close();
});

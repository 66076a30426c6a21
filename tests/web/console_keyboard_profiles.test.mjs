// Task profiles in the console by the keyboard alone: in Chinese, in the dark, on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, killServers } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { button, inProduction, startConsole } from './console.mjs';
import { main, openOnPhone, region } from './console_phone.mjs';
import { assertFocused, choose, confirm, press, tabTo, type } from './keyboard.mjs';

let server;
let browser;
before(async () => {
  server = await startConsole(); // with the model, which counts tokens
  server.user('edith', 'prompt_editor');
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  killServers();
});

const open = (hash) => openOnPhone(browser, server, hash, 'edith');
const named = (scope, role, name) => scope.getByRole(role, { name, exact: true });
const editorOf = (page) => named(page, 'textbox', '配置文件');
const save = (page) => button(page, '保存为下一版本');
const shown = (page) => page.locator('section.panel').getByLabel('版本', { exact: true });
const rendered = (page, text) => page.locator('pre.rendered', { hasText: text });
const labels = (page) => region(page, '标签');
const rowOf = (page, label) => labels(page).locator('tr', { has: page.getByText(label, { exact: true }) });
const promotion = (page) => page.locator('form', { has: named(page, 'heading', '发布') });

// Once its hint is there too, which says how to leave it.
async function tabToEditor(page) {
  await editorOf(page).waitFor();
  await page.getByText('按 Tab 键离开编辑器。').waitFor();
  await tabTo(page, editorOf(page));
}

async function nTokens(page) {
  const told = await page.locator('[role=status]', { hasText: '个词元(lemma-mini)' }).innerText();
  return Number(/^(\d+) 个词元/.exec(told)[1]);
}

test('a version is written, refused, mended, compared and saved', async () => {
  const { page, faults } = await open('#/profiles');
  await press(page, named(page, 'link', 'math'));
  await editorOf(page).waitFor();
  await assertFocused(page, main(page)); // the link went with the list
  await tabToEditor(page);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n[variables]\ntone = "dry"\n');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('wrong =\n');
  await page.keyboard.press('Tab');
  await assertFocused(page, save(page));
  await page.keyboard.press('Enter');
  await page.locator('[role=alert]', { hasText: 'toml: line 1' }).waitFor();
  await assertFocused(page, save(page));
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, editorOf(page));
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');

  const compare = page.getByLabel('与此版本比较');
  await choose(page, compare, '1');
  await page.locator('.difference .cm-changedLine', { hasText: 'tone' }).waitFor();
  await assertFocused(page, compare);
  await tabTo(page, named(page, 'textbox', '1 - 1'));
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, compare);

  await press(page, save(page));
  await page.waitForURL(/version=2/);
  await editorOf(page).waitFor();
  await assertFocused(page, shown(page));
  assert.equal(await shown(page).inputValue(), '2');
  await choose(page, shown(page), '1');
  await page.waitForURL(/version=1/);
  await editorOf(page).waitFor();
  await assertFocused(page, shown(page));
  await press(page, named(main(page), 'link', '任务类型'));
  await named(page, 'cell', 'math').waitFor();
  await assertFocused(page, main(page));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('versions are promoted, split by their shares and rolled back, a label to where it is none', async () => {
  const { page, faults } = await open('#/profiles/math');
  const promote = button(promotion(page), '发布');
  const versionA = promotion(page).getByLabel('版本', { exact: true });
  await choose(page, versionA, '2');
  await press(page, promote);
  await inProduction(page, '2');
  await assertFocused(page, promote);

  await choose(page, promotion(page).getByLabel('A/B 对照版本'), '1');
  await page.keyboard.press('Tab');
  await assertFocused(page, promotion(page).getByLabel('对照占比(%)'));
  await page.keyboard.type('25');
  await page.keyboard.press('Enter');
  await rowOf(page, 'production').locator('td', { hasText: '2: 75%, 1: 25%' }).waitFor();
  await assertFocused(page, promotion(page).getByLabel('对照占比(%)'));
  await readResults(page);

  for (const left of ['2', '1']) {
    const rollBack = button(rowOf(page, 'production'), '回滚');
    await press(page, rollBack);
    await assertFocused(page, button(page, '取消'));
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await inProduction(page, left);
    await assertFocused(page, rollBack);
  }

  await type(page, promotion(page).getByLabel('标签'), 'canary');
  await page.keyboard.press('Enter');
  await rowOf(page, 'canary').waitFor();
  await confirm(page, button(rowOf(page, 'canary'), '回滚'));
  await rowOf(page, 'canary').waitFor({ state: 'detached' });
  await assertFocused(page, labels(page)); // the button went with its row
  assert.deepEqual(faults, []);
  await page.context().close();
});

// Of both versions of a split, once both have answered.
async function readResults(page) {
  const results = region(page, '各版本结果(30 天)');
  let n = 0; // another prompt may get the other version
  await eventually(async () => {
    await server.ask({ prompt: `What is ${++n} * 36?` });
    await page.reload();
    await results.waitFor();
    return (await results.getByRole('link').count()) === 2;
  }, 'both versions have results');
  await tabTo(page, results); // it is wider than the screen: the arrow keys scroll it
  await page.keyboard.press('ArrowRight');
  const scrolled = () => results.evaluate(({ scrollLeft }) => scrollLeft);
  await eventually(async () => {
    const before = await scrolled();
    await page.waitForTimeout(100);
    return before > 0 && before === (await scrolled());
  }, 'it is scrolled, and stands');
  await press(page, named(results, 'link', '2'));
  await page.waitForURL(/version=2/);
  await editorOf(page).waitFor();
}

const toml = `name = "proofs"
description = "By hand"
task = "math"
[system]
en = 'Be {{tone}}.'
zh = '{{tone}}一点。'
[variables]
tone = "dry"`;

test('a new profile is written and previewed, in both languages and with its variables', async () => {
  const { page, faults } = await open('#/profiles');
  await press(page, named(page, 'link', '新建任务类型'));
  await rendered(page, 'careful mathematician').waitFor();
  await assertFocused(page, main(page));
  await tabToEditor(page);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(toml);
  await page.keyboard.press('Tab');
  await assertFocused(page, save(page));

  const prompt = page.getByLabel('用户文本');
  await tabTo(page, prompt);
  await page.keyboard.type('1 + 1 = ?'); // in the place of what was there: the tab key selects it
  await page.keyboard.press('Enter');
  await rendered(page, /Be dry\.[^]*1 \+ 1 = \?/).waitFor();
  await assertFocused(page, prompt);
  const n = await nTokens(page);
  await choose(page, page.getByLabel('语言'), '中文');
  await page.keyboard.press('Tab');
  const tone = page.getByLabel('{{tone}}');
  await assertFocused(page, tone);
  assert.equal(await tone.inputValue(), 'dry');
  await page.keyboard.type('请写得很长很长');
  const preview = button(page, '预览');
  await press(page, preview);
  await rendered(page, '请写得很长很长一点。').waitFor();
  await assertFocused(page, preview);
  assert.notEqual(await nTokens(page), n);
  await tabTo(page, page.locator('pre.rendered')); // so that the arrow keys scroll it

  await press(page, save(page));
  await page.waitForURL(/#\/profiles\/proofs/);
  await named(page, 'heading', 'proofs').waitFor();
  await assertFocused(page, main(page)); // the button went with its page
  await editorOf(page).waitFor();
  assert.match(await editorOf(page).innerText(), /tone/);
  assert.deepEqual(faults, []);
  await page.context().close();
});

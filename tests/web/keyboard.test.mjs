// Every action of the solve page by the keyboard alone: what has the focus is seen to have it, and it is
// never lost. And the page's states in both themes, as a desk and as a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, noSandbox } from '../serve/server.mjs';
import { assertAccessibleEverywhere, openPage, status } from './browser.mjs';
import { assertFocused, focusName, press, tabTo } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted());
});
after(stopScripted);

const named = (page, role, name) => page.getByRole(role, { name, exact: true });
const problem = (page) => page.getByLabel('Your problem');

async function solve(page, text) {
  await tabTo(page, problem(page));
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
  await page.keyboard.press('Control+Enter');
}

test('the tab key goes through the page in the order it is read, and shows where it is', async () => {
  const { page } = await openPage(browser, server.url);
  await page.getByText('Kinds of tasks: ').waitFor();
  const names = [];
  for (let i = 0; i < 9; ++i) {
    await page.keyboard.press('Tab');
    names.push(await focusName(page));
  }
  assert.deepEqual(names.slice(0, 7), ['History', '中文', 'Theme: as the system', 'Your problem', 'An answer',
                                       'Kind of task', 'Standard']);
  assert.match(names[7], /^How many positive integers/); // an example: without a problem there is nothing to solve
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focusName(page), 'Standard');
  await page.context().close();
});

test('an answer is asked for, hastened, asked again, stopped, shared and edited', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ reasoning: 'Let me think.' }]);
  let held = replica.hold();
  await solve(page, 'What is 1 + 1?');
  await held;
  await status(page, 'Thinking');
  await tabTo(page, named(page, 'button', 'Answer now'));
  await page.keyboard.press('Enter');
  await status(page, 'Done');
  await assertFocused(page, page.locator('.status'));
  await tabTo(page, page.locator('.thinking summary'));
  await page.keyboard.press('Enter');
  await page.locator('.thinking .typeset', { hasText: 'Let me think.' }).waitFor();

  held = replica.hold();
  await tabTo(page, named(page, 'button', 'Retry'));
  await page.keyboard.press('Enter');
  await held;
  await status(page, 'Thinking');
  await assertFocused(page, page.locator('.status'));
  await page.keyboard.press('Escape');
  await status(page, 'Stopped');
  await tabTo(page, named(page, 'button', 'Previous version'));
  await page.keyboard.press('Enter');
  await status(page, 'Done');
  await assertFocused(page, named(page, 'button', 'Previous version'));

  await tabTo(page, named(page, 'button', 'Share'));
  await page.keyboard.press('Enter');
  await page.getByLabel('Link to this task and its answer').waitFor();
  await tabTo(page, page.getByLabel('Link to this task and its answer'));
  await tabTo(page, named(page, 'button', 'Edit'));
  await page.keyboard.press('Enter');
  await assertFocused(page, problem(page));
  await tabTo(page, named(page, 'button', 'A new task instead'));
  await page.keyboard.press('Enter');
  await page.getByText('makes a new version').waitFor({ state: 'detached' });
  await assertFocused(page, problem(page));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the history is opened, searched, left and emptied', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ content: 'Two.' }]);
  for (const text of ['What is 1 + 1?', 'What is 3 - 1?']) {
    await solve(page, text);
    await status(page, 'Done');
  }
  replica.say([{ reasoning: 'Let me think.' }]);
  const held = replica.hold();
  await solve(page, 'What is 4 / 2?');
  await held;
  const history = named(page, 'button', 'History');
  await tabTo(page, history);
  await page.keyboard.press('Enter');
  await assertFocused(page, page.getByLabel('Search the history'));
  await page.keyboard.press('Escape'); // of the panel: what runs goes on
  await page.locator('.history').waitFor({ state: 'detached' });
  await assertFocused(page, history);
  await status(page, 'Thinking');
  await page.keyboard.press('Escape');
  await status(page, 'Stopped');

  await page.keyboard.press('Enter');
  await page.keyboard.type('1 + 1');
  await eventually(async () => (await page.locator('.past').count()) === 1, 'one is found');
  await tabTo(page, page.locator('.past'));
  await page.keyboard.press('Enter');
  await status(page, 'Done');
  await tabTo(page, named(page, 'button', 'Delete: What is 1 + 1?'));
  await page.keyboard.press('Enter');
  await page.locator('.past').waitFor({ state: 'detached' });
  await assertFocused(page, page.getByLabel('Search the history'));
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await tabTo(page, named(page, 'button', 'Delete all'));
  await page.keyboard.press('Enter');
  await assertFocused(page, named(page, 'button', 'Cancel'));
  await page.keyboard.press('Escape'); // of the question: the panel stays
  await assertFocused(page, named(page, 'button', 'Delete all'));
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, named(page, 'button', 'Delete all'));
  await page.keyboard.press('Enter');
  await page.getByText('Nothing yet.').waitFor();
  await assertFocused(page, page.getByLabel('Search the history'));
  await tabTo(page, named(page, 'button', 'Close'));
  await page.keyboard.press('Enter');
  await assertFocused(page, history);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a program is asked for with its tests, and a vote with its number', { skip: noSandbox() }, async () => {
  const { page, faults } = await openPage(browser, server.url);
  await tabTo(page, page.getByLabel('An answer'));
  await page.keyboard.press('ArrowRight');
  await page.getByLabel('Input of test 1').waitFor();
  await tabTo(page, named(page, 'button', 'Add a test'));
  await page.keyboard.press('Enter');
  await tabTo(page, named(page, 'button', 'Remove test 1'));
  await page.keyboard.press('Enter');
  await assertFocused(page, named(page, 'button', 'Add a test'));
  await tabTo(page, page.getByLabel('Input of test 1'));
  await page.keyboard.type('1');
  await page.keyboard.press('Tab');
  await page.keyboard.type('2');
  await tabTo(page, page.getByLabel('A program that passes my tests'));
  await page.keyboard.press('ArrowLeft');
  await page.getByLabel('Input of test 1').waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByLabel('Expected output of test 1').inputValue(), '2', 'what was typed is there');
  replica.say([{ content: '```python\nprint(int(input()) + 1)\n```' }]);
  await solve(page, 'Read n, print n + 1.');
  await page.locator('.verified', { hasText: 'passes 1 of 1 tests' }).waitFor();
  await tabTo(page, page.locator('.answer pre'));
  await tabTo(page, named(page, 'button', 'Copy'));
  await assertAccessibleEverywhere(page, 'a program');

  await tabTo(page, page.getByLabel('A program that passes my tests'));
  await page.keyboard.press('ArrowLeft');
  await tabTo(page, page.getByLabel('Standard'));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, page.getByLabel('Number of votes'));
  await page.keyboard.press('Home');
  replica.say([{ content: 'It is \\boxed{2}.' }]);
  await solve(page, 'What is 1 + 1?');
  await page.getByText('Agreed on by').waitFor();
  await assertAccessibleEverywhere(page, 'a vote');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an example is taken, its answer stopped, and the code copied that came until then', async () => {
  const { page, faults } = await openPage(browser, server.url, { permissions: ['clipboard-read', 'clipboard-write'] });
  replica.say([{ content: '```python\nprint(1)\n```\n\nThat' }]);
  const held = replica.hold();
  // One of those for other models than lemma-mini.
  const example = page.locator('.welcome li button', { hasText: 'an odd sum of digits' });
  await example.waitFor();
  const offered = await example.innerText();
  await press(page, example);
  await assertFocused(page, problem(page));
  assert.equal(await problem(page).inputValue(), offered);
  await press(page, named(page, 'button', 'Solve'));
  await held;
  await status(page, 'Answering');
  await press(page, named(page, 'button', 'Stop'));
  await status(page, 'Stopped');
  await assertFocused(page, page.locator('.status')); // the button is gone
  await press(page, named(page, 'button', 'Copy'));
  await named(page, 'button', 'Copied').waitFor();
  await assertFocused(page, named(page, 'button', 'Copied'));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'print(1)\n');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('language and theme are chosen, and the focus stays on their buttons', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await press(page, named(page, 'button', '中文'));
  await assertFocused(page, named(page, 'button', 'English'));
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await press(page, named(page, 'button', '主题:跟随系统'));
  await assertFocused(page, named(page, 'button', '主题:浅色'));
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('each state of the page is accessible in both themes, on a desk and on a phone', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await page.getByText('Kinds of tasks: ').waitFor();
  await assertAccessibleEverywhere(page, 'welcome');
  const table = '| i | f(i) |\n|---|---|\n| 1 | $x^2$ |\n\n';
  const program = '```python\ndef f(x): return "a" + str(x)  # so\n```';
  replica.say([{ reasoning: 'Let me think.' }, { content: `It costs $40.\n\n\\[ x^2 \\]\n\n${table}${program}` }]);
  await problem(page).fill('What is $x \\cdot x$?');
  await page.keyboard.press('Control+Enter');
  await status(page, 'Done');
  await page.locator('.answer .katex').nth(1).waitFor();
  await page.locator('.answer .hljs-keyword').first().waitFor();
  await page.locator('.thinking summary').click();
  await named(page, 'button', 'Share').click();
  await page.getByLabel('Link to this task').waitFor();
  await named(page, 'button', 'History').click();
  await assertAccessibleEverywhere(page, 'an answer, the history and a link');
  assert.deepEqual(faults, []);
  await page.context().close();
});

// The console's forms, filters and lists by the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { button, openConsole, startConsole } from './console.mjs';
import { assertFocused, confirm, press, tabTo, type } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startConsole));
  replica.say([{ content: 'Two.' }]);
  server.user('vera', 'viewer'); // nobody signs in more than five times at once
});
after(stopScripted);

const main = (page) => page.locator('main');

test('a role is set', async () => {
  server.user('bob', 'viewer');
  const { page, faults } = await openConsole(browser, server, '#/users');
  const row = page.locator('tbody tr', { hasText: 'bob' });
  await press(page, row.locator('summary'));
  await press(page, row.getByLabel('Role'), 'ArrowDown');
  const set = button(row, 'Set the role');
  await press(page, set);
  await row.locator('td', { hasText: /^prompt editor$/ }).waitFor();
  await assertFocused(page, set);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('usage is turned around, and one of its rows looked into and left', async () => {
  for (const profile of ['math', 'algorithm']) {
    assert.equal((await server.ask({ prompt: 'What is 1 + 1?', profile })).status, 200);
  }
  const { page, faults } = await openConsole(browser, server, '#/usage', 'vera');
  const rowsBy = page.getByLabel('Rows by');
  await press(page, rowsBy, 'ArrowUp'); // from the profile to the key
  await page.waitForURL(/by=key_id/);
  await assertFocused(page, rowsBy);
  await page.keyboard.press('ArrowDown');
  await page.waitForURL(/by=profile/);
  const thenBy = page.getByLabel('and by');
  await type(page, thenBy, 'Mod');
  await page.waitForURL(/then=model/);
  await assertFocused(page, thenBy);
  assert.deepEqual((await page.locator('th').allInnerTexts()).slice(0, 3), ['Profile', 'Model', 'Requests']);
  const range = page.getByLabel('Time', { exact: true });
  await press(page, range, 'Home');
  await page.waitForURL(/range=15m/);
  await assertFocused(page, range);

  const algorithm = button(page.locator('tbody'), 'algorithm');
  await eventually(async () => {
    await page.reload();
    await page.locator('td', { hasText: 'Total' }).waitFor();
    return (await algorithm.count()) === 1;
  }, 'both profiles are counted');
  const math = button(page.locator('tbody'), 'math');
  await press(page, math);
  await page.waitForURL(/profile=math/);
  await algorithm.waitFor({ state: 'detached' });
  await assertFocused(page, math);
  await press(page, button(page, 'Profile: math ✕ remove this filter'));
  await algorithm.waitFor();
  await assertFocused(page, main(page)); // the filter is gone
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('requests are searched for', async () => {
  const { page, faults } = await openConsole(browser, server, '#/requests', 'vera');
  const form = page.locator('form');
  await type(page, form.getByLabel('Profile'), 'algorithm');
  await type(page, form.getByLabel('Reason'), 'wha');
  await press(page, button(form, 'Search'));
  await page.waitForURL(/profile=algorithm&reason=any/);
  await page.getByText('Nothing here.').nth(2).waitFor(); // nothing runs, nothing went wrong
  await assertFocused(page, main(page)); // the form was made anew
  await press(page, form.getByLabel('Reason'), 'Home');
  await tabTo(page, form.getByLabel('Profile'));
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.hash.includes('reason'));
  const found = page.getByRole('region', { name: 'Found' }).last();
  await found.getByRole('cell', { name: 'algorithm', exact: true }).first().waitFor();
  await press(page, found.getByRole('link').first());
  await page.locator('.facts', { hasText: 'scripted' }).waitFor();
  await assertFocused(page, main(page)); // the link went with the list
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the audit log is searched for who did it, and for what it was done to', async () => {
  server.user('adam', 'admin');
  const { page, faults } = await openConsole(browser, server, '#/audit', 'adam');
  const entries = page.locator('tbody tr');
  await entries.filter({ hasText: 'alice' }).first().waitFor();
  const who = page.getByLabel('Who');
  await type(page, who, 'adam');
  await page.keyboard.press('Enter');
  await page.waitForURL(/actor=adam/);
  await eventually(async () => (await entries.count()) === 1, 'he has signed in and done no more');
  await assertFocused(page, main(page)); // the form was made anew
  const id = await entries.locator('td').nth(5).innerText();

  await type(page, page.getByLabel('Of what'), id);
  await tabTo(page, who);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.hash.includes('actor'));
  await eventually(async () => (await entries.count()) === 2, 'he was made by somebody');
  assert.deepEqual(await entries.locator('td:nth-child(5)').allInnerTexts(), ['sign_in', 'user.create']);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('language and theme are chosen, and the focus stays on their buttons', async () => {
  const { page, faults } = await openConsole(browser, server, '#/keys', 'vera');
  await press(page, button(page, '中文'));
  await page.getByRole('heading', { name: '密钥', level: 2 }).waitFor();
  await assertFocused(page, button(page, 'English'));
  await press(page, button(page, '主题:跟随系统'));
  await assertFocused(page, button(page, '主题:浅色'));
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a key's limit is set and holds, and its text is made anew", async () => {
  const key = server.lemma(['key', 'create', '--name', 'judge']).stdout.trim();
  const { page, faults } = await openConsole(browser, server, '#/keys');
  await press(page, page.getByRole('link', { name: 'judge' }));
  const atOnce = page.getByLabel('Requests at once');
  await atOnce.waitFor();
  await type(page, atOnce, '1'); // in the place of 0: the tab key selects what is there
  const save = button(page, 'Save');
  await press(page, save);
  await page.locator('form [role=status]', { hasText: 'It is saved.' }).waitFor();
  await assertFocused(page, save);
  const isHeld = replica.hold();
  const stream = () => server.ask({ prompt: 'What is 1 + 1?', stream: true }, key);
  const first = await stream();
  await isHeld;
  await eventually(async () => (await stream()).status === 429, 'one at once is answered');
  replica.say([{ content: 'Two.' }]);
  replica.release();
  assert.match(await first.text(), /Two\./);

  const rotate = button(page, 'Rotate');
  await confirm(page, rotate);
  const secret = page.locator('.secret');
  await secret.waitFor();
  await assertFocused(page, secret);
  await press(page, button(page, 'I have kept it'));
  await secret.waitFor({ state: 'detached' });
  await assertFocused(page, rotate);
  await page.reload();
  await atOnce.waitFor();
  assert.equal(await atOnce.inputValue(), '1');
  assert.deepEqual(faults, []);
  await page.context().close();
});

// What an operator does most, by the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { button, inProduction, openConsole, password, startConsole } from './console.mjs';
import { assertFocused, tabTo } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let server;
let browser;
before(async () => {
  ({ server, browser } = await startScripted(startConsole));
});
after(stopScripted);

async function press(page, target, key = 'Enter') {
  await tabTo(page, target);
  await page.keyboard.press(key);
}
const toPage = (page, name) => press(page, page.locator('nav').getByRole('link', { name, exact: true }));

test('a key is made, kept and revoked, and a no leaves the focus where it was', async () => {
  const { page, faults } = await openConsole(browser, server);
  await toPage(page, 'Keys');
  await tabTo(page, page.locator('form').getByLabel('Name'));
  await page.keyboard.type('judge');
  await page.keyboard.press('Enter');
  const secret = page.locator('.secret');
  await secret.waitFor();
  await assertFocused(page, secret);
  await press(page, button(page, 'I have kept it'));
  await secret.waitFor({ state: 'detached' });
  await assertFocused(page, page.locator('main')); // its form was made anew
  await press(page, page.getByRole('link', { name: 'judge' }));

  const revoke = button(page, 'Revoke');
  await press(page, revoke);
  await assertFocused(page, button(page, 'Cancel'));
  await page.keyboard.press('Escape');
  await assertFocused(page, revoke);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter'); // on Cancel
  await assertFocused(page, revoke);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('· revoked ·').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a replica is drained and taken back with the focus on its button', async () => {
  const { page, faults } = await openConsole(browser, server);
  await toPage(page, 'Replicas');
  await press(page, button(page, 'Drain'));
  await button(page, 'Take back').waitFor();
  await assertFocused(page, button(page, 'Take back'));
  await page.keyboard.press('Enter');
  await button(page, 'Drain').waitFor();
  await assertFocused(page, button(page, 'Drain'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a user is made and changed, and a second factor set up', async () => {
  const { page, faults } = await openConsole(browser, server);
  await toPage(page, 'Users');
  const form = page.locator('main > form');
  await tabTo(page, form.getByLabel('Name'));
  await page.keyboard.type('bob');
  await tabTo(page, form.getByLabel('Password'));
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  const row = page.locator('tbody tr', { hasText: 'bob' });
  await press(page, row.locator('summary'));
  await press(page, button(row, 'Disable'));
  await page.keyboard.press('Escape');
  await assertFocused(page, button(row, 'Disable'));

  await toPage(page, 'Settings');
  const factor = page.locator('section', { hasText: 'Second factor' });
  await tabTo(page, factor.getByLabel('Present password'));
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await factor.getByLabel('Code', { exact: true }).waitFor();
  await assertFocused(page, factor.getByLabel('Code', { exact: true }));
  await press(page, button(page, 'Sign out (alice)'));
  await page.locator('.sign-in').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a profile is edited, previewed, compared, saved, promoted and rolled back', async () => {
  server.user('edith', 'prompt_editor');
  const { page, faults } = await openConsole(browser, server, '#/profiles', 'edith');
  await press(page, page.getByRole('link', { name: 'math', exact: true }));
  const editor = page.getByRole('textbox', { name: "The profile's file" });
  await editor.waitFor();
  await assertFocused(page, page.locator('main')); // the link went with the list
  await tabTo(page, editor);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n[variables]\ntone = "dry"\n');
  await page.getByText('Tab leaves the editor.').waitFor();
  await page.keyboard.press('Tab');
  const save = button(page, 'Save as the next version');
  await assertFocused(page, save);

  const prompt = page.getByLabel("The user's text");
  await tabTo(page, prompt);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('What is 2 + 3?');
  await page.keyboard.press('Enter');
  await page.locator('pre.rendered', { hasText: 'What is 2 + 3?' }).waitFor();
  await assertFocused(page, prompt);
  const compare = page.getByLabel('Compare with version');
  await press(page, compare, '1');
  await page.locator('.difference .cm-changedLine', { hasText: 'tone' }).waitFor();
  await assertFocused(page, compare);
  await tabTo(page, page.getByRole('textbox', { name: '1 - 1' }));
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, compare);

  await press(page, save);
  await page.waitForURL(/version=2/);
  const version = page.locator('section.panel').getByLabel('Version', { exact: true });
  await editor.waitFor();
  await assertFocused(page, version);
  assert.equal(await version.inputValue(), '2');
  await press(page, button(page, 'Promote'));
  await inProduction(page, '2');
  await assertFocused(page, button(page, 'Promote'));
  await press(page, button(page, 'Roll back'));
  await assertFocused(page, button(page, 'Cancel'));
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await inProduction(page, '1');
  await assertFocused(page, button(page, 'Roll back'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

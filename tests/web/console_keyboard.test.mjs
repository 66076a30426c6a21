// What an operator does most, by the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { button, openConsole, password, startConsole } from './console.mjs';
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

// Alerts, audit, users and settings in the console.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { eventually, killServers } from '../serve/server.mjs';
import { codeOf } from '../serve/totp.mjs';
import { launchBrowser } from './browser.mjs';
import { assertAccessible, button, goTo, openConsole, password, picture, startConsole } from './console.mjs';
import { assertFocused } from './keyboard.mjs';
import { startReceiver } from './receiver.mjs';

// What the page draws QR codes with: the test asks whether it draws this text's, whole.
const { encode } = createRequire(new URL('../../web/package.json', import.meta.url))('uqr');

let server;
let browser;
let receiver;
before(async () => {
  receiver = await startReceiver();
  server = await startConsole();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  receiver?.stop();
  killServers();
});

test('an alert is made, tried, changed and ended, and its secret signs what it sends', async () => {
  const { page, faults } = await openConsole(browser, server, '#/alerts');
  const form = page.locator('form');
  await form.getByLabel('Name').fill('too slow');
  await form.getByLabel('Metric').selectOption('first_token_p95');
  await form.getByLabel('Threshold').fill('1500');
  await form.getByLabel('Held for minutes').fill('2');
  await form.getByLabel('Only').fill('nothing=1');
  const hook = receiver.url;
  await form.getByLabel('Webhook').fill(hook);
  await button(form, 'Create').click();
  await form.locator('[role=alert]', { hasText: 'filters: ' }).waitFor();
  await form.getByLabel('Only').fill('task=math,proof');
  await button(form, 'Create').click();
  const secret = await page.locator('.secret pre').innerText();
  await button(page, 'I have kept it').click();
  const row = page.locator('tbody tr', { hasText: 'too slow' });
  assert.match(await row.innerText(), /First token P95 > 1,500 ms, 5 min, for 2 min task=math,proof/);
  await button(row, 'Send a test').click();
  await page.getByText('too slow: the test has arrived.').waitFor();
  const { signature, body } = receiver.received[0];
  const [, time, sent] = /^t=(\d+),v1=(\w+)$/.exec(signature);
  assert.equal(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'), sent);
  await row.getByRole('link', { name: 'Edit' }).click();
  await form.getByLabel('Threshold').fill('2500');
  await button(form, 'Save').click();
  await page.locator('tbody tr', { hasText: '2,500' }).waitFor();
  await server.ask({ prompt: 'What?', profile: 'none' });
  await form.getByRole('heading', { name: 'A new alert' }).waitFor();
  await form.getByLabel('Name').fill('failures');
  await form.getByLabel('Webhook').fill(hook);
  await button(form, 'Create').click();
  await button(page, 'I have kept it').click();
  await page.locator('tbody tr', { hasText: 'failures' }).locator('td', { hasText: 'firing' }).waitFor();
  await form.getByLabel('Name').fill('quiet');
  await form.getByLabel('Metric').selectOption('requests');
  await form.getByLabel('Fires when').selectOption('below');
  await form.getByLabel('Threshold').fill('1000');
  await form.getByLabel('Webhook').fill(hook);
  await button(form, 'Create').click();
  await button(page, 'I have kept it').click();
  const quiet = page.locator('tbody tr', { hasText: 'quiet' });
  await quiet.locator('td', { hasText: 'firing' }).waitFor();
  assert.match(await quiet.innerText(), /Requests < 1,000, 5 min/);
  const failures = page.locator('tbody tr', { hasText: 'failures' });
  assert.match(await failures.innerText(), /Share of errors > 5%, 5 min/);
  assert.match(await failures.locator('td').nth(3).innerText(), /^\d+(\.\d+)?%$/);
  assert.equal(await failures.locator('td').nth(5).innerText(), '-', 'no delivery has failed');
  await picture(page, 'alerts');
  await assertAccessible(page, 'alerts');
  await button(row, 'Remove').click();
  await button(row.locator('.confirm'), 'Remove').click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a user is made, changed and let in no more; the audit log tells it', async () => {
  const { page, faults } = await openConsole(browser, server, '#/users');
  const form = page.locator('main > form');
  await form.getByLabel('Name').fill('bob');
  await form.getByLabel('Role').selectOption('admin');
  await form.getByLabel('Password').fill('short');
  await button(form, 'Create').click();
  await form.locator('[role=alert]', { hasText: 'password: ' }).waitFor();
  await form.getByLabel('Password').fill(password);
  await button(form, 'Create').click();
  const row = page.locator('tbody tr', { hasText: 'bob' });
  await row.locator('summary').click();
  await row.getByLabel('Role').focus();
  await page.keyboard.press('ArrowDown'); // on the way to another one it is the owner's
  assert.equal(await row.getByLabel('Role').inputValue(), 'owner');
  await row.getByLabel('Role').selectOption('viewer');
  await button(row, 'Set the role').click();
  await row.locator('td', { hasText: /^viewer$/ }).waitFor();
  await row.getByLabel('New password').fill('another horse battery');
  await button(row, 'Set the password').click();
  await eventually(async () => (await row.getByLabel('New password').inputValue()) === '', 'the password is set');
  await button(row, 'Sign out everywhere').click();
  await button(row.locator('.confirm'), 'Sign out everywhere').click();
  await button(row, 'Disable').click();
  await button(row.locator('.confirm'), 'Disable').click();
  await button(row, 'Let in again').click();
  await row.locator('td', { hasText: /^enabled$/ }).waitFor();
  await picture(page, 'users');
  await assertAccessible(page, 'users');

  await goTo(page, 'Audit');
  await page.locator('tbody tr').first().waitFor();
  await picture(page, 'audit-dark', { colorScheme: 'dark', height: 620 });
  const roles = page.locator('tbody tr', { hasText: 'user.set_role' });
  assert.equal(await roles.count(), 1, 'what the arrow keys came past was not set');
  assert.match(await roles.innerText(), /viewer/);
  await page.getByLabel('Action').fill('user.create');
  await button(page.locator('form'), 'Search').click();
  await page.waitForURL(/action=user.create/);
  const entries = page.locator('tbody tr');
  await eventually(async () => (await entries.count()) === 2, 'alice and bob');
  assert.match(await entries.first().innerText(), /alice[^]*user\.create/);
  await assertAccessible(page, 'audit');
  assert.deepEqual(faults, []);
  await page.context().close();
});

// At the settings: the secret that an app would get.
async function beginFactor(page, factor) {
  await factor.getByLabel('Present password').fill(password);
  await button(factor, 'Set up').click();
  return page.locator('.totp-secret').innerText();
}

// The recovery codes.
async function confirmFactor(page, factor, secret) {
  await factor.getByLabel('Code', { exact: true }).fill(codeOf(secret));
  await button(factor, 'Confirm').click();
  const recovery = (await page.locator('.secret pre').innerText()).trim().split('\n');
  await button(page, 'I have kept it').click();
  await page.getByText('Second factor: on').waitFor();
  return recovery;
}

// With the second factor's code, which is asked for when it is typed, after having signed out.
async function signInAgain(page, name, code) {
  const form = page.locator('.sign-in');
  await button(page, `Sign out (${name})`).click();
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Password').fill(password);
  assert.equal(await page.locator('main').count(), 1, 'nothing is left of the page');
  await button(page, 'Sign in').click();
  await page.getByLabel('Code').waitFor();
  await assertFocused(page, page.getByLabel('Code'));
  await form.locator('[role=status]', { hasText: 'one of your recovery codes' }).waitFor();
  await assertAccessible(page, 'sign-in-code');
  await page.getByLabel('Code').fill(code());
  await button(page, 'Sign in').click();
  await page.getByText('Second factor: on').waitFor();
}

test('one sets up a second factor, signs in with a recovery code, and removes it', async () => {
  server.user('carol', 'admin');
  const { page, faults } = await openConsole(browser, server, '#/settings', 'carol');
  const factor = page.locator('section', { hasText: 'Second factor' });
  const secret = await beginFactor(page, factor);
  const url = await factor.getByRole('link').getAttribute('href');
  assert.match(url, /^otpauth:\/\/totp\//);
  const { size, data } = encode(url, { ecc: 'M', border: 4 });
  const qrCode = factor.getByRole('img', { name: 'QR code of the secret' });
  assert.equal(await qrCode.getAttribute('viewBox'), `0 0 ${size} ${size}`);
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}`] : [])));
  assert.deepEqual((await qrCode.locator('path').getAttribute('d')).match(/M\d+ \d+/g), dark);
  await picture(page, 'settings', { height: 930 });
  await assertAccessible(page, 'second-factor');
  await factor.getByLabel('Code', { exact: true }).fill('000000');
  await button(factor, 'Confirm').click();
  await factor.locator('[role=alert]').waitFor();
  const recovery = await confirmFactor(page, factor, secret);
  assert.equal(recovery.length, 10);
  await page.getByText('--admin-listen').waitFor();
  await assertAccessible(page, 'settings');

  await signInAgain(page, 'carol', () => recovery[0]);
  await factor.getByLabel('Present password').fill(password);
  await button(factor, 'Remove the second factor').click();
  await page.getByText('Second factor: off').waitFor();
  await button(page, 'Sign out everywhere').click();
  await button(page.locator('.confirm'), 'Sign out everywhere').click();
  await page.locator('.sign-in').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('one signs in with a code of the app; an owner removes that of who has lost it', async () => {
  server.user('frank', 'admin');
  const { page, faults } = await openConsole(browser, server, '#/settings', 'frank');
  const factor = page.locator('section', { hasText: 'Second factor' });
  const secret = await beginFactor(page, factor);
  await confirmFactor(page, factor, secret);
  await signInAgain(page, 'frank', () => codeOf(secret, 1)); // no code is taken twice
  const owner = await openConsole(browser, server, '#/users');
  const row = owner.page.locator('tbody tr', { hasText: 'frank' });
  await row.locator('td', { hasText: /^on$/ }).waitFor();
  await row.locator('summary').click();
  await button(row, 'Remove the second factor').click();
  await button(row.locator('.confirm'), 'Remove the second factor').click();
  await row.locator('td', { hasText: /^off$/ }).waitFor();
  assert.deepEqual([...faults, ...owner.faults], []);
  await owner.page.context().close();
  await page.context().close();
});

test('who may not change alerts is shown them alone; one changes the own password', async () => {
  server.user('dora', 'admin');
  const { page, faults } = await openConsole(browser, server, '#/alerts', 'dora');
  await page.getByRole('heading', { name: 'Alerts' }).waitFor();
  await page.getByRole('region', { name: 'Alerts' }).waitFor();
  assert.equal(await page.locator('main form').count(), 0);
  await goTo(page, 'Settings');
  const own = page.locator('form', { hasText: 'Your password' });
  await own.getByLabel('Present password').fill('not the password');
  await own.getByLabel('New password').fill('another horse battery');
  await button(own, 'Set the password').click();
  await own.locator('[role=alert]').waitFor();
  await own.getByLabel('Present password').fill(password);
  await button(own, 'Set the password').click();
  await page.getByText('your other sessions have ended').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the audit log goes on on demand, to its first entry', async () => {
  const { page, faults } = await openConsole(browser, server, '#/audit');
  await page.evaluate(async () => {
    const { csrf_token } = await (await fetch('/admin/api/me')).json();
    const send = (method, path, body) => fetch(`/admin/api${path}`, {
      method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-csrf-token': csrf_token },
    });
    const { id } = await (await send('POST', '/keys', { name: 'changed often' })).json();
    for (let rpm = 1; rpm <= 205; ++rpm) await send('PATCH', `/keys/${id}`, { rpm });
  });
  await page.reload();
  const rows = page.locator('tbody tr');
  for (const n of [100, 200]) {
    await eventually(async () => (await rows.count()) === n, `${n} entries`);
    await button(page, 'More').click();
  }
  await eventually(async () => (await rows.last().innerText()).startsWith('1\t'), 'the first of all');
  assert.equal(await button(page, 'More').count(), 0);
  await page.getByText('That is all.').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

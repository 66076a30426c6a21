// Users, one's own settings, the sign-in with a second factor and the audit log: by the keyboard alone, in Chinese,
// in the dark, on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { codeOf } from '../serve/totp.mjs';
import { openPage } from './browser.mjs';
import { button, password, startConsole } from './console.mjs';
import { main, openOnPhone, region, retype, toPage } from './console_phone.mjs';
import { assertFocused, confirm, phoneInTheDark, press, tabTo, type } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let server;
let browser;
before(async () => {
  ({ server, browser } = await startScripted(startConsole));
});
after(stopScripted);

const nextPassword = 'another horse battery';

async function signIn(page, name, word = password) {
  const form = page.locator('.sign-in');
  await type(page, form.getByLabel('名称'), name);
  await type(page, form.getByLabel('密码'), word);
  await page.keyboard.press('Enter');
}

test('a user is made and changed, let in no more and again', async () => {
  const { page, faults } = await openOnPhone(browser, server);
  await toPage(page, '用户');
  const form = page.locator('main > form');
  await type(page, form.getByLabel('名称'), 'bob');
  await press(page, form.getByLabel('角色'), 'End');
  await press(page, form.getByLabel('角色'), 'ArrowUp');
  await type(page, form.getByLabel('密码'), 'short');
  await page.keyboard.press('Enter');
  await form.locator('[role=alert]', { hasText: 'password: ' }).waitFor();
  await assertFocused(page, form.getByLabel('密码'));
  await retype(page, form.getByLabel('密码'), password);
  await press(page, button(form, '创建'));
  const row = page.locator('tbody tr', { hasText: 'bob' });
  const cell = (text) => row.locator('td', { hasText: new RegExp(`^${text}$`) }).waitFor();
  await cell('管理员');
  await assertFocused(page, main(page)); // its form was made anew

  await press(page, row.locator('summary'));
  await press(page, row.getByLabel('角色'), 'Home');
  const setRole = button(row, '设置角色');
  await press(page, setRole);
  await cell('查看者');
  await assertFocused(page, setRole);
  const field = row.getByLabel('新密码');
  await type(page, field, nextPassword);
  await page.keyboard.press('Enter');
  await eventually(async () => (await field.inputValue()) === '', 'the password is set');
  await assertFocused(page, field);

  const bob = await openPage(browser, server.console, phoneInTheDark);
  await signIn(bob.page, 'bob', nextPassword);
  await bob.page.locator('nav').waitFor();
  const signOut = button(row, '全部退出');
  await confirm(page, signOut);
  await assertFocused(page, signOut);
  await bob.page.reload();
  await bob.page.locator('.sign-in').waitFor();
  await press(page, button(row, '停用'));
  await page.keyboard.press('Escape');
  await assertFocused(page, button(row, '停用'));
  await confirm(page, button(row, '停用'));
  await cell('已停用');
  await button(row, '重新启用').waitFor();
  await assertFocused(page, region(page, '用户')); // the button went
  await press(page, button(row, '重新启用'));
  await cell('已启用');
  await button(row, '停用').waitFor();
  await assertFocused(page, region(page, '用户'));
  assert.deepEqual([...faults, ...bob.faults], []);
  await bob.page.context().close();
  await page.context().close();
});

const factorOf = (page) => page.locator('section', { hasText: '两步验证' });
const isFactor = (page, state) => page.getByRole('heading', { name: `两步验证: ${state}` }).waitFor();

// At the settings. Resolves to the secret that an app would get, and the codes for who has lost the app.
async function setUpFactor(page) {
  const factor = factorOf(page);
  await type(page, factor.getByLabel('当前密码'), password);
  await page.keyboard.press('Enter');
  const code = factor.getByLabel('验证码');
  await code.waitFor();
  await assertFocused(page, code); // what is asked now
  const secret = page.locator('.totp-secret');
  await tabTo(page, secret);
  await page.keyboard.press('Tab');
  await assertFocused(page, factor.getByRole('link', { name: '在本设备的应用中打开' }));
  await type(page, code, '000000');
  await page.keyboard.press('Enter');
  await factor.locator('[role=alert]').waitFor();
  await retype(page, code, codeOf(await secret.innerText()));
  const told = { secret: await secret.innerText() };
  await press(page, button(factor, '确认'));
  const shown = page.locator('.secret');
  await shown.waitFor();
  await assertFocused(page, shown);
  told.recovery = (await shown.locator('pre').innerText()).trim().split('\n');
  await press(page, button(shown, '我已保存'));
  await shown.waitFor({ state: 'detached' });
  await assertFocused(page, main(page));
  await isFactor(page, '已开启');
  return told;
}

// Who has a second factor is asked for its code.
async function signInWith(page, name, code) {
  await page.locator('.sign-in').waitFor();
  await assertFocused(page, main(page)); // what was there is gone
  await signIn(page, name);
  const field = page.getByLabel('验证码');
  await field.waitFor();
  await assertFocused(page, field);
  await page.keyboard.type(code);
  await page.keyboard.press('Enter');
  await isFactor(page, '已开启');
  await assertFocused(page, main(page));
}

test('one sets the own password', async () => {
  server.user('dora', 'viewer');
  const { page, faults } = await openOnPhone(browser, server, '', 'dora');
  await toPage(page, '设置');
  const own = page.locator('form', { hasText: '您的密码' });
  await type(page, own.getByLabel('当前密码'), 'not the password');
  await type(page, own.getByLabel('新密码'), nextPassword);
  await page.keyboard.press('Enter');
  await own.locator('[role=alert]', { hasText: '不正确。 (password: ' }).waitFor();
  await assertFocused(page, own.getByLabel('新密码'));
  await retype(page, own.getByLabel('当前密码'), password);
  const set = button(own, '设置密码');
  await press(page, set);
  await own.getByRole('status').filter({ hasText: '密码已设置' }).waitFor();
  await assertFocused(page, set);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('one sets up a second factor, signs in with a recovery code, and removes it', async () => {
  server.user('carol', 'admin');
  const { page, faults } = await openOnPhone(browser, server, '#/settings', 'carol');
  const { recovery } = await setUpFactor(page);
  assert.equal(recovery.length, 10);
  await press(page, button(page, '退出 (carol)'));
  await signInWith(page, 'carol', recovery[0]);
  const factor = factorOf(page);
  await type(page, factor.getByLabel('当前密码'), password);
  await press(page, button(factor, '移除两步验证'));
  await isFactor(page, '未开启');
  await assertFocused(page, button(factor, '设置'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('one signs out everywhere, and in with a code of the app; an owner removes that of who has lost it', async () => {
  server.user('frank', 'admin');
  const { page, faults } = await openOnPhone(browser, server, '#/settings', 'frank');
  const { secret } = await setUpFactor(page);
  await confirm(page, button(page, '全部退出'));
  await signInWith(page, 'frank', codeOf(secret, 1)); // no code is taken twice
  const owner = await openOnPhone(browser, server, '#/users');
  const row = owner.page.locator('tbody tr', { hasText: 'frank' });
  await row.locator('td', { hasText: /^已开启$/ }).waitFor();
  await press(owner.page, row.locator('summary'));
  await confirm(owner.page, button(row, '移除两步验证'));
  await row.locator('td', { hasText: /^未开启$/ }).waitFor();
  await assertFocused(owner.page, region(owner.page, '用户')); // the button went
  assert.deepEqual([...faults, ...owner.faults], []);
  await owner.page.context().close();
  await page.context().close();
});

test('the audit log is searched by who, what and of what', async () => {
  server.user('adam', 'admin');
  const { page, faults } = await openOnPhone(browser, server, '', 'adam');
  await toPage(page, '审计');
  const entries = page.locator('tbody tr');
  const actions = entries.locator('td:nth-child(5)');
  await entries.filter({ hasText: 'alice' }).first().waitFor();
  const who = page.getByLabel('操作者');
  const action = page.getByLabel('操作', { exact: true });
  await type(page, who, 'adam');
  await page.keyboard.press('Enter');
  await page.waitForURL(/actor=adam/);
  await eventually(async () => (await entries.count()) === 1, 'he has signed in and done no more');
  await assertFocused(page, main(page)); // the form was made anew
  const id = await entries.locator('td').nth(5).innerText();

  await retype(page, who, '');
  await type(page, page.getByLabel('对象'), id);
  await press(page, button(page, '搜索'));
  await page.waitForURL((url) => !url.hash.includes('actor'));
  await eventually(async () => (await entries.count()) === 2, 'he was made by somebody');
  assert.deepEqual(await actions.allInnerTexts(), ['sign_in', 'user.create']);
  await type(page, action, 'user.create');
  await page.keyboard.press('Enter');
  await page.waitForURL(/action=user\.create/);
  await eventually(async () => (await entries.count()) === 1, 'that alone');
  assert.deepEqual(await actions.allInnerTexts(), ['user.create']);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the audit log goes on on demand, to its first entry', async () => {
  const { page, faults } = await openOnPhone(browser, server);
  await page.evaluate(async () => {
    const { csrf_token } = await (await fetch('/admin/api/me')).json();
    const send = (method, path, body) => fetch(`/admin/api${path}`, {
      method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-csrf-token': csrf_token },
    });
    const { id } = await (await send('POST', '/keys', { name: 'changed often' })).json();
    for (let rpm = 1; rpm <= 205; ++rpm) await send('PATCH', `/keys/${id}`, { rpm });
  });
  await toPage(page, '审计');
  const rows = page.locator('tbody tr');
  const more = button(page, '更多');
  for (const n of [100, 200]) {
    await eventually(async () => (await rows.count()) === n, `${n} entries`);
    if (n > 100) {
      // The first of what came is where the button was, and the button with the focus below the last.
      assert.ok(await rows.nth(100).evaluate((row) => row.getBoundingClientRect().top < innerHeight), 'it is read on');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Tab');
      await assertFocused(page, more);
    }
    await press(page, more);
  }
  await eventually(async () => (await rows.last().innerText()).startsWith('1\t'), 'the first of all');
  await assertFocused(page, page.getByText('已全部显示。')); // where the button was
  assert.deepEqual(faults, []);
  await page.context().close();
});

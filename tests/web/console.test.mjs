// The console's frame: who may come in, what they see, and the overview.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, killServers } from '../serve/server.mjs';
import { blockStorage, delayTimers, launchBrowser, openPage } from './browser.mjs';
import { assertAccessible, button, goTo, openConsole, password, picture, signIn, startConsole } from './console.mjs';

let server;
let browser;
before(async () => {
  server = await startConsole();
  server.user('vera', 'viewer');
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  killServers();
});

const tileOf = (page, label) => page.locator('.tile', { has: page.getByText(label, { exact: true }) });
const tile = (page, label) => tileOf(page, label).locator('dd').innerText();
const number = async (page, label) => Number(await tile(page, label));

test('the overview counts what was asked and draws it', async () => {
  assert.equal((await server.ask({ prompt: 'What is 47 * 36?' })).status, 200);
  assert.equal((await server.ask({ prompt: 'What?', profile: 'none' })).status, 400);
  const { page, faults } = await openConsole(browser, server);
  await page.waitForURL(/\/admin/);
  await page.locator('.chart canvas').nth(2).waitFor();
  // The server looks every ten seconds; the first look has been.
  const howFull = page.getByRole('img', { name: /^Use, highest\. KV: [\d.]+ % at the end, .*CPU: [\d.]+ % at/ });
  await eventually(async () => {
    await page.reload();
    return howFull.waitFor({ timeout: 5000 }).then(() => true, () => false);
  }, 'how full it is has been recorded');
  await page.getByRole('img', { name: /^Ready replicas, fewest\. Ready replicas: 1 at the end, 1 at most/ }).waitFor();
  await eventually(async () => {
    await page.reload();
    await page.locator('.tile').nth(6).waitFor();
    return (await number(page, 'Requests')) === 2;
  }, 'both requests are counted');
  assert.equal(await tile(page, 'Success'), '50%');
  assert.equal(await number(page, 'Ready replicas'), 1);
  for (const use of ['KV use, highest', 'CPU use, highest']) assert.match(await tile(page, use), /^\d+(\.\d+)?%$/);
  const whole = page.locator('tr', { hasText: 'Whole' }).locator('td');
  assert.match((await whole.allInnerTexts()).join(' '), /^Whole \d\S* m?s \d\S* m?s \d\S* m?s$/);
  for (const range of ['15m', '30d', '7d']) {
    await page.getByLabel('Time', { exact: true }).selectOption(range);
    await page.waitForURL(new RegExp(`range=${range}`));
    await page.locator('.chart canvas').nth(2).waitFor();
    assert.equal(await number(page, 'Requests'), 2);
  }
  for (const [label, heading] of [['Running', 'Requests'], ['Waiting', 'Requests'], ['Ready replicas', 'Replicas'],
                                  ['KV use, highest', 'Replicas'], ['CPU use, highest', 'Replicas'],
                                  ['Alerts that fire', 'Alerts']]) {
    await tileOf(page, label).getByRole('link').click();
    await page.getByRole('heading', { name: heading, level: 2 }).waitFor();
    await page.goBack();
  }
  await page.getByRole('combobox', { name: 'Latency' }).selectOption('queue');
  await page.locator('figcaption', { hasText: 'Queue' }).waitFor();
  await assertAccessible(page, 'overview');
  assert.deepEqual(faults, []);
  await page.context().close();
});

// What the server would tell of an hour in which more was asked each minute; the one that runs has just begun.
function busyHour(address) {
  const begin = Number(new URL(address).searchParams.get('from_ms'));
  const each = (ms) => ({ count: 40, p50_ms: ms, p95_ms: 2.1 * ms, p99_ms: 3 * ms });
  const groups = Array.from({ length: 61 }, (_, i) => {
    const requests = i < 60 ? 40 + i + Math.round(12 * Math.sin(i / 4)) : 12;
    return {
      begin_ms: begin + i * 60_000, requests, errors: i % 9 === 0 ? 4 : i % 2,
      completion_tokens: 700 * requests, thinking_tokens: 450 * requests, queue: each(3), per_token: each(21),
      first_token: each(280 + 2 * i + 40 * Math.sin(i / 3)), answer: each(9_400), whole: each(14_800),
    };
  });
  const sum = (name) => groups.reduce((whole, group) => whole + group[name], 0);
  const names = ['requests', 'errors', 'completion_tokens', 'thinking_tokens'];
  const total = { ...groups.at(-1), ...Object.fromEntries(names.map((name) => [name, sum(name)])) };
  return { total, n_groups: groups.length, groups };
}

// And how full it was.
function busyLoad(address, more = {}) {
  const begin = Number(new URL(address).searchParams.get('from_ms'));
  const buckets = Array.from({ length: 61 }, (_, i) => ({
    begin_ms: begin + i * 60_000, running: 4 + 3 * Math.sin(i / 8), waiting: i > 45 ? (i - 45) / 4 : 0,
    replicas_ready: i < 20 ? 1 : 2, kv_usage: 0.3 + i / 120, cpu_usage: 0.55 + 0.2 * Math.sin(i / 5), ...more,
  }));
  return { buckets };
}

test('a busy hour is told in figures and drawn', async () => {
  const { page, faults } = await openConsole(browser, server, '#/settings');
  await page.route('**/admin/api/usage?*', (route) => route.fulfill({ json: busyHour(route.request().url()) }));
  await page.route('**/admin/api/load?*', (route) => route.fulfill({ json: busyLoad(route.request().url()) }));
  await delayTimers(page);
  await page.reload();
  await page.evaluate(() => new Promise((followed) => { // a link, as soon as it is there
    const seek = () => {
      const link = document.querySelector('nav a[href="#/overview"]');
      if (!link) return void requestAnimationFrame(seek);
      link.click();
      followed();
    };
    seek();
  }));
  await page.locator('.chart canvas').nth(5).waitFor();
  await page.locator('.tile').nth(11).waitFor();
  assert.deepEqual(await page.locator('.tile dt').allInnerTexts(), [
    'Running', 'Waiting', 'Ready replicas', 'KV use, highest', 'CPU use, highest', 'Models', 'Database',
    'Alerts that fire', 'Requests', 'Requests a second', 'Success', 'Tokens a second',
  ]);
  assert.equal(await tile(page, 'Requests'), '4,261');
  assert.equal(await tile(page, 'Success'), '98.71%');
  assert.match(await tile(page, 'Requests a second'), /^1\.1[678]$/);
  assert.match(await tile(page, 'Tokens a second'), /^8[12]\d(\.\d+)?$/);
  const latencies = page.getByRole('region', { name: 'Latency' }).locator('tbody tr');
  assert.deepEqual(await latencies.allInnerTexts(), [
    'Queue\t3 ms\t6.3 ms\t9 ms', 'First token\t437 ms\t917 ms\t1,310 ms', 'Each further token\t21 ms\t44 ms\t63 ms', 'Whole\t14.8 s\t31.1 s\t44.4 s',
    'Time to the answer\t9,400 ms\t19.7 s\t28.2 s',
  ]);
  // A picture says its figures to who does not see it.
  const drawn = page.getByRole('img', { name: /^Requests a second\. Requests: \S+ at the end, 1\.\d+ at most; Errors: / });
  await drawn.waitFor();
  await page.getByRole('img', {
    name: /^Running and waiting, on average\. Running: \S+ at the end, 7 at most; Waiting: 3\.75 at the end, 3\.75 at most$/,
  }).waitFor();
  await page.getByRole('img', { name: 'Use, highest. KV: 80 % at the end, 80 % at most; CPU' }).waitFor();
  await page.getByRole('img', { name: 'Ready replicas, fewest. Ready replicas: 2 at the end, 2 at most' }).waitFor();
  await picture(page, 'overview', { height: 2200 });
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what the overview cannot have hides nothing else; a GPU is told of where there is one', async () => {
  const { page, faults } = await openConsole(browser, server, '#/settings');
  await page.route('**/assets/plot-*.js', (route) => route.abort());
  await page.route('**/admin/api/load?*', (route) => route.fulfill({ json: busyLoad(route.request().url(), { gpu_usage: 0.42 }) }));
  await page.route('**/admin/api/usage?*', (route) => route.fulfill({
    status: 500, json: { error: { message: 'no usage today' } } }));
  await goTo(page, 'Overview');
  await page.getByRole('alert').filter({ hasText: 'no usage today' }).waitFor();
  const inWords = (title) => page.locator('figure', { hasText: title }).locator('p');
  await inWords('Use, highest').filter({ hasText: 'GPU: 42 % at the end, 42 % at most' }).waitFor();
  await tileOf(page, 'GPU use, highest').waitFor();
  assert.equal(await tile(page, 'GPU use, highest'), '42%');
  await button(page, '中文').click();
  await inWords('运行与等待').filter({ hasText: '运行中:末值' }).waitFor();
  await tileOf(page, '最高 GPU 占用').waitFor();

  await page.unroute('**/admin/api/usage?*');
  await page.route('**/admin/api/load?*', (route) => route.fulfill({
    status: 500, json: { error: { message: 'no load today' } } }));
  await page.reload();
  await page.getByRole('alert').filter({ hasText: 'no load today' }).waitFor();
  await inWords('每秒请求').filter({ hasText: '末值' }).waitFor();
  assert.equal(await tileOf(page, '最高 GPU 占用').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('one signs in and out; a wrong password is said to be wrong', async () => {
  const { page, faults } = await openPage(browser, server.console, { locale: 'zh-CN' });
  const form = page.locator('.sign-in');
  await form.waitFor();
  await assertAccessible(page, 'sign-in');
  await form.getByLabel('名称').fill('vera');
  await form.getByLabel('密码').fill('not the password');
  await button(form, '登录').click();
  await page.locator('[role=alert]', { hasText: '不正确' }).waitFor();
  await picture(page, 'sign-in-zh', { height: 530 });
  await form.getByLabel('密码').fill(password);
  await button(form, '登录').click();
  await page.getByRole('heading', { name: '概览' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  await button(page, '退出 (vera)').click();
  await form.waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('where the browser keeps nothing, the console comes up all the same', async () => {
  const { page, faults } = await openPage(browser, server.console);
  await blockStorage(page);
  await page.reload();
  await button(page, '中文').click();
  await page.getByRole('heading', { name: '登录' }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('who guesses passwords has to wait', async () => {
  const { page, faults } = await openPage(browser, server.console);
  const form = page.locator('.sign-in');
  const guess = { name: 'mallory', password: 'not the password' };
  await form.getByLabel('Name').fill(guess.name);
  await form.getByLabel('Password').fill(guess.password);
  await page.evaluate((body) => Promise.all(Array.from({ length: 5 }, () => fetch('/admin/api/sign-in', {
    method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' },
  }))), guess);
  // One that was long in coming may have given an attempt back.
  await eventually(async () => {
    await button(form, 'Sign in').click();
    await form.getByRole('alert').waitFor();
    return /^Too many attempts\. .*wait \d+ s/.test(await form.getByRole('alert').innerText());
  }, 'it is too many attempts');
  await assertAccessible(page, 'sign-in-limit');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('who cannot be signed out is told so, and is still in', async () => {
  const { page, faults } = await openConsole(browser, server, '#/keys', 'vera');
  await page.route('**/admin/api/sign-out', (route) => route.abort());
  await button(page, 'Sign out (vera)').click();
  await page.locator('[role=alert]', { hasText: 'The server cannot be reached.' }).waitFor();
  await page.getByRole('heading', { name: 'Keys' }).waitFor();
  await page.unroute('**/admin/api/sign-out');
  await button(page, 'Sign out (vera)').click();
  await page.locator('.sign-in').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a session that is over brings the sign-in back, and the page after it', async () => {
  const { page, faults } = await openConsole(browser, server, '#/overview?range=7d');
  await page.locator('.chart canvas').first().waitFor();
  await page.context().clearCookies();
  await page.getByLabel('Time', { exact: true }).selectOption('30d');
  await page.locator('.sign-in').waitFor();
  assert.match(page.url(), /range=30d/);
  await signIn(page, 'alice');
  await page.locator('.chart canvas').first().waitFor();
  assert.equal(await page.getByLabel('Time', { exact: true }).inputValue(), '30d');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('no chart is fetched before a page shows one', async () => {
  const { page, faults } = await openConsole(browser, server, '#/keys');
  await page.getByRole('heading', { name: 'Keys' }).waitFor();
  const fetched = () => page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\/assets\/plot-/.test(name)));
  assert.deepEqual(await fetched(), []);
  await goTo(page, 'Overview');
  await page.locator('.chart canvas').first().waitFor();
  assert.match((await fetched()).join(' '), /plot-\S+\.js/);
  await page.evaluate(() => (location.hash = '#/keys/%')); // as no link of the console has it
  await page.locator('[role=alert]', { hasText: 'There is no such thing.' }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('every page is there in Chinese; language and theme are chosen once', async () => {
  const { page, faults } = await openConsole(browser, server, '', 'alice', { locale: 'zh-CN' });
  const names = await page.locator('nav a').allInnerTexts();
  assert.equal(names.length, 12);
  for (const name of names) {
    assert.match(name, /^\p{Script=Han}+$/u);
    await goTo(page, name);
    await page.getByRole('heading', { name, exact: true, level: 2 }).waitFor();
    await assertAccessible(page, name);
  }
  await goTo(page, names[0]);
  // Where nobody points to a time, a chart's legend has the newest figures.
  const legend = (name) => page.locator('.u-legend tr', { hasText: new RegExp(`^${name}`) }).first().locator('td');
  await legend('时间').waitFor();
  assert.match(await legend('时间').innerText(), /^\d{4}\/\d+\/\d+\s\d/);
  assert.match(await legend('请求').innerText(), /^\d/);
  await page.getByRole('img', { name: /^运行与等待（平均）\. 运行中:末值 / }).waitFor();
  await goTo(page, names.at(-1));
  await button(page, 'English').click();
  await page.getByRole('heading', { name: 'Settings', level: 2 }).waitFor();
  await button(page, 'Theme: as the system').click();
  await button(page, 'Theme: light').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Settings', level: 2 }).waitFor();
  await button(page, 'Theme: light').waitFor();
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]),
                   ['en', 'light']);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('charts follow the system from light to dark', async () => {
  const { page, faults } = await openConsole(browser, server, '', 'alice', { colorScheme: 'light' });
  const line = page.locator('.chart .u-marker').nth(1);
  const colour = () => line.evaluate((element) => getComputedStyle(element).borderColor);
  await line.waitFor();
  const light = await colour();
  await page.emulateMedia({ colorScheme: 'dark' });
  await eventually(async () => (await colour()) !== light, 'the line has another colour');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what a page begins with is small; the listener has no other page', async () => {
  const page = await fetch(server.console, { headers: { accept: 'text/html' } });
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  const assets = [...(await page.text()).matchAll(/"(\/assets\/[^"]+)"/g)].map((found) => found[1]);
  const { origin } = new URL(server.console);
  let n_bytes = 0;
  for (const path of assets) {
    const asset = await fetch(origin + path);
    assert.equal(asset.status, 200);
    n_bytes += Number(asset.headers.get('content-length'));
  }
  assert.ok(assets.length >= 2 && n_bytes < 60_000, `${n_bytes} bytes`);
  const root = await fetch(origin, { redirect: 'manual' });
  assert.deepEqual([root.status, root.headers.get('location')], [302, '/admin']);
  const elsewhere = await fetch(`${server.url}/admin`, { headers: { accept: 'text/html' } });
  assert.match(await elsewhere.text(), /--admin-listen/);
});

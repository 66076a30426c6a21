// Alerts in the console by the keyboard alone: in Chinese, in the dark, on a phone.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { button, startConsole } from './console.mjs';
import { main, openOnPhone, region, toPage } from './console_phone.mjs';
import { assertFocused, choose, confirm, press, tabTo, type } from './keyboard.mjs';
import { startReceiver } from './receiver.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let server;
let browser;
let receiver;
before(async () => {
  receiver = await startReceiver();
  ({ server, browser } = await startScripted(startConsole));
});
after(async () => {
  await stopScripted();
  receiver?.stop();
});

const alerts = (page) => region(page, '告警');
const rowOf = (page, name) => alerts(page).locator('tbody tr', { hasText: name });
const form = (page, heading) => page.locator('form', { has: page.getByRole('heading', { name: heading }) });

// It is shown once; the secret.
async function keepSecret(page) {
  const told = page.locator('.secret');
  await told.waitFor();
  await assertFocused(page, told);
  const copy = button(told, '复制');
  await press(page, copy);
  await assertFocused(page, button(told, '已复制'));
  const secret = await told.locator('pre').innerText();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await press(page, button(told, '我已保存'));
  await told.waitFor({ state: 'detached' });
  await assertFocused(page, main(page)); // its form was made anew
  return secret;
}

test('an alert is made, tried, changed and removed, and its secret signs what it sends', async () => {
  const { page, faults } = await openOnPhone(browser, server, '', 'alice', {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await toPage(page, '告警');
  const newAlert = form(page, '新建告警');
  await type(page, newAlert.getByLabel('名称'), '太慢');
  await choose(page, newAlert.getByLabel('指标'), '首个词元 P95');
  await choose(page, newAlert.getByLabel('触发条件'), '低于');
  // The tab key selects what is in a field: it is typed over.
  await type(page, newAlert.getByLabel('阈值'), '1500');
  await type(page, newAlert.getByLabel('统计窗口(分钟)'), '10');
  await type(page, newAlert.getByLabel('持续(分钟)'), '2');
  const only = newAlert.getByLabel('仅限');
  await type(page, only, 'nothing=1');
  await type(page, newAlert.getByLabel('Webhook'), receiver.url);
  const create = button(newAlert, '创建');
  await press(page, create);
  await newAlert.locator('[role=alert]', { hasText: 'filters: ' }).waitFor();
  await assertFocused(page, create);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, only);
  await page.keyboard.type('task=math,proof');
  await page.keyboard.press('Enter');
  const secret = await keepSecret(page);
  const row = rowOf(page, '太慢');
  assert.match(await row.innerText(), /首个词元 P95 < 1,500 ms, 10 分钟, 持续 2 分钟 task=math,proof/);

  const send = button(row, '发送测试');
  await press(page, send);
  await page.locator('[role=status]', { hasText: '太慢: 测试已送达。' }).waitFor();
  await assertFocused(page, send);
  const { signature, body } = receiver.received[0];
  const [, time, sent] = /^t=(\d+),v1=(\w+)$/.exec(signature);
  assert.equal(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'), sent);

  const edit = row.getByRole('link', { name: '编辑' });
  await press(page, edit);
  const edited = form(page, '太慢');
  await edited.waitFor();
  await assertFocused(page, edit);
  await choose(page, edited.getByLabel('触发条件'), '高于');
  await type(page, edited.getByLabel('阈值'), '2500');
  await page.keyboard.press('Enter');
  await row.filter({ hasText: '首个词元 P95 > 2,500 ms, 10 分钟, 持续 2 分钟 task=math,proof' }).waitFor();
  await newAlert.waitFor();
  await assertFocused(page, main(page)); // the form was another's

  await press(page, edit);
  await edited.waitFor();
  await type(page, edited.getByLabel('Webhook'), 'http://127.0.0.1:1/');
  await press(page, button(edited, '保存'));
  await newAlert.waitFor();
  await press(page, send);
  await page.locator('[role=status]', { hasText: '太慢: 测试未送达:' }).waitFor();
  await assertFocused(page, send);

  const remove = button(row, '删除');
  await press(page, remove);
  await assertFocused(page, button(row, '取消'));
  await page.keyboard.press('Escape');
  await assertFocused(page, remove);
  await confirm(page, remove);
  await row.waitFor({ state: 'detached' });
  await assertFocused(page, alerts(page)); // the button went with its row
  await tabTo(page, newAlert.getByLabel('名称'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what has the focus stays in sight, and who has scrolled away from it is not called back', async () => {
  const { page, faults } = await openOnPhone(browser, server, '#/alerts');
  const create = button(form(page, '新建告警'), '创建');
  await tabTo(page, create);
  const isInSight = () => create.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  // Where a failure is told. What comes above the window moves nothing in it: browsers see to that.
  const growAbove = () => create.evaluate((element) => new Promise((drawn) => {
    const grown = document.createElement('p');
    grown.style.height = '600px';
    element.before(grown);
    requestAnimationFrame(() => requestAnimationFrame(drawn));
  }));
  await growAbove();
  assert.ok(await isInSight());
  await page.evaluate(() => new Promise((scrolled) => {
    addEventListener('scroll', () => scrolled(), { once: true });
    scrollTo(0, 0);
  }));
  assert.ok(!(await isInSight()));
  await growAbove();
  assert.ok(!(await isInSight()));
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

// Pages of the console with something on them, in Chinese: axe finds nothing serious.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { assertAccessible, button, openConsole, password, startConsole } from './console.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startConsole));
  replica.say([{ content: '二。' }]);
});
after(stopScripted);

const options = { locale: 'zh-CN' };
const form = (page, heading) => page.locator('form', { has: page.getByRole('heading', { name: heading }) });

test("a key's page, and the request that it made", async () => {
  const made = server.lemma(['key', 'create', '--name', 'judge']).stdout.trim();
  const isLogged = async (page) => {
    await page.reload();
    await page.getByRole('region', { name: '结果' }).first().waitFor();
    return (await page.getByRole('link', { name: 'judge' }).count()) === 1;
  };
  const { page, faults } = await openConsole(browser, server, '#/requests', 'alice', options);
  assert.equal((await server.ask({ prompt: '1 + 1 等于多少?' }, made)).status, 200);
  await eventually(() => isLogged(page), 'the request is in the log');
  const row = page.locator('tbody tr', { has: page.getByRole('link', { name: 'judge' }) });
  await row.getByRole('link').first().click();
  const facts = page.locator('.facts');
  await facts.filter({ hasText: 'scripted' }).waitFor();
  assert.match(await facts.innerText(), /结束原因\n自然结束\n[^]*预填充\n\d[\d,]* ms\n/);
  await page.locator('pre', { hasText: '未保存' }).first().waitFor();
  await assertAccessible(page, 'request-zh');

  await facts.getByRole('link', { name: 'judge' }).click();
  await page.getByRole('heading', { name: '限额' }).waitFor();
  assert.ok(await page.getByLabel('推理', { exact: true }).isChecked());
  await page.getByText('· 有效 ·').waitFor();
  await page.getByRole('region', { name: '用途(30 天)' }).locator('td', { hasText: 'scripted' }).waitFor();
  await button(page, '轮换').click();
  await page.locator('.confirm', { hasText: '为此密钥生成新文本?' }).waitFor();
  await assertAccessible(page, 'key-zh');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a profile's page with its preview", async () => {
  const { page, faults } = await openConsole(browser, server, '#/profiles/math', 'alice', options);
  await page.getByRole('textbox', { name: '配置文件' }).waitFor();
  await page.getByRole('heading', { name: '预览' }).waitFor();
  await page.getByLabel('用户文本').fill('1 + 1 等于多少?');
  await page.getByLabel('语言').selectOption('zh');
  await button(page, '预览').click();
  await page.locator('pre.rendered', { hasText: '1 + 1 等于多少?' }).waitFor();
  await page.getByText(/^\d+ 个词元\(lemma-mini\)$/).waitFor();
  await page.getByText('没有门禁').waitFor();
  await assertAccessible(page, 'profile-zh');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a job, and a new profile', async () => {
  const begun = await fetch(`${server.url}/v1/jobs`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: '/generate', body: { prompt: '1 + 1 等于多少?' } }),
  });
  const { id } = await begun.json();
  const { page, faults } = await openConsole(browser, server, `#/jobs/${id}`, 'alice', options);
  await page.locator('.facts [role=status]', { hasText: '完成' }).waitFor();
  await page.getByRole('heading', { name: '结果' }).waitFor();
  await assertAccessible(page, 'job-zh');

  await page.evaluate(() => (location.hash = '#/profiles?new=1'));
  await page.getByRole('textbox', { name: '配置文件' }).waitFor();
  await page.locator('pre.rendered').waitFor();
  await assertAccessible(page, 'new-profile-zh');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('users, one of whom is changed, and a second factor that is set up', async () => {
  server.user('vera', 'viewer');
  const { page, faults } = await openConsole(browser, server, '#/users', 'alice', options);
  const row = page.locator('tbody tr', { hasText: 'vera' });
  await row.locator('summary').click();
  await button(row, '停用').click();
  await row.locator('.confirm', { hasText: '停用此用户?' }).waitFor();
  await assertAccessible(page, 'users-zh');

  await page.locator('nav').getByRole('link', { name: '设置' }).click();
  const factor = page.locator('section', { hasText: '两步验证' });
  await factor.getByLabel('当前密码').fill(password);
  await button(factor, '设置').click();
  await factor.getByRole('img', { name: '密钥的二维码' }).waitFor();
  await assertAccessible(page, 'second-factor-zh');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('replicas, and an alert that is edited', async () => {
  const { page, faults } = await openConsole(browser, server, '#/replicas', 'alice', options);
  const row = page.locator('tbody tr', { hasText: 'scripted' });
  await row.getByRole('cell', { name: '就绪', exact: true }).waitFor();
  await row.getByRole('cell', { name: '闭合', exact: true }).waitFor();
  await button(row, '排空').waitFor();
  await assertAccessible(page, 'replicas-zh');

  await page.locator('nav').getByRole('link', { name: '告警' }).click();
  const newAlert = form(page, '新建告警');
  await newAlert.getByLabel('名称').fill('太慢');
  await newAlert.getByLabel('指标').selectOption('first_token_p95');
  await newAlert.getByLabel('阈值').fill('1500');
  await newAlert.getByLabel('持续(分钟)').fill('2');
  await newAlert.getByLabel('Webhook').fill('https://hook.invalid/');
  await button(newAlert, '创建').click();
  await button(page, '我已保存').click();
  await page.locator('td', { hasText: '首个词元 P95 > 1,500 ms, 5 分钟, 持续 2 分钟' }).waitFor();
  await page.getByRole('link', { name: '编辑' }).click();
  const edited = form(page, '太慢');
  await edited.getByLabel('触发条件').selectOption({ label: '低于' });
  await button(edited, '保存').waitFor();
  await assertAccessible(page, 'alert-zh');
  assert.deepEqual(faults, []);
  await page.context().close();
});

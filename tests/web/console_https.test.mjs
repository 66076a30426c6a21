// The console behind a proxy that ends TLS (--admin-origin): its session is a cookie that no script,
// no other site and no connection without TLS gets.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { makeCertificate } from '../serve/certificate.mjs';
import { eventually, killServers } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { button, goTo, openConsole, signIn, startConsole } from './console.mjs';

const host = 'console.example.org';
const otherHost = 'other.example.net';
const address = '203.0.113.7'; // of the people before the proxy

const directory = mkdtempSync(join(tmpdir(), 'lemma-https-'));
let proxy;
let server;
let browser;
before(async () => {
  proxy = await startProxy();
  server = await startConsole(['--admin-origin', proxy.origin]);
  proxy.to(new URL(server.console));
  browser = await launchBrowser([`--host-resolver-rules=MAP ${host} 127.0.0.1,MAP ${otherHost} 127.0.0.1`]);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  proxy?.stop();
  killServers();
  rmSync(directory, { recursive: true });
});

// It passes on what is asked of `host`, and has a page of `otherHost`. `cookies`: what each request
// for `host` has brought, with its method and path.
async function startProxy() {
  const { cert, key } = makeCertificate(directory);
  const cookies = [];
  let console;
  const listener = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (asked, answer) => {
    if (!asked.headers.host.startsWith(host)) {
      answer.writeHead(200, { 'content-type': 'text/html' });
      return answer.end(`<a href="https://${host}:${listener.address().port}/admin">the console</a>`);
    }
    cookies.push({ call: `${asked.method} ${asked.url}`, cookie: asked.headers.cookie });
    const passedOn = request({
      host: console.hostname, port: console.port, method: asked.method, path: asked.url,
      headers: { ...asked.headers, 'x-forwarded-for': `198.51.100.1, ${address}` },
    }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    passedOn.on('error', () => answer.destroy());
    asked.pipe(passedOn);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address();
  return {
    origin: `https://${host}:${port}`,
    other: `https://${otherHost}:${port}/`,
    cookies,
    to: (url) => (console = url),
    stop() {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

const open = () =>
  openConsole(browser, { console: `${proxy.origin}/admin` }, '#/keys', 'alice', { ignoreHTTPSErrors: true });

test('the session is a __Host- cookie that lasts over a reload and goes with the sign-out', async () => {
  const { page, faults } = await open();
  const context = page.context();
  const [cookie, ...others] = await context.cookies();
  assert.deepEqual(others, []);
  const { value, ...fields } = cookie;
  assert.deepEqual(fields, {
    name: '__Host-lemma_admin', domain: host, path: '/', expires: -1, httpOnly: true, secure: true, sameSite: 'Strict',
  });
  assert.equal(await page.evaluate(() => document.cookie), '');

  await page.reload();
  await page.locator('nav').waitFor();
  const form = page.locator('form');
  await form.getByLabel('Name').fill('judge'); // a change, with the reloaded page's CSRF token
  await button(form, 'Create').click();
  await button(page, 'I have kept it').click();
  await page.getByRole('link', { name: 'judge' }).waitFor();
  await goTo(page, 'Audit');
  const made = page.locator('tbody tr', { hasText: 'key.create' });
  assert.match(await made.innerText(), new RegExp(`\talice\t${address}\t`));

  await button(page, 'Sign out (alice)').click();
  await page.locator('.sign-in').waitFor();
  assert.deepEqual(await context.cookies(), []);
  await context.addCookies([cookie]); // who has kept it has nothing
  await page.reload();
  await page.locator('.sign-in').waitFor();
  assert.equal(value, (await context.cookies())[0].value);
  await signIn(page, 'alice');
  assert.deepEqual(faults, []);
  await context.close();
});

test('a page of another site sends the session along with nothing', async () => {
  const { page, faults } = await open();
  const context = page.context();
  assert.deepEqual(faults, []);
  await page.goto(proxy.other);
  const calls = ['GET /admin/api/me', 'POST /admin/api/sign-out', 'POST /admin/api/sign-out-everywhere'];
  for (const call of calls) {
    const [method, path] = call.split(' ');
    proxy.cookies.length = 0;
    await page.evaluate(([url, init]) => fetch(url, init), [
      proxy.origin + path, { method, mode: 'no-cors', credentials: 'include' },
    ]);
    assert.deepEqual(proxy.cookies, [{ call, cookie: undefined }]);
  }
  proxy.cookies.length = 0;
  await page.getByRole('link').click();
  await page.locator('nav').waitFor(); // the console's own page is signed in still
  const [first] = proxy.cookies;
  assert.deepEqual(first, { call: 'GET /admin', cookie: undefined });
  await eventually(() => proxy.cookies.some(({ cookie }) => cookie?.startsWith('__Host-lemma_admin=')), 'it has its cookie');
  await context.close();
});

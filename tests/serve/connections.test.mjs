// How many connections `lemma serve` takes, and the limit of open files that goes with them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, test } from 'node:test';

import { eventually, killServers, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
after(killServers);

// Clients that connect and say nothing, as anybody may.
async function holdIdle(url, n) {
  const { hostname, port } = new URL(url);
  const sockets = [];
  for (let i = 0; i < n; ++i) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
  }
  return { end: () => sockets.forEach((socket) => socket.destroy()) };
}

// { soft, hard } of the process, as text: hard may be "unlimited".
function openFilesOf(pid) {
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
  const [, soft, hard] = /^Max open files +(\S+) +(\S+)/m.exec(limits);
  return { soft, hard };
}

// Becomes the program with another limit of open files: "-Sn 256".
const withLimit = (limit) => ['sh', '-c', `ulimit ${limit} && exec "$0" "$@"`];

test('what is over --connections is told 503, until one has gone', async () => {
  const server = await startServer(['--connections', '2']);
  const idle = await holdIdle(server.url, 2);
  const refused = await fetch(`${server.url}/livez`);
  assert.equal(refused.status, 503);
  assert.match((await refused.json()).error.message, /too many connections/);
  idle.end();
  await eventually(async () => (await fetch(`${server.url}/livez`)).status === 200, 'there is room');
  assert.equal(await server.stop(), 0);
});

test('a thousand and more idle connections keep no probe out', async () => {
  const server = await startServer();
  const idle = await holdIdle(server.url, 1100);
  assert.equal((await fetch(`${server.url}/livez`)).status, 200);
  idle.end();
  assert.equal(await server.stop(), 0);
});

test('the soft limit of open files is raised where it is too low, and stays where it is not', async () => {
  for (const [limit, connections, soft] of [['-Sn 256', '500', '1512'], ['-Sn 2000', '10', '2000']]) {
    const server = await startServer(['--connections', connections], {}, withLimit(limit));
    assert.equal(openFilesOf(server.process.pid).soft, soft);
    assert.doesNotMatch(server.stderr(), /open files/);
    assert.equal(await server.stop(), 0);
  }
});

test('a hard limit that is too low is said, and what can be had is', async () => {
  const server = await startServer(['--connections', '500'], {}, withLimit('-n 400'));
  assert.deepEqual(openFilesOf(server.process.pid), { soft: '400', hard: '400' });
  await eventually(
    () => /500 connections need 1512 open files, and 400 are allowed.*--connections/.test(server.stderr()),
    'it is said',
  );
  assert.equal((await fetch(`${server.url}/livez`)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('a number that is none is refused', () => {
  for (const connections of ['0', '-1', 'many', '9999999999']) {
    const refused = spawnSync(lemma, ['serve', '--port', '0', `--connections=${connections}`], {
      encoding: 'utf8', timeout: 60000,
    });
    assert.equal(refused.status, 2, connections);
    assert.match(refused.stderr + refused.stdout, /--connections/);
  }
});

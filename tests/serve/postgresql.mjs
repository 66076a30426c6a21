// A PostgreSQL server of Debian's for a test, on a Unix socket.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const installed = '/usr/lib/postgresql';

function programs() {
  const versions = existsSync(installed) ? readdirSync(installed) : [];
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  const found = join(installed, String(newest), 'bin');
  if (!existsSync(join(found, 'initdb'))) {
    throw new Error("PostgreSQL's server is missing: install Debian's package postgresql " +
                    '(tools/install-packages test does)');
  }
  return found;
}

// PostgreSQL refuses to be root.
function unprivileged() {
  if (process.getuid() !== 0) return {};
  const id = (option) => Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

// The process whose child it is; nothing where there is no such process.
function parentOf(pid) {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
  } catch {
    return undefined;
  }
}

// Resolves once it answers: { address, dump() -> all rows as text, freeze(), thaw(), stop() }. Frozen, it takes
// connections and bytes, as the kernel does, and answers none.
export async function startPostgresql() {
  const bin = programs();
  const user = unprivileged();
  const directory = mkdtempSync(join(tmpdir(), 'lemma-pg-'));
  chmodSync(directory, 0o755);
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) [directory, data].forEach((path) => chownSync(path, user.uid, user.gid));
  const run = (program, ...args) => {
    const done = spawnSync(join(bin, program), args, { ...user, cwd: '/', encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
    return done.stdout;
  };
  run('initdb', '-D', data, '-U', 'lemma', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync',
      '--no-instructions');
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', directory, '-c',
    'listen_addresses=', '-c', 'fsync=off', '-c', 'shared_buffers=16MB'],
  { ...user, cwd: '/', stdio: 'ignore' });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  const ready = () => spawnSync(join(bin, 'pg_isready'), ['-q', '-h', directory]).status === 0;
  for (let i = 0; !ready(); ++i) {
    if (i === 200 || server.exitCode !== null) throw new Error('PostgreSQL did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const signalAll = (signal) => {
    const isOurs = (pid) => pid === server.pid || parentOf(pid) === server.pid;
    for (const pid of readdirSync('/proc').map(Number).filter(isOurs)) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error; // it has ended meanwhile
      }
    }
  };
  return {
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    address: `postgresql:///postgres?user=lemma&host=${directory}`,
    dump: () => run('pg_dump', '-h', directory, '-U', 'lemma', '--inserts', 'postgres'),
    async stop() {
      server.kill('SIGINT');
      await exited;
      rmSync(directory, { recursive: true });
    },
  };
}

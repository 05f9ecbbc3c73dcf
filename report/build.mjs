// Bundles the page and writes it as C++.  usage: node build.mjs NODE_MODULES OUTPUT.cc
// The page is one file: style and script stand in it, and its Content-Security-Policy names their hashes and allows nothing else.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [modules, output] = process.argv.slice(2).map((path) => resolve(path));
const folder = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(join(modules, "package.json"))("esbuild");

function bundled(entry, more = {}) {
  const built = esbuild.buildSync({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    nodePaths: [modules],
    charset: "utf8",
    legalComments: "inline",
    target: ["chrome123", "firefox121", "safari17.5"], // light-dark() of CSS
    ...more,
  });
  return built.outputFiles[0].text.trim();
}

const script = bundled("src/main.js", { format: "iife" });
const style = bundled("src/style.css");
for (const [text, tag] of [[script, "script"], [style, "style"]]) {
  if (text.toLowerCase().includes(`</${tag}`) || text.includes("<!--")) throw new Error(`the ${tag} would end early in HTML`);
}
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const licence = readFileSync(join(modules, "uplot/LICENSE"), "utf8").trim();
const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;

let page = readFileSync(join(folder, "src/page.html"), "utf8");
for (const [name, text] of Object.entries({ policy, licence, style, script })) page = page.replace(`{{${name}}}`, () => text);

const bytes = [...Buffer.from(page)];
const lines = [];
for (let i = 0; i < bytes.length; i += 32) lines.push(bytes.slice(i, i + 32).join(","));
writeFileSync(
  output,
  `#include "report/page.h"\n\nnamespace costmill {\nnamespace {\nconstexpr unsigned char kBytes[] = {\n${lines.join(",\n")}};\n}  // namespace\n\n` +
    "std::string_view report_page() { return {reinterpret_cast<const char*>(kBytes), sizeof kBytes}; }\n\n}  // namespace costmill\n",
);

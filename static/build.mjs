// Builds the front end: `npm run build`. Bundles styles and scripts, copies htmx and fonts, picks the icons that are used.
// Out: var/static/ (served) and var/fonts/ (document faces for the engines); BUILD_DIR or DATA_DIR puts both elsewhere.
import { build, context } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const DATA = resolve(ROOT, process.env.BUILD_DIR || process.env.DATA_DIR || "var");
const OUT = join(DATA, "static");
const FONTS = join(DATA, "fonts");
const MODULES = join(ROOT, "node_modules");
const WATCH = process.argv.includes("--watch");

const FACES = ["latin", "latin-ext", "vietnamese"];
const TARGET = ["chrome123", "firefox121", "safari17.5"];
const SCANNED = ["templates", "platform_core", "docuai", "academy", "marketing", "portfolio"];

// Families and styles that documents use; the rest of each package stays where it is.
const DOCUMENT_FONTS = {
  "eb-garamond": ["400Regular", "400Regular_Italic", "500Medium", "600SemiBold"],
  "source-serif-4": ["400Regular", "400Regular_Italic", "600SemiBold"],
  inter: ["400Regular", "500Medium", "600SemiBold"],
  ...Object.fromEntries(["gelasio", "carlito", "tinos", "arimo", "cousine"].map((name) => [name, ["400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"]])),
};

const COMMON = { bundle: true, minify: true, target: TARGET, legalComments: "none", logLevel: "warning" };
const BUNDLES = [
  { ...COMMON, entryPoints: { app: join(ROOT, "static/css/app.css") }, external: ["./fonts/*"], outdir: OUT },
  {
    ...COMMON,
    entryPoints: {
      app: join(ROOT, "static/js/app.js"),
      theme: join(ROOT, "static/js/theme.js"),
      upload: join(ROOT, "static/js/islands/upload.js"),
      editor: join(ROOT, "static/js/islands/editor.js"),
      check: join(ROOT, "static/js/islands/check.js"),
    },
    format: "iife",
    outdir: OUT,
  },
];

async function* walk(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith(".") || entry.name === "__pycache__") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (/\.(html|py|txt)$/.test(entry.name)) yield path;
  }
}

/** The inner markup of every lucide icon whose name stands in quotes in a template or a module. */
async function icons() {
  const folder = join(MODULES, "lucide-static/icons");
  const known = new Set((await readdir(folder)).map((file) => file.replace(/\.svg$/, ""))); // older names are files too
  const used = new Set();
  for (const scanned of SCANNED) {
    for await (const path of walk(join(ROOT, scanned))) {
      const text = await readFile(path, "utf8");
      for (const [, name] of text.matchAll(/["']([a-z][a-z0-9-]*)["']/g)) if (known.has(name)) used.add(name);
    }
  }
  const inner = async (name) => (await readFile(join(folder, `${name}.svg`), "utf8")).match(/<svg[^>]*>([^]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
  const drawn = Object.fromEntries(await Promise.all([...used].sort().map(async (name) => [name, await inner(name)])));
  await writeFile(join(OUT, "icons.json"), JSON.stringify(drawn));
  return used.size;
}

/** A vendored script without the comment that names a source map which is not there. */
async function copyScript(from, to) {
  const text = await readFile(from, "utf8");
  await writeFile(to, text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

async function copies() {
  await mkdir(join(OUT, "fonts"), { recursive: true });
  await copyScript(join(MODULES, "htmx.org/dist/htmx.min.js"), join(OUT, "htmx.js"));
  await Promise.all(FACES.map((face) => cp(join(MODULES, `@fontsource-variable/geist/files/geist-${face}-wght-normal.woff2`), join(OUT, `fonts/geist-${face}.woff2`))));
  await cp(join(ROOT, "static/img"), join(OUT, "img"), { recursive: true });
}

async function documentFonts() {
  await mkdir(FONTS, { recursive: true });
  let count = 0;
  for (const [name, styles] of Object.entries(DOCUMENT_FONTS)) {
    for (const style of styles) {
      const folder = join(MODULES, "@expo-google-fonts", name, style);
      for (const file of (await readdir(folder)).filter((each) => each.endsWith(".ttf"))) {
        await cp(join(folder, file), join(FONTS, file));
        count += 1;
      }
    }
  }
  return count;
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
if (WATCH) {
  for (const bundle of BUNDLES) await (await context(bundle)).watch();
} else {
  await Promise.all(BUNDLES.map((bundle) => build(bundle)));
}
const [iconCount, , fontCount] = await Promise.all([icons(), copies(), documentFonts()]);
console.log(`${relative(ROOT, OUT) || OUT}: styles, scripts, ${iconCount} icons; ${fontCount} document fonts`);

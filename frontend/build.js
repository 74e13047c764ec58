// Copies what the browser loads beside the stylesheet, and draws the icons into one sprite.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = `${here}../src/chamberlain/web/static/built`;

const icons = readFileSync(`${here}sources/icons.txt`, "utf8").split(/\s+/).filter(Boolean);

function symbol(name) {
  const drawing = readFileSync(`${here}node_modules/lucide-static/icons/${name}.svg`, "utf8");
  const shapes = drawing.replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
}

mkdirSync(built, { recursive: true });
copyFileSync(`${here}node_modules/htmx.org/dist/htmx.min.js`, `${built}/htmx.js`);
copyFileSync(`${here}sources/app.js`, `${built}/app.js`);
copyFileSync(`${here}sources/passkey.js`, `${built}/passkey.js`);
copyFileSync(`${here}sources/link.js`, `${built}/link.js`);
writeFileSync(
  `${built}/icons.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg">${icons.map(symbol).join("\n")}</svg>\n`,
);

// A peer of the DOCX run: docxtemplater in a loop. `node peer_docxtemplater.mjs TEMPLATE`. Renders only, into memory;
// the first documents of an order go to files so that their text can be compared. Its picture module is not free.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import Docxtemplater from "docxtemplater";
import PizZip from "pizzip";

const KEPT = 10;
const source = readFileSync(process.argv[2]);

function rendered(row) {
  const document = new Docxtemplater(new PizZip(source), { paragraphLoop: true, linebreaks: true });
  document.render(row);
  return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const rows = readFileSync(order.rows, "utf8").trimEnd().split("\n");
  const kept = [];
  for (let index = order.part; index < rows.length; index += order.parts) {
    const document = rendered(JSON.parse(rows[index]));
    if (kept.length < KEPT) {
      const file = join(dirname(order.rows), `docxtemplater-${index}.docx`);
      writeFileSync(file, document);
      kept.push([index, file]);
    }
  }
  console.log(JSON.stringify(kept));
}

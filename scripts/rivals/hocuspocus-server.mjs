/**
 * Hocuspocus as its guide sets it up: the default pauses before it stores (2 s after the last edit, 10 s at most), a
 * document a file. Prints `listening PORT`, and after each write `stored {name: length}` of the texts in it.
 * node hocuspocus-server.mjs <folder>
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Server } from "@hocuspocus/server";
import * as Y from "yjs";

const folder = process.argv[2] ?? ".";
const fileOf = (name) => join(folder, encodeURIComponent(name));

function write(name, bytes) {
  const draft = `${fileOf(name)}.new`;
  const file = openSync(draft, "w");
  writeSync(file, bytes);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, fileOf(name));
}

const server = new Server({
  address: "127.0.0.1",
  port: 0,
  quiet: true,
  async onLoadDocument({ document, documentName }) {
    if (existsSync(fileOf(documentName))) Y.applyUpdate(document, readFileSync(fileOf(documentName)));
  },
  async onStoreDocument({ document, documentName }) {
    const lengths = {};
    for (const name of document.share.keys()) lengths[name] = document.getText(name).length;
    write(documentName, Y.encodeStateAsUpdate(document));
    process.stdout.write(`stored ${JSON.stringify(lengths)}\n`);
  },
});
await server.listen();
process.stdout.write(`listening ${server.address.port}\n`);
process.stdin.on("end", () => process.exit(0)).resume();

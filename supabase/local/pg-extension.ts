/**
 * SQL-only extensions for PGlite: a folder with a `.control` and a `.sql` file, packed the way PGlite takes an
 * extension, a tar.gz with `share/postgresql/extension/*`. The archive lies in a temporary folder until PGlite
 * has read it. A native Postgres takes the same files as they are.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Extension } from "@electric-sql/pglite";

const BLOCK = 512;

/** `folder` ends with a slash. `create extension <name>` works in the PGlite that is given this. */
export function sqlExtension(name: string, folder: URL): Extension {
  return {
    name,
    setup: async () => {
      const packed = await mkdtemp(join(tmpdir(), `${name}-`));
      const file = join(packed, `${name}.tar.gz`);
      await writeFile(file, await pack(folder));
      return { bundlePath: pathToFileURL(file), init: () => rm(packed, { recursive: true, force: true }) };
    },
  };
}

async function pack(folder: URL): Promise<Buffer> {
  const entries: Buffer[] = [];
  for (const name of await readdir(folder)) {
    entries.push(tarEntry(`share/postgresql/extension/${name}`, await readFile(new URL(name, folder))));
  }
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]));
}

/** A file in the ustar format: a header of 512 bytes, then the content, filled up to a multiple of 512. */
function tarEntry(path: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  header.write(path, 0, 100);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** What a backup says of itself; a restore believes nothing else, and checks each file against it. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { filesOf, foldersOf } from "./data-folder.ts";

export const Manifest = z.object({
  format: z.literal(1),
  at: z.iso.datetime(),
  version: z.string(),
  /** The newest migration of the program that made it. */
  schemaVersion: z.string().regex(/^\d{14}$/),
  folders: z.array(z.string()),
  files: z.array(
    z.object({ path: z.string(), bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type Manifest = z.infer<typeof Manifest>;

async function sumOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

export async function makeManifest(
  folder: string,
  about: Pick<Manifest, "version" | "schemaVersion">,
): Promise<Manifest> {
  const files: Manifest["files"] = [];
  for (const path of filesOf(folder)) {
    const file = join(folder, path);
    files.push({ path, bytes: (await stat(file)).size, sha256: await sumOf(file) });
  }
  return { format: 1, at: new Date().toISOString(), ...about, folders: foldersOf(folder), files };
}

/** What of a folder is not as the manifest has it, as the ends of sentences. */
export async function differencesFrom(manifest: Manifest, folder: string): Promise<string[]> {
  const found = new Set(filesOf(folder));
  const wrong: string[] = [];
  for (const { path, bytes, sha256 } of manifest.files) {
    if (!found.delete(path)) wrong.push(`${path} is missing`);
    else if ((await stat(join(folder, path))).size !== bytes || (await sumOf(join(folder, path))) !== sha256)
      wrong.push(`${path} is damaged`);
  }
  return [...wrong, ...[...found].map((path) => `${path} does not belong to it`)];
}

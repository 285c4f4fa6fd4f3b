/**
 * Zip archives, in memory. What an archive says of itself is judged before anything of it is unpacked: so many files and
 * bytes, and no file longer than it says (the unpacker writes into room of that size and no more).
 */
import { unzipSync, type Zippable, zipSync } from "fflate";
import { isSystemFile, partsOfPath } from "./archive-paths.ts";

const MOST_PACKED = 200_000_000;
const MOST_FILES = 5_000;
const MOST_BYTES = 500_000_000;
type Most = { readonly bytes: number; readonly said: string };
/** One file: the most that an attachment may have. */
const OF_FILE: Most = { bytes: 52_428_800, said: "50 MB" };
const OF_PART: Most = { bytes: MOST_PACKED, said: "200 MB" };

const TOO_MUCH = "This archive holds more than 5,000 files or 500 MB: import it in parts.";

/** `read` throws when the bytes are damaged or need a password. */
export type ArchiveFile = {
  readonly parts: readonly string[];
  readonly size: number;
  readonly read: () => Promise<Uint8Array>;
};
export type Archive =
  | { readonly ok: true; readonly files: readonly ArchiveFile[]; readonly problems: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** An archive of nothing but archives, as Notion packs a large export, is what is in them. */
export async function openZip(bytes: Uint8Array): Promise<Archive> {
  const archive = openOne(bytes, OF_PART);
  if (!archive.ok) return archive;
  return archive.files.length > 0 && archive.files.every(isZip) ? openAll(archive) : openOne(bytes);
}

const isZip = ({ parts }: ArchiveFile): boolean => /\.zip$/i.test(parts.at(-1) ?? "");

async function openAll(archive: Extract<Archive, { ok: true }>): Promise<Archive> {
  const files = new Map<string, ArchiveFile>();
  const problems = [...archive.problems];
  let total = 0;
  for (const part of archive.files) {
    const name = part.parts.join("/");
    const opened = openOne(await part.read().catch(() => new Uint8Array()));
    if (!opened.ok) {
      problems.push(`“${name}” was left out. ${opened.reason}`);
      continue;
    }
    problems.push(...opened.problems);
    for (const file of opened.files) {
      const path = file.parts.join("/");
      if (files.has(path)) {
        problems.push(`“${path}” of “${name}” was left out: another archive has a file of that name, too.`);
        continue;
      }
      files.set(path, file);
      total += file.size;
    }
    if (files.size > MOST_FILES || total > MOST_BYTES) return refuse(TOO_MUCH);
  }
  return { ok: true, files: [...files.values()], problems };
}

function openOne(bytes: Uint8Array, most = OF_FILE): Archive {
  if (bytes.length > MOST_PACKED) return refuse("This archive is larger than 200 MB: import it in parts.");
  const entries: { name: string; size: number }[] = [];
  let total = 0;
  try {
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        if (entries.push({ name, size: originalSize }) > MOST_FILES || total > MOST_BYTES)
          throw new TooMuch();
        return false;
      },
    });
  } catch (error) {
    if (error instanceof TooMuch) return refuse(TOO_MUCH);
    return refuse("This file is no zip archive, or it is damaged.");
  }
  const reader = (name: string) => async () => {
    const found = unzipSync(bytes, { filter: (file) => file.name === name })[name];
    if (!found) throw new Error("It is not in the archive.");
    return found;
  };
  return sorted(entries, reader, most);
}

class TooMuch extends Error {}

const refuse = (reason: string): Archive => ({ ok: false, reason });

function sorted(
  entries: readonly { name: string; size: number }[],
  reader: (name: string) => () => Promise<Uint8Array>,
  most = OF_FILE,
): Archive {
  const files = new Map<string, ArchiveFile>();
  const problems: string[] = [];
  for (const { name, size } of entries) {
    if (/[/\\]$/.test(name)) continue;
    const parts = partsOfPath(readName(name));
    if (parts === null) problems.push(`“${shown(name)}” was left out: its path leads out of the archive.`);
    else if (isSystemFile(parts)) continue;
    else if (size > most.bytes)
      problems.push(`“${parts.join("/")}” was left out: it has more than ${most.said}.`);
    else if (files.has(parts.join("/")))
      problems.push(`“${parts.join("/")}” is there twice; the first one was taken.`);
    else files.set(parts.join("/"), { parts, size, read: reader(name) });
  }
  return { ok: true, files: [...files.values()], problems };
}

const shown = (name: string): string => name.replace(/\p{Cc}/gu, " ").slice(0, 100);

/** Names without a mark are in the sender's own code; most often that is UTF-8 after all. */
function readName(name: string): string {
  if (!/^[\0-\xff]*$/.test(name) || !/[\x80-\xff]/.test(name)) return name;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(name, (sign) => sign.charCodeAt(0)),
    );
  } catch {
    return name; // another code: its letters are odd, but it is a name
  }
}

/** Files that a person chose, with the folders above them. */
export function openFiles(files: readonly File[]): Archive {
  if (files.length > MOST_FILES || files.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES)
    return refuse("These are more than 5,000 files or 500 MB: import them in parts.");
  const byName = new Map(files.map((file) => [file.webkitRelativePath || file.name, file]));
  const entries = [...byName].map(([name, { size }]) => ({ name, size }));
  return sorted(
    entries,
    (name) => async () => new Uint8Array((await byName.get(name)?.arrayBuffer()) ?? new ArrayBuffer(0)),
  );
}

/** What is packed already is stored as it is. */
const PACKED = /\.(?:png|jpe?g|gif|webp|avif|zip|mp[34]|webm|ogg|mov|docx|xlsx|pptx|pdf)$/i;

export function packZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const packed: Zippable = {};
  for (const [path, bytes] of files) packed[path] = [bytes, { level: PACKED.test(path) ? 0 : 6 }];
  return zipSync(packed) as Uint8Array<ArrayBuffer>;
}

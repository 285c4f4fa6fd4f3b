/** A zip, a folder or several files → documents, nested as their folders are, with their pictures and links. */
import type { Archive, ArchiveFile } from "../../lib/exchange/archive.ts";
import { openFiles, openZip } from "../../lib/exchange/archive.ts";
import { relativePath, resolvePath } from "../../lib/exchange/archive-paths.ts";
import {
  type ImportPlan,
  isTableFile,
  ORDER_FILE,
  type PlannedDocument,
  planImport,
  titleOfFile,
} from "../../lib/exchange/plan-import.ts";
import type { TextWays } from "../../lib/markdown/foreign-text.ts";
import { readTable } from "./import-table.ts";
import { makeDocument, type NewDocument, type Place } from "./make-document.ts";
import { readDocumentFile } from "./read-document-file.ts";

export type Progress = { readonly done: number; readonly all: number; readonly name: string };
export type TreeReport = {
  readonly made: number;
  readonly firstId: string | null;
  /** A sentence each: what was not taken, and why. */
  readonly problems: readonly string[];
};
export type TreeWishes = { readonly onProgress: (progress: Progress) => void; readonly signal: AbortSignal };
type Make = (whole: NewDocument) => Promise<readonly string[]>;

/** What is made stays, also when it is given up on the way. Throws a sentence when nothing can be made of it. */
export async function importTree(
  place: Place,
  files: readonly File[],
  wishes: TreeWishes,
): Promise<TreeReport> {
  const archive = await openChosen(files);
  if (!archive.ok) throw new Error(archive.reason);
  return importArchive(archive, place.workspaceId, (whole) => makeDocument(place, whole), wishes);
}

async function openChosen(files: readonly File[]): Promise<Archive> {
  const [file] = files;
  if (files.length === 1 && file && /\.zip$/i.test(file.name)) {
    if (file.size > 200_000_000)
      return { ok: false, reason: "This archive is larger than 200 MB: import it in parts." };
    return await openZip(new Uint8Array(await file.arrayBuffer()));
  }
  return openFiles(files);
}

export async function importArchive(
  archive: Extract<Archive, { ok: true }>,
  workspaceId: string,
  make: Make,
  { onProgress, signal }: TreeWishes,
): Promise<TreeReport> {
  const order = archive.files.find(({ parts }) => parts.length === 1 && parts[0] === ORDER_FILE);
  const plan = planImport(archive.files, order ? new TextDecoder().decode(await order.read()) : null, () =>
    crypto.randomUUID(),
  );
  const tables = [...plan.others.values()].filter((file) => isTableFile(nameOf(file)));
  if (plan.documents.length + tables.length === 0)
    throw new Error("There is no Markdown, no HTML and no table in it. Nothing was created.");
  const problems = [...archive.problems];
  let all = plan.documents.reduce(countAll, 0);
  const made = new Set<string>();
  const lastIn = new Map<string | null, string>();
  const used = new Set<ArchiveFile>();
  const walk = async (siblings: readonly PlannedDocument[], parentId: string | null): Promise<void> => {
    for (const planned of siblings) {
      if (signal.aborted) return;
      onProgress({ done: made.size, all, name: planned.name });
      try {
        const whole = await read(planned, plan, workspaceId, used);
        problems.push(
          ...whole.problems,
          ...(await make({ ...whole, parentId, afterId: lastIn.get(parentId) ?? null })),
        );
        made.add(planned.id);
        lastIn.set(parentId, planned.id);
        await walk(planned.children, planned.id);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        problems.push(`“${planned.file?.parts.join("/") ?? planned.name}” was left out. ${why}`);
        // what is inside it is not lost with it
        await walk(planned.children, parentId);
      }
    }
  };
  await walk(plan.documents, null);
  const unshown = tables.filter((file) => !used.has(file));
  all += unshown.length;
  for (const file of unshown) {
    used.add(file);
    const parentId = plan.ids.get(file.parts.slice(0, -1).join("/")) ?? null;
    const planned = { id: crypto.randomUUID(), name: titleOfFile(nameOf(file)), file, children: [] };
    await walk([planned], parentId !== null && made.has(parentId) ? parentId : null);
  }
  for (const [path, file] of plan.others)
    if (!used.has(file) && !signal.aborted) problems.push(`“${path}” was left out: no document shows it.`);
  return { made: made.size, firstId: [...made][0] ?? null, problems };
}

const nameOf = ({ parts }: ArchiveFile): string => parts.at(-1) ?? "";
const countAll = (sum: number, { children }: PlannedDocument): number => children.reduce(countAll, sum + 1);

export type Whole = NewDocument & { readonly problems: readonly string[] };

async function read(
  planned: PlannedDocument,
  plan: ImportPlan,
  workspaceId: string,
  used: Set<ArchiveFile>,
): Promise<Whole> {
  const { id, name, file } = planned;
  if (!file) return { id, title: name, blocks: [], problems: [] };
  const bytes = await file.read();
  if (isTableFile(nameOf(file))) return readTable(planned, file, bytes, workspaceId);
  const problems: string[] = [];
  const beside = new Map<string, File>();
  const shown = (url: string) => {
    const path = resolvePath(file.parts, url)?.parts.join("/");
    return path === undefined ? undefined : plan.others.get(path);
  };
  // reading asks for bytes at once: first it is read for what it shows
  const named = new Set<ArchiveFile>();
  const ways = waysOf(file, plan);
  readDocumentFile(nameOf(file), bytes, id, {
    ...ways,
    link: () => null,
    file(url) {
      const other = shown(url);
      if (other) named.add(other);
      return null;
    },
  });
  for (const other of named) {
    used.add(other);
    try {
      beside.set(other.parts.join("/"), new File([(await other.read()) as BlobPart], nameOf(other)));
    } catch {
      problems.push(`“${other.parts.join("/")}” was left out: it is damaged, or needs a password.`);
    }
  }
  const found = readDocumentFile(nameOf(file), bytes, id, {
    ...ways,
    link: (url) => linkTo(url, file, plan, workspaceId),
    file: (url) => beside.get(shown(url)?.parts.join("/") ?? "") ?? null,
  });
  if (!found.ok) throw new Error(found.reason);
  // a document without a title has the name of none in our archives
  const title = found.title ?? (/^Untitled(?: \d+)?$/.test(name) ? "" : name);
  return { id, title, blocks: found.blocks, files: found.files, problems };
}

/** Our own archives have none of it: what looks so in them is text. */
function waysOf(file: ArchiveFile, plan: ImportPlan): TextWays {
  if (plan.isOurs) return {};
  const named = (name: string) => {
    const target = plan.named(name);
    return target && relativePath(file.parts, target.parts);
  };
  return { named, keepsLines: plan.isFromNotion };
}

function linkTo(url: string, from: ArchiveFile, plan: ImportPlan, workspaceId: string): string | null {
  const target = resolvePath(from.parts, url);
  const id = target && (plan.ids.get(target.parts.join("/")) ?? plan.ids.get(`${target.parts.join("/")}.md`));
  if (!id) return null;
  const block = target && /^[\da-f]{32}$/.test(target.fragment) ? `#${target.fragment}` : "";
  return `/w/${workspaceId}/d/${id}${block}`;
}

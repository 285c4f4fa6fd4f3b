/**
 * Files of a folder or an archive → the tree of documents that they become. "Plan.md" and a folder "Plan" beside it are
 * one document and what is inside it; a folder alone is a document without text, if there is one below it. Notion puts an
 * id behind each name, but not always behind a folder's; its databases are a table, and a folder of the rows' pages.
 */
import type { ArchiveFile } from "./archive.ts";

/** The order of the documents, a path a line: written by our export, as folders have none. */
export const ORDER_FILE = "_order.txt";

export type PlannedDocument = {
  readonly id: string;
  readonly name: string;
  readonly file: ArchiveFile | null;
  readonly children: readonly PlannedDocument[];
};

export type ImportPlan = {
  readonly documents: readonly PlannedDocument[];
  /** Documents by their file's path, and by their folder's. */
  readonly ids: ReadonlyMap<string, string>;
  /** Everything else, by path: pictures and files that documents may name. */
  readonly others: ReadonlyMap<string, ArchiveFile>;
  /** Written by our export. */
  readonly isOurs: boolean;
  readonly isFromNotion: boolean;
  /** The file that a link by name means, as Obsidian writes them: by its path, else the uppermost of that name. */
  readonly named: (name: string) => ArchiveFile | null;
};

const TEXT = /\.(?:md|markdown|txt|html?)$/i;
/** A database of Notion: as it was shown, and whole. */
const DATABASE = /(?<= [\da-f]{32})(?:_all)?\.csv$/i;
const TABLE = /\.[ct]sv$/i;
export const isTableFile = (name: string): boolean => TABLE.test(name);

type Folder = { readonly files: ArchiveFile[]; readonly folders: Map<string, Folder> };

export function planImport(
  files: readonly ArchiveFile[],
  order: string | null,
  newId: () => string,
): ImportPlan {
  const root: Folder = { files: [], folders: new Map() };
  const others = new Map<string, ArchiveFile>();
  const ids = new Map<string, string>();
  const paths = new Set(files.map(pathOf));
  /** Databases as they were shown, where the whole one is there, too. */
  const views = new Set([...paths].filter((path) => wholeOf(path) !== path && paths.has(wholeOf(path))));
  for (const file of files) {
    const path = pathOf(file);
    if (nameOf(file) === ORDER_FILE || views.has(path)) continue;
    if (!TEXT.test(path) && !DATABASE.test(path)) others.set(path, file);
    else folderAt(root, file.parts.slice(0, -1)).files.push(file);
  }
  const ranks = new Map((order ?? "").split(/\r?\n/).map((path, index) => [path, index]));
  const documents = planFolder(root, [], { ids, ranks, newId });
  for (const path of views) ids.set(path, ids.get(wholeOf(path)) ?? "");
  return {
    documents,
    ids,
    others,
    isOurs: order !== null,
    isFromNotion: files.some((file) => bareName(stemOf(nameOf(file))) !== stemOf(nameOf(file))),
    named: namesOf(files),
  };
}

const pathOf = ({ parts }: ArchiveFile): string => parts.join("/");
const wholeOf = (path: string): string => path.replace(DATABASE, "_all.csv");
const nameOf = ({ parts }: ArchiveFile): string => parts.at(-1) ?? "";
const stemOf = (name: string): string => name.replace(TEXT, "").replace(DATABASE, "");
/** What a document is called that a file says no title of. */
export const titleOfFile = (name: string): string => bareName(stemOf(name).replace(TABLE, ""));
const bareName = (name: string): string => name.replace(/(?<=.) [\da-f]{32}$/, "");

function namesOf(files: readonly ArchiveFile[]): ImportPlan["named"] {
  const found = new Map<string, ArchiveFile>();
  const keyOf = (path: string) => path.normalize("NFC").toLowerCase();
  for (const file of files.toSorted((a, b) => a.parts.length - b.parts.length)) {
    for (const name of [pathOf(file), nameOf(file)])
      for (const key of [keyOf(name), keyOf(name.replace(TEXT, ""))])
        if (!found.has(key)) found.set(key, file);
  }
  return (name) => found.get(keyOf(name)) ?? null;
}

function folderAt(root: Folder, parts: readonly string[]): Folder {
  let folder = root;
  for (const part of parts) {
    const inside = folder.folders.get(part) ?? { files: [], folders: new Map() };
    folder.folders.set(part, inside);
    folder = inside;
  }
  return folder;
}

type Planning = {
  readonly ids: Map<string, string>;
  readonly ranks: ReadonlyMap<string, number>;
  readonly newId: () => string;
};

function planFolder(folder: Folder, path: readonly string[], planning: Planning): PlannedDocument[] {
  const { ids, ranks, newId } = planning;
  const taken = new Set<string>();
  const found = folder.files.map((file): PlannedDocument & { key: string } => {
    const stem = stemOf(nameOf(file));
    const name = bareName(stem);
    const within = [stem, name].find((one) => folder.folders.has(one) && !taken.has(one));
    const own = within === undefined ? undefined : folder.folders.get(within);
    if (within !== undefined) taken.add(within);
    const id = newId();
    ids.set(pathOf(file), id);
    if (within !== undefined) ids.set([...path, within].join("/"), id);
    const children = own && within ? planFolder(own, [...path, within], planning) : [];
    return { id, name, file, children, key: pathOf(file) };
  });
  for (const [name, inside] of folder.folders) {
    if (taken.has(name)) continue;
    const children = planFolder(inside, [...path, name], planning);
    if (children.length === 0) continue;
    const id = newId();
    ids.set([...path, name].join("/"), id);
    found.push({ id, name: bareName(name), file: null, children, key: [...path, name].join("/") });
  }
  const rank = (key: string) => ranks.get(key) ?? Number.POSITIVE_INFINITY;
  const byName = new Intl.Collator(undefined, { numeric: true });
  return found
    .sort((a, b) => rank(a.key) - rank(b.key) || byName.compare(a.name, b.name))
    .map(({ key: _key, ...planned }) => planned);
}

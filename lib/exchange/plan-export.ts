/**
 * Documents → files that any Markdown program reads: "Plan.md", what is inside it in a folder "Plan", pictures and files
 * in a folder "files" beside the text that shows them. Links between the documents lead from file to file.
 */
import type { AttachmentKey } from "../core/attachment.ts";
import type { BlockNode } from "../core/block-tree.ts";
import { printMarkdown } from "../markdown/print-markdown.ts";
import { FolderNames, fileName, relativePath } from "./archive-paths.ts";

export type ExportNode = {
  readonly id: string;
  readonly title: string;
  readonly children: readonly ExportNode[];
};

const FILES = "files";

export class ExportPlan {
  /** The path of each document, in the order of the tree. */
  readonly paths = new Map<string, readonly string[]>();
  readonly #names = new Map<string, FolderNames>();
  readonly #files = new Map<string, { path: string; key: AttachmentKey; name: string | null }>();

  constructor(nodes: readonly ExportNode[]) {
    this.#place(nodes, []);
  }

  /** Attachments that the texts written so far show: path → object. */
  get attachments(): ReadonlyMap<string, AttachmentKey> {
    return new Map([...this.#files.values()].map(({ path, key }) => [path, key]));
  }

  /** The paths of all documents, a line each. */
  get order(): string {
    return `${[...this.paths.values()].map((parts) => parts.join("/")).join("\n")}\n`;
  }

  write(id: string, document: { title: string; blocks: readonly BlockNode[] }): string {
    const own = this.paths.get(id);
    if (!own) throw new TypeError(`No path was planned for the document ${id}.`);
    return printMarkdown(document, {
      link: (url) => this.#linkTo(own, url),
      attachment: (key, name) => {
        const { path, name: was } = this.#fileFor(own.slice(0, -1), key, name);
        return { url: relativePath(own, path.split("/")), name: was };
      },
    });
  }

  #place(nodes: readonly ExportNode[], folder: readonly string[]): void {
    const names = this.#namesIn(folder);
    for (const { id, title, children } of nodes) {
      const name = names.take(fileName(title), ".md");
      this.paths.set(id, [...folder, name]);
      this.#place(children, [...folder, name.replace(/\.md$/, "")]);
    }
  }

  #namesIn(folder: readonly string[]): FolderNames {
    const key = folder.join("/");
    const names = this.#names.get(key) ?? new FolderNames();
    // no document takes the folder of the pictures
    if (!this.#names.has(key)) names.take(FILES, ".md");
    this.#names.set(key, names);
    return names;
  }

  /** An object that several texts of a folder show is one file. */
  #fileFor(folder: readonly string[], key: AttachmentKey, name: string) {
    const place = [...folder, FILES];
    const id = `${place.join("/")}\n${key}\n${name}`;
    const known = this.#files.get(id);
    if (known) return known;
    const [, stem = "File", ending = ""] = /^(.*?)(\.[\p{L}\p{N}]{1,8})?$/u.exec(name || "File") ?? [];
    const taken = this.#namesIn(place).take(fileName(stem), ending);
    const file = { path: [...place, taken].join("/"), key, name: taken === name ? null : name || null };
    this.#files.set(id, file);
    return file;
  }

  #linkTo(own: readonly string[], url: string): string | null {
    const [, id = "", fragment = ""] =
      /^(?:https?:\/\/[^/]+)?\/w\/[\da-f-]{36}\/d\/([\da-f-]{36})(#[\da-f]{32})?$/.exec(url) ?? [];
    const path = this.paths.get(id);
    return path ? relativePath(own, path) + fragment : null;
  }
}

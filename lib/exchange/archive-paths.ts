/** Paths of files in an archive or a folder: names from the top, none that leads elsewhere. */

const MOST_LEVELS = 40;
const MOST_LETTERS = 1_000;

/** Null for a path that no honest archive has: absolute, upward, with control characters, endlessly deep. */
export function partsOfPath(path: string): string[] | null {
  const text = path.replaceAll("\\", "/").normalize("NFC");
  if (text.length > MOST_LETTERS || /^\/|^[a-z]:/i.test(text) || /[\p{Cc}\u2028\u2029]/u.test(text))
    return null;
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") || parts.length > MOST_LEVELS || parts.length === 0 ? null : parts;
}

/** What systems put beside people's files. */
export function isSystemFile(parts: readonly string[]): boolean {
  return parts.some(
    (part) => part === "__MACOSX" || part.startsWith(".") || /^(?:thumbs\.db|desktop\.ini)$/i.test(part),
  );
}

/** Where a relative address leads from a file; null when it leads out of the archive, or is no such address. */
export function resolvePath(
  from: readonly string[],
  href: string,
): { parts: string[]; fragment: string } | null {
  if (/^(?:[a-z][a-z\d+.-]*:|\/|\\|#|\?)/i.test(href) || href === "") return null;
  const [path = "", fragment = ""] = href.split("#", 2);
  const parts = from.slice(0, -1);
  for (const part of decodePath(path.split("?", 1)[0] ?? "").split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "" && part !== ".") parts.push(part.normalize("NFC"));
  }
  return parts.length === 0 ? null : { parts, fragment };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a per cent sign that is one
  }
}

/** The address of a file from another, as Markdown may hold it. */
export function relativePath(from: readonly string[], to: readonly string[]): string {
  let common = 0;
  while (common < from.length - 1 && common < to.length - 1 && from[common] === to[common]) common++;
  const up = from.slice(common, -1).map(() => "..");
  return [...up, ...to.slice(common)].map(encodePart).join("/");
}

const encodePart = (part: string): string =>
  encodeURIComponent(part).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A name that every system takes. */
export function fileName(title: string): string {
  const name = title
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{Cc}\u2028\u2029<>:"/\\|?*]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80)
    .toWellFormed()
    .replace(/^[.\s_]+|[.\s]+$/g, "");
  return name === "" || /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(name)
    ? name === ""
      ? "Untitled"
      : `${name} file`
    : name;
}

/** Names of one folder: one that is taken, in whatever letters, gets a number. */
export class FolderNames {
  readonly #taken = new Set<string>();

  take(stem: string, ending: string): string {
    for (let number = 1; ; number++) {
      const name = `${stem}${number === 1 ? "" : ` ${number}`}`;
      const key = `${name}${ending}`.toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return `${name}${ending}`;
    }
  }
}

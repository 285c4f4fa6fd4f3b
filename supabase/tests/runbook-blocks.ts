/** RUNBOOK.md taken apart: its blocks of commands, and which of them need an account. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");
const FILE = resolve(ROOT, "RUNBOOK.md");

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line in the file, counted from 1. */
  readonly line: number;
  /** The heading above it. */
  readonly heading: string;
}

export interface Heading {
  readonly level: number;
  readonly title: string;
  /** What stands below it, up to the next heading. */
  readonly body: string;
}

export const readRunbook = (): string => readFileSync(FILE, "utf8");

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | null = null;
  let heading = "";
  text.split("\n").forEach((line, index) => {
    const fence = /^\s*```(\w*)/.exec(line);
    if (open === null) {
      heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
      if (fence) open = { language: fence[1] ?? "", line: index + 2, lines: [] };
    } else if (fence) {
      const { language, line: first, lines } = open;
      blocks.push({ language, text: lines.join("\n"), line: first, heading });
      open = null;
    } else open.lines.push(line);
  });
  if (open !== null) throw new Error("A block of RUNBOOK.md has no end.");
  return blocks;
}

export function headingsOf(text: string): Heading[] {
  const code = /^\s*```[\s\S]*?^\s*```/gm;
  const plain = text.replace(code, (block) => block.replaceAll(/^#/gm, " #"));
  const found = [...plain.matchAll(/^(#+) (.*)$/gm)];
  return found.map((match, at) => ({
    level: match[1]?.length ?? 0,
    title: match[2] ?? "",
    body: plain.slice(match.index + match[0].length, found[at + 1]?.index),
  }));
}

/** As GitHub makes anchors of headings. */
export const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .trim()
    .replaceAll(/\s/g, "-");

/** Blocks that cannot run here, by how they begin (comments aside), with the reason. */
export const NEEDS_AN_ACCOUNT: readonly (readonly [begins: string, reason: string])[] = [
  ["export BASE_URL=", "the names with the values of one's own project"],
  ["npx supabase link", "an account of Supabase, and Docker for the database to compare with"],
  ["npx supabase functions deploy", "an account of Supabase"],
  ["vercel deploy", "an account of Vercel"],
  ["vercel rollback", "an account of Vercel"],
  ["npm run validate", "a browser and all of the product: e2e/operations.spec.ts runs it"],
  ["git checkout <previous-tag>", "an account of Supabase, and a tag"],
];

export const withoutComments = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .trim();

export const needsAccount = ({ text }: Block): string | null =>
  NEEDS_AN_ACCOUNT.find(([begins]) => withoutComments(text).startsWith(begins))?.[1] ?? null;

/** The boxes of the runbook's checklist, and what ticks each. A box without a check, or a check without a box, is a fault. */
import { readFileSync } from "node:fs";
import type { Verdict } from "./database.ts";

export type Box = { readonly section: string; readonly text: string };
export type Check = {
  /** How the box's text begins. */
  readonly box: string;
  readonly part: "database" | "services" | "application";
  run(): Promise<Verdict> | Verdict;
};
export type Ticked = Box & { readonly verdict: Verdict | "skipped" };

const SECTION = "Pre-Deployment Checklist";

/** In the order of the runbook. */
export function readBoxes(file: string): Box[] {
  const boxes: Box[] = [];
  let chapter = "";
  let section = "";
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, level, title = ""] = /^(##+) (.*)$/.exec(line) ?? [];
    if (level === "##") chapter = title;
    else if (level) section = title;
    const text = /^- \[ \] (.*)$/.exec(line)?.[1];
    if (text !== undefined && chapter === SECTION) boxes.push({ section, text });
  }
  return boxes;
}

/** Throws a sentence when runbook and checks do not belong together. */
export function pairUp(boxes: readonly Box[], checks: readonly Check[]): { box: Box; check: Check }[] {
  const pairs = boxes.map((box) => {
    const fitting = checks.filter((check) => box.text.startsWith(check.box));
    const [check] = fitting;
    if (check === undefined || fitting.length > 1)
      throw new Error(`RUNBOOK.md has the box "${box.text}", for which there are ${fitting.length} checks.`);
    return { box, check };
  });
  const idle = checks.find((check) => !pairs.some((pair) => pair.check === check));
  if (idle) throw new Error(`RUNBOOK.md has no box "${idle.box}".`);
  return pairs;
}

export async function tick(
  pairs: readonly { box: Box; check: Check }[],
  without: readonly string[],
): Promise<Ticked[]> {
  const ticked: Ticked[] = [];
  for (const { box, check } of pairs) {
    const verdict = without.includes(check.part) ? "skipped" : await verdictOf(check);
    ticked.push({ ...box, verdict });
  }
  return ticked;
}

async function verdictOf(check: Check): Promise<Verdict> {
  try {
    return await check.run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** As the runbook has them, ticked or with what is wrong. */
export function linesOf(ticked: readonly Ticked[]): string[] {
  const lines: string[] = [];
  let section = "";
  for (const box of ticked) {
    if (box.section !== section) lines.push("", box.section);
    section = box.section;
    if (box.verdict === "skipped") lines.push(`- [ ] ${box.text} (left out)`);
    else if (box.verdict === null) lines.push(`- [x] ${box.text}`);
    else lines.push(`- [ ] ${box.text}`, `      ${box.verdict}`);
  }
  return lines;
}

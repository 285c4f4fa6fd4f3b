/**
 * The Cranfield collection: 1,400 abstracts, 225 questions, and which abstracts answer which question. It lies
 * outside this repository; whoever needs it says that it is not there.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export interface Cranfield {
  readonly abstracts: readonly { readonly id: number; readonly title: string; readonly text: string }[];
  readonly questions: readonly {
    readonly text: string;
    /** Abstract → gain, 1 to 4: the code of the judgement; the code -1, of one abstract a question, counts 1. */
    readonly relevant: ReadonlyMap<number, number>;
  }[];
}

const folder = process.env.CRANFIELD ?? resolve(import.meta.dirname, "../../../shared/data/cranfield");

export const whyNoCranfield: string | null = existsSync(folder)
  ? null
  : "There is no Cranfield collection here.";

export function readCranfield(): Cranfield {
  const read = (file: string) => readFileSync(resolve(folder, file), "utf8");
  const abstracts = recordsOf(read("cran.all.1400")).map(({ id, fields }) => ({
    id,
    title: fields.T ?? "",
    text: fields.W ?? "",
  }));
  const judged = new Map<number, Map<number, number>>();
  for (const line of read("cranqrel").trim().split("\n")) {
    const [question = 0, abstract = 0, code = 0] = line.trim().split(/\s+/).map(Number);
    const gains = judged.get(question) ?? new Map<number, number>();
    judged.set(question, gains.set(abstract, Math.abs(code)));
  }
  // The judgements number the questions by their order, not by their ids.
  const questions = recordsOf(read("cran.qry")).map(({ fields }, index) => ({
    text: (fields.W ?? "").replace(/ \.$/, ""),
    relevant: judged.get(index + 1) ?? new Map<number, number>(),
  }));
  return { abstracts, questions };
}

function recordsOf(text: string) {
  return text
    .split(/^\.I /m)
    .slice(1)
    .map((record) => {
      const [head = "", ...parts] = record.split(/^\.(?=[TABW]\s*$)/m);
      const fields: Record<string, string> = {};
      for (const part of parts) fields[part[0] ?? ""] = part.slice(1).replace(/\s+/g, " ").trim();
      return { id: Number(head), fields };
    });
}

/** Of a ranked list without doubles: how good its first `depth` are against the best order there is, 0 to 1. */
export function ndcg(
  ranked: readonly number[],
  relevant: ReadonlyMap<number, number>,
  depth: number,
): number {
  const sum = (gains: readonly number[]) =>
    gains.slice(0, depth).reduce((total, gain, at) => total + gain / Math.log2(at + 2), 0);
  const best = sum([...relevant.values()].sort((a, b) => b - a));
  return best === 0 ? 0 : sum(ranked.map((id) => relevant.get(id) ?? 0)) / best;
}

/** The share of what is relevant that is among the first `depth`. */
export function recall(
  ranked: readonly number[],
  relevant: ReadonlyMap<number, number>,
  depth: number,
): number {
  if (relevant.size === 0) return 0;
  return ranked.slice(0, depth).filter((id) => relevant.has(id)).length / relevant.size;
}

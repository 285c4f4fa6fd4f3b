/**
 * Vectors of texts, kept from one run to the next: in the system's folder for what may be thrown away, a file for each
 * model, one line a text. A run that is broken off has what was made until then.
 */
import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddingModel, embedTexts } from "../../supabase/functions/_shared/embeddings.ts";

const FOLDER = join(tmpdir(), "command-center-vectors");
const AT_ONCE = 16;

export interface KeptVectors {
  readonly vectors: readonly (readonly number[])[];
  /** Of those that were not kept; null where all were. */
  readonly madePerSecond: number | null;
}

/** One vector a text, in their order. */
export async function embedOrRecall(model: EmbeddingModel, texts: readonly string[]): Promise<KeptVectors> {
  const file = join(FOLDER, `${model.name.replaceAll(/[^\w.-]/g, "_")}.jsonl`);
  const known = await readKept(file);
  const missing = [...new Set(texts)].filter((text) => !known.has(hashOf(text)));
  await mkdir(FOLDER, { recursive: true });
  if (missing.length > 0) await embedTexts(model, ["warm"]);
  const started = performance.now();
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    const batch = missing.slice(at, at + AT_ONCE);
    const { vectors } = await embedTexts(model, batch);
    const made = batch.map((text, place) => [hashOf(text), vectors[place] ?? []] as const);
    for (const [hash, vector] of made) known.set(hash, vector);
    await appendFile(file, made.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  const seconds = (performance.now() - started) / 1_000;
  return {
    vectors: texts.map((text) => known.get(hashOf(text)) ?? []),
    madePerSecond: missing.length > 0 ? missing.length / seconds : null,
  };
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("base64url");

/** What a run that was broken off wrote half is taken out: the next line would be written behind it. */
async function readKept(file: string): Promise<Map<string, readonly number[]>> {
  const written = await readFile(file, "utf8").catch(() => "");
  const whole = written.slice(0, written.lastIndexOf("\n") + 1);
  if (whole.length < written.length) await writeFile(file, whole);
  return new Map(
    whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as [string, number[]]),
  );
}

/**
 * How long after it was written a block is found by another's words, by the local model and the whole stand-in: with
 * nothing else to do, and while 2,000 blocks that were pasted into another document are waiting for their vectors.
 */
import { homeOf } from "../../supabase/tests/scene.ts";
import { newPerson, type Person, startProject } from "../../supabase/tests/stand-in.ts";
import { until } from "../../supabase/tests/waiting.ts";
import { addBlocks, openWriter, paragraph, type Writer } from "../../supabase/tests/writer.ts";
import { startEmbeddings } from "../embeddings/start.ts";
import { makeUp } from "./made-up.ts";

export interface Freshness {
  /** Seconds from the write to the hit. */
  readonly idle: readonly number[];
  readonly whileImporting: readonly number[];
  /** Texts that had no vector yet when the last of these was found. */
  readonly stillWaiting: boolean;
}

const IMPORTED = 2_000;
const LINES = [
  ["The ferry was late because of thick fog", "boat delayed by bad weather"],
  ["The automobile crashed on the motorway", "a car accident on the road"],
  ["Our physician prescribed pills for the headache", "medicine from the doctor"],
  ["The kids enjoyed the zoo and its elephants", "children liked looking at animals"],
  ["The chef burned the soup again", "a cook ruined dinner"],
] as const;

export async function measureFreshness(): Promise<Freshness> {
  const model = await startEmbeddings();
  const project = await startProject({ functionSecrets: model.secrets });
  try {
    const person = await newPerson(project, "Freda");
    const workspaceId = await homeOf(person);
    const writer = await openWriter(person);
    await secondsUntilFound(person, workspaceId, writer, ["A warm welcome to everyone", "greetings"]);
    const idle: number[] = [];
    for (const line of LINES) idle.push(await secondsUntilFound(person, workspaceId, writer, line));
    const made = makeUp(7);
    const imported = await openWriter(person);
    await imported.edit((doc) =>
      addBlocks(doc, ...Array.from({ length: IMPORTED }, () => paragraph(made.text()))),
    );
    const whileImporting: number[] = [];
    for (const [text, query] of LINES) {
      const line = [`${text}, as we heard later`, query] as const;
      whileImporting.push(await secondsUntilFound(person, workspaceId, writer, line));
    }
    const { data } = await person.client.rpc("search_status", { p_workspace_id: workspaceId });
    return { idle, whileImporting, stillWaiting: data.waiting > 0 };
  } finally {
    await project.stop();
    await model.stop();
  }
}

async function secondsUntilFound(
  { client }: Person,
  workspaceId: string,
  writer: Writer,
  [text, query]: readonly [string, string],
): Promise<number> {
  const started = performance.now();
  await writer.edit((doc) => addBlocks(doc, paragraph(text)));
  const isFound = async () => {
    const { data } = await client.functions.invoke("search", { body: { workspaceId, query } });
    return (data?.blocks ?? []).some(({ snippet }: { snippet: string }) => snippet === text);
  };
  await until(isFound, `“${text}” by “${query}”`, 120_000);
  return (performance.now() - started) / 1_000;
}

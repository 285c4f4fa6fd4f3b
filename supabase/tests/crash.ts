/**
 * Crashes under writes: writers append to documents through supabase-js, the process (or its Postgres server) is
 * killed with -9 at a random instant, started again, and the log is compared with what was acknowledged.
 *
 *     node supabase/tests/crash.ts --runs 50 [--seed 1] [--native] [--kill stand-in|postgres|both]
 *
 * Exit code 1 when an acknowledged row is lost or changed, a sequence has a gap, or a sum is wrong.
 */
import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type Cluster, startCluster } from "../../scripts/native-cluster.ts";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { type Appended, append, createDocument, homeOf, join, openSession, type Session } from "./scene.ts";
import { newFolder, newPerson, type Person, type Project, service } from "./stand-in.ts";
import { until } from "./waiting.ts";

export type Victim = "stand-in" | "postgres" | "both";

export interface CrashOptions {
  readonly runs: number;
  readonly seed: number;
  /** On a Postgres 17 server of its own instead of PGlite; only there can the server be the victim. */
  readonly native: boolean;
  readonly victim: Victim;
  /** Told after each run. */
  report?(line: string): void;
}

export interface CrashFigures {
  readonly runs: number;
  readonly acknowledged: number;
  /** Rows whose answer died with the process, and which were sent again. */
  readonly retried: number;
  /** From the new process's start to its first answer, milliseconds, the median. */
  readonly restartMs: number;
  /** What went wrong, in sentences. Empty is the promise. */
  readonly broken: readonly string[];
}

interface Sent {
  readonly clientSeq: number;
  readonly data: string;
}

/** Somebody who appends one row after the other to one document. */
interface Lane {
  readonly person: Person;
  readonly session: Session;
  /** What is known to be stored: by clientSeq, its seq and its bytes. */
  readonly acknowledged: Map<number, { seq: number; data: string }>;
  /** The row whose answer never came: sent again after the restart, as a client does. */
  pending: Sent | null;
  clientSeq: number;
}

const DOCUMENTS = 2;
const PEOPLE = 3;

export async function crash(options: CrashOptions): Promise<CrashFigures> {
  const folder = await newFolder();
  const cluster = options.native ? await startCluster() : null;
  const world = new World(folder, cluster);
  const restarts: number[] = [];
  let retried = 0;
  const broken: string[] = [];
  try {
    await world.start();
    const lanes = await openLanes(world.project());
    for (let run = 1; run <= options.runs; run++) {
      const before = count(lanes);
      await writeUntil(lanes, world, options.victim, 20 + drawn(options.seed, run) * 400);
      restarts.push(await world.restart(options.victim));
      retried += lanes.filter(({ pending }) => pending).length;
      await Promise.all(lanes.map(sendAgain));
      for (const flaw of await compare(service(world.project()), lanes)) broken.push(`run ${run}: ${flaw}`);
      options.report?.(
        `run ${run}: ${count(lanes) - before} acknowledged, back after ${Math.round(restarts.at(-1) ?? 0)} ms, ${broken.length} broken`,
      );
    }
    const restartMs = Math.round(restarts.toSorted((a, b) => a - b)[Math.floor(restarts.length / 2)] ?? 0);
    return { runs: options.runs, acknowledged: count(lanes), retried, restartMs, broken };
  } finally {
    await world.end();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The stand-in and, where there is one, its server. */
class World {
  readonly #folder: string;
  readonly #cluster: Cluster | null;
  #standIn: StandIn | null = null;

  constructor(folder: string, cluster: Cluster | null) {
    this.#folder = folder;
    this.#cluster = cluster;
  }

  async start(): Promise<void> {
    const databaseUrl = this.#cluster?.url ?? null;
    this.#standIn = await startStandIn({ dataFolder: this.#folder, databaseUrl });
  }

  project(): Project {
    const standIn = this.#standIn;
    if (!standIn) throw new Error("nothing runs");
    const { url, publishableKey, secretKey } = standIn;
    const databaseUrl = this.#cluster?.url ?? null;
    return { url, publishableKey, secretKey, folder: this.#folder, databaseUrl, standIn, stop: standIn.stop };
  }

  async kill(victim: Victim): Promise<void> {
    if (victim !== "stand-in" && !this.#cluster)
      throw new Error("only a native Postgres can be killed alone");
    const ended = victim === "postgres" ? null : this.#standIn?.ended;
    if (victim !== "postgres") this.#standIn?.process.kill("SIGKILL");
    if (victim !== "stand-in") await this.#cluster?.kill();
    await ended;
  }

  /** Resolves to how long it took until it answered again, milliseconds. */
  async restart(victim: Victim): Promise<number> {
    const { url } = this.project();
    const began = performance.now();
    if (victim !== "stand-in") await this.#cluster?.restart();
    if (victim !== "postgres") await this.start();
    if (this.project().url !== url) throw new Error("it came back at another address");
    const answers = async () => (await fetch(`${url}/health`).catch(() => null))?.ok === true;
    await until(answers, "the first answer", 30_000);
    return performance.now() - began;
  }

  async end(): Promise<void> {
    await this.#standIn?.stop();
  }
}

async function openLanes(project: Project): Promise<Lane[]> {
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => newPerson(project)));
  const [owner, ...others] = people;
  if (!owner) throw new Error("nobody");
  const workspaceId = await homeOf(owner);
  for (const person of others) await join(owner, workspaceId, person, "editor");
  const lanes: Lane[] = [];
  for (let n = 0; n < DOCUMENTS; n++) {
    const { id } = await createDocument(owner, workspaceId);
    for (const person of people) {
      const session = await openSession(person, id);
      lanes.push({ person, session, acknowledged: new Map(), pending: null, clientSeq: 0 });
    }
  }
  return lanes;
}

/** All lanes write; `afterMs` after each has its first answer, the victim is killed. */
async function writeUntil(
  lanes: readonly Lane[],
  world: World,
  victim: Victim,
  afterMs: number,
): Promise<void> {
  const underWay = Promise.withResolvers<void>();
  let begun = 0;
  const writing = lanes.map(async (lane) => {
    for (let n = 0; await write(lane); n++) if (n === 0 && ++begun === lanes.length) underWay.resolve();
  });
  await Promise.race([underWay.promise, Promise.all(writing)]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await world.kill(victim);
  await Promise.all(writing);
}

/** False when no answer came. A row that was pending is sent first, with the same number and bytes. */
async function write(lane: Lane): Promise<boolean> {
  lane.pending ??= {
    clientSeq: ++lane.clientSeq,
    data: randomBytes(20 + (lane.clientSeq % 7) * 300).toString("base64"),
  };
  const { clientSeq, data } = lane.pending;
  const { value, refusal } = await append(lane.person.client, lane.session, [{ clientSeq, data }]);
  if (refusal !== null) return false;
  // Whatever comes as an answer may be no answer to an append.
  const [accepted] = (value as Appended | null)?.accepted ?? [];
  if (accepted?.clientSeq !== clientSeq)
    throw new Error(`asked for ${clientSeq}, got ${JSON.stringify(value)}`);
  lane.acknowledged.set(clientSeq, { seq: accepted.seq, data });
  lane.pending = null;
  return true;
}

/** As a client does: a connection of before the crash may still be found broken now. */
async function sendAgain(lane: Lane): Promise<void> {
  if (lane.pending) await until(() => write(lane), "the answer to a row sent again", 20_000);
}

interface Row {
  readonly seq: number;
  readonly client_seq: number;
  readonly session_id: string;
  /** Hexadecimal, behind `\\x`. */
  readonly data: string;
  readonly sha256: string;
}

const PAGE = 500;

/** The whole log of a document, also what a snapshot covers, as the service sees it. */
async function readLog(client: SupabaseClient, documentId: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const { data, error } = await client
      .from("document_updates")
      .select("seq,client_seq,session_id,data,sha256")
      .eq("document_id", documentId)
      .gt("seq", rows.at(-1)?.seq ?? 0)
      .order("seq")
      .limit(PAGE);
    if (error) throw new Error(error.message);
    rows.push(...(data as Row[]));
    if (data.length < PAGE) return rows;
  }
}

async function compare(client: SupabaseClient, lanes: readonly Lane[]): Promise<string[]> {
  const flaws: string[] = [];
  for (const documentId of new Set(lanes.map(({ session }) => session.documentId))) {
    const rows = await readLog(client, documentId);
    const gaps = rows.filter(({ seq }, n) => seq !== n + 1);
    if (gaps.length > 0) flaws.push(`${documentId} has a gap before ${gaps[0]?.seq}`);
    const head = await client
      .from("document_heads")
      .select("last_seq")
      .eq("document_id", documentId)
      .single();
    if (head.data?.last_seq !== rows.length) {
      flaws.push(`${documentId} has ${rows.length} rows and its head is ${JSON.stringify(head)}`);
    }
    const sums = rows.filter(({ data, sha256 }) => sumOf(bytesOf(data)) !== sha256.slice(2));
    if (sums.length > 0) flaws.push(`${sums.length} rows of ${documentId} have a wrong sum`);
    const own = lanes.filter(({ session }) => session.documentId === documentId);
    for (const lane of own) flaws.push(...compareLane(lane, rows));
  }
  return flaws;
}

const bytesOf = (hex: string) => Buffer.from(hex.slice(2), "hex");
const sumOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function compareLane({ session, acknowledged }: Lane, rows: readonly Row[]): string[] {
  const own = rows.filter(({ session_id }) => session_id === session.sessionId);
  const found = new Map(own.map((row) => [row.client_seq, row]));
  const flaws: string[] = found.size === own.length ? [] : [`${session.sessionId} has a row twice`];
  for (const [clientSeq, { seq, data }] of acknowledged) {
    const row = found.get(clientSeq);
    if (!row) flaws.push(`row ${clientSeq} of ${session.sessionId} is lost; it was acknowledged as ${seq}`);
    else if (row.seq !== seq || !bytesOf(row.data).equals(Buffer.from(data, "base64"))) {
      flaws.push(`row ${clientSeq} of ${session.sessionId} is another one now`);
    }
  }
  return flaws;
}

const count = (lanes: readonly Lane[]) => lanes.reduce((sum, lane) => sum + lane.acknowledged.size, 0);

/** From 0 up to 1, the same for the same run of the same seed. */
const drawn = (seed: number, run: number) =>
  createHash("sha256").update(`${seed} ${run}`).digest().readUInt32BE() / 2 ** 32;

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      native: { type: "boolean", default: false },
      kill: { type: "string", default: "stand-in" },
    },
  });
  const victim = values.kill;
  if (victim !== "stand-in" && victim !== "postgres" && victim !== "both") {
    throw new Error(`--kill ${victim}: stand-in, postgres or both`);
  }
  const report = (line: string) => process.stdout.write(`${line}\n`);
  const { runs, seed, native } = values;
  const figures = await crash({ runs: Number(runs), seed: Number(seed), native, victim, report });
  report(JSON.stringify(figures, null, 2));
  process.exitCode = figures.broken.length > 0 ? 1 : 0;
}

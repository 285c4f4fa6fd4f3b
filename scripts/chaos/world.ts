/**
 * The servers under a campaign: a stand-in of its own and, where asked for, a Postgres 17 server of its own. Either
 * can be killed with -9 and started again on the same data. An error can be planted into a copy of the stand-in.
 */
import { rm } from "node:fs/promises";
import { copyStandIn, plant as plantInto, type StandInPlant } from "../../supabase/tests/plant.ts";
import { newFolder, type Project } from "../../supabase/tests/stand-in.ts";
import { until } from "../../supabase/tests/waiting.ts";
import { type Cluster, startCluster } from "../native-cluster.ts";
import { type StandIn, startStandIn } from "../stand-in.ts";

export type Victim = "stand-in" | "postgres" | "both";

export interface WorldOptions {
  readonly native: boolean;
  /** Texts to replace in a copy of supabase/; none: the stand-in as it is. */
  readonly plants?: readonly StandInPlant[];
  readonly args?: readonly string[];
}

interface Parts {
  readonly folder: string;
  readonly cluster: Cluster | null;
  readonly copy: Awaited<ReturnType<typeof copyStandIn>> | null;
  readonly args: readonly string[];
}

export async function openWorld({ native, plants = [], args = [] }: WorldOptions): Promise<World> {
  const copy = plants.length > 0 ? await copyStandIn() : null;
  for (const one of plants) await plantInto(copy?.folder ?? "", one);
  const cluster = native ? await startCluster() : null;
  const world = new World({ folder: await newFolder(), cluster, copy, args });
  try {
    await world.start();
    return world;
  } catch (error) {
    await world.end();
    throw error;
  }
}

export class World {
  readonly #parts: Parts;
  #standIn: StandIn | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { folder, cluster, copy, args } = this.#parts;
    const databaseUrl = cluster?.url ?? null;
    this.#standIn = await startStandIn({
      dataFolder: folder,
      databaseUrl,
      args,
      ...(copy ? { main: copy.main } : {}),
    });
  }

  get isNative(): boolean {
    return this.#parts.cluster !== null;
  }

  project(): Project {
    const standIn = this.#standIn;
    if (!standIn) throw new Error("nothing runs");
    const { url, publishableKey, secretKey } = standIn;
    const { folder, cluster } = this.#parts;
    const databaseUrl = cluster?.url ?? null;
    return { url, publishableKey, secretKey, folder, databaseUrl, standIn, stop: standIn.stop };
  }

  async kill(victim: Victim): Promise<void> {
    const { cluster } = this.#parts;
    if (victim !== "stand-in" && !cluster) throw new Error("only a native Postgres can be killed alone");
    const ended = victim === "postgres" ? null : this.#standIn?.ended;
    if (victim !== "postgres") this.#standIn?.process.kill("SIGKILL");
    if (victim !== "stand-in") await cluster?.kill();
    await ended;
  }

  /** Resolves to how long it took until it answered again, milliseconds. */
  async restart(victim: Victim): Promise<number> {
    const { url } = this.project();
    const began = performance.now();
    if (victim !== "stand-in") await this.#parts.cluster?.restart();
    if (victim !== "postgres") await this.start();
    if (this.project().url !== url) throw new Error("it came back at another address");
    const answers = async () => (await fetch(`${url}/health`).catch(() => null))?.ok === true;
    await until(answers, "the first answer", 30_000);
    return performance.now() - began;
  }

  async end(): Promise<void> {
    const { folder, cluster, copy } = this.#parts;
    await this.#standIn?.stop();
    await cluster?.stop();
    await copy?.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

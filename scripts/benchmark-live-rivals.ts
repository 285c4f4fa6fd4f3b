/**
 * Rivals in the same run: Hocuspocus and y-websocket, each as its guide sets it up, with their own clients. They show
 * first and store later. Their packages lie in `scripts/rivals` and are not the product's: `npm ci` there brings them.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type KeyFigures, KeyTimes, playKeys, type Script } from "./benchmark-live-keys.ts";
import { findFreePort } from "./free-port.ts";

export type RivalName = "hocuspocus" | "y-websocket";
export const RIVALS: readonly RivalName[] = ["hocuspocus", "y-websocket"];

/** A page on a document of a rival; each person writes in a text of their own. */
export interface RivalPage {
  lengthOf(text: string): number;
  type(text: string): void;
  onText(text: string, hear: (length: number) => void): void;
  close(): void;
}

const folder = resolve(import.meta.dirname, "rivals");
const START_MS = 20_000;

/** Why they cannot be measured here, as a sentence; null when they can. */
export const whyNoRivals: string | null = existsSync(join(folder, "node_modules"))
  ? null
  : "their packages are not installed (npm ci --prefix scripts/rivals).";

/** A rival's server on a folder of its own; it can be killed and started again on what it had stored. */
export class Rival {
  readonly name: RivalName;
  #data: string;
  #url = "";
  #process: ChildProcess | null = null;
  #onStored: (lengths: Readonly<Record<string, number>>) => void = () => undefined;

  private constructor(name: RivalName, data: string) {
    this.name = name;
    this.#data = data;
  }

  static async start(name: RivalName): Promise<Rival> {
    const rival = new Rival(name, await mkdtemp(join(tmpdir(), "rival-")));
    await rival.startServer();
    return rival;
  }

  /** On the data that is there. */
  async startServer(): Promise<void> {
    const port = await findFreePort(0);
    const own = this.name === "hocuspocus";
    const program = join(folder, own ? "hocuspocus-server.mjs" : "node_modules/y-websocket/bin/server.cjs");
    const env = { ...process.env, HOST: "127.0.0.1", PORT: String(port), YPERSISTENCE: this.#data };
    const child = spawn(process.execPath, [program, this.#data], { env, stdio: ["pipe", "pipe", "inherit"] });
    this.#process = child;
    const found = await this.#listen(child);
    this.#url = `ws://127.0.0.1:${own ? found : port}`;
  }

  async open(document: string): Promise<RivalPage> {
    const { openPage } = (await import(join(folder, "clients.mjs"))) as {
      openPage(kind: RivalName, url: string, name: string): Promise<RivalPage>;
    };
    return openPage(this.name, this.#url, document);
  }

  async measure(people: number, script: Script): Promise<KeyFigures> {
    const times = new KeyTimes();
    const document = `room ${Math.random()}`;
    const pages: RivalPage[] = [];
    try {
      for (let person = 0; person < people; person++) pages.push(await this.open(document));
      pages.forEach((page, watcher) => {
        for (let typist = 0; typist < script.typists; typist++) {
          const hear = (length: number) => times.shown(typist, watcher, length);
          if (typist !== watcher) page.onText(`text ${typist}`, hear);
        }
      });
      this.#onStored = (lengths) => {
        for (let typist = 0; typist < script.typists; typist++)
          times.stored(typist, lengths[`text ${typist}`] ?? 0);
      };
      const press = (typist: number) => {
        times.pressed(typist);
        pages[typist]?.type(`text ${typist}`);
      };
      // Only Hocuspocus says when it has stored.
      await playKeys({ people, press }, times, script, this.name === "hocuspocus");
      return times.figures();
    } finally {
      this.#onStored = () => undefined;
      for (const page of pages) page.close();
    }
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("close", done));
    child.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }

  /** Resolves to the port it names, once it listens. */
  #listen(child: ChildProcess): Promise<number> {
    return new Promise((done, fail) => {
      let rest = "";
      const timer = setTimeout(() => fail(new Error(`${this.name} did not start.`)), START_MS);
      child.once("close", () => fail(new Error(`${this.name} ended.`)));
      child.stdout?.on("data", (part: Buffer) => {
        const lines = (rest + part).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const ready = /^(?:listening (\d+)|running at .* on port (\d+))/.exec(line);
          if (ready) {
            clearTimeout(timer);
            done(Number(ready[1] ?? ready[2]));
          } else if (line.startsWith("stored ")) this.#onStored(JSON.parse(line.slice(7)));
        }
      });
    });
  }
}

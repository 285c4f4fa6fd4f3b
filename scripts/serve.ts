/**
 * The product on this machine: Next, and when no project is configured the stand-in for Supabase with the local
 * model of vectors. Used by `npm run dev` and `npm start`. Asks nothing, prints one line when the first page answers,
 * and ends what it started when it ends itself. A failure is one sentence and exit code 1.
 *
 * Arguments: --port N (else PORT, else 3000; the next free one is taken), --data folder (else
 * COMMAND_CENTER_DATA, else .data), --url-only (prints the bare address).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs, parseEnv } from "node:util";
import { type Embeddings, startEmbeddings } from "./embeddings/start.ts";
import { findFreePort } from "./free-port.ts";
import { openStandIn } from "./stand-in.ts";

const root = resolve(import.meta.dirname, "..");
const next = resolve(root, "node_modules/next/dist/bin/next");
const tether = pathToFileURL(resolve(import.meta.dirname, "tether.ts")).href;
const NAMES = [
  "NEXT_PUBLIC_SUPABASE_URL",
  "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY",
  "SUPABASE_SECRET_KEY",
] as const;
const READY_MS = 120_000;
const STOP_MS = 5_000;
const RUNNING = /Another next dev server is already running/;

type Mode = "dev" | "start";
type Project = Record<(typeof NAMES)[number], string>;

class Serving {
  #standIn: Awaited<ReturnType<typeof openStandIn>> | null = null;
  #embeddings: Embeddings | null = null;
  #next: ChildProcess | null = null;
  #stopping = false;
  /** The last of what Next said. */
  #said = "";

  async run(mode: Mode): Promise<void> {
    const options = parseOptions();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => void this.stop(0));
    this.#endWithNpm();
    const port = await findFreePort(options.port);
    const url = `http://127.0.0.1:${port}`;
    if (mode === "start" && !existsSync(resolve(root, ".next/BUILD_ID"))) await this.#build();
    const project = await this.#findProject(mode, options.dataFolder, url);
    if (this.#stopping) return;
    this.#startNext(mode, port, project);
    await Promise.all([this.#standIn?.ready, this.#untilReady(url)]);
    if (this.#stopping) return;
    process.stdout.write(options.urlOnly ? `${url}\n` : `Command Center is ready: ${url}\n`);
  }

  async #findProject(mode: Mode, dataFolder: string, siteUrl: string): Promise<Project | null> {
    const set = configured(mode);
    if (set[NAMES[0]]) return null;
    const stray = NAMES.find((name) => set[name]);
    if (stray)
      throw new Error(`${stray} is set but ${NAMES[0]} is not: set all three names, or none of them.`);
    this.#embeddings = await startEmbeddings();
    const standIn = await openStandIn({ dataFolder, siteUrl, functionSecrets: this.#embeddings.secrets });
    this.#standIn = standIn;
    void standIn.ready
      .then(() => standIn.ended)
      .then(
        (code) => this.#lost("The stand-in for Supabase", code),
        (error: Error) => this.fail(error.message),
      );
    const { url, publishableKey, secretKey } = standIn;
    return { [NAMES[0]]: url, [NAMES[1]]: publishableKey, [NAMES[2]]: secretKey } as Project;
  }

  async #build(): Promise<void> {
    const child = this.#spawnNext(["build"], {});
    const code = await new Promise<number | null>((done) => child.once("close", done));
    this.#next = null;
    if (code !== 0 && !this.#stopping)
      throw new Error("The production build failed; what Next said is above.");
  }

  #spawnNext(args: string[], env: Record<string, string>): ChildProcess {
    const nodeOptions = `${process.env.NODE_OPTIONS ?? ""} --import ${tether}`.trim();
    const child = spawn(process.execPath, [next, ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        // Turbopack starts `node` by name for the styles: an older one would hang there
        PATH: [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter),
        NEXT_TELEMETRY_DISABLED: "1",
        DO_NOT_TRACK: "1",
        NODE_OPTIONS: nodeOptions,
        ...env,
      },
    });
    // What Next says goes to stderr: stdout holds the one line that says where the product is.
    const pass = (part: Buffer) => {
      this.#said = (this.#said + part).slice(-4_000);
      if (!RUNNING.test(this.#said)) process.stderr.write(withoutBanner(String(part)));
    };
    child.stdout.on("data", pass);
    child.stderr.on("data", pass);
    this.#next = child;
    return child;
  }

  #startNext(mode: Mode, port: number, project: Project | null): void {
    const child = this.#spawnNext([mode, "--hostname", "127.0.0.1", "--port", String(port)], project ?? {});
    child.once("close", (code) => void this.#lost("Next", code));
  }

  async #untilReady(url: string): Promise<void> {
    const until = Date.now() + READY_MS;
    while (!this.#stopping) {
      if (await answers(url)) return;
      if (Date.now() > until) throw new Error(`The first page did not answer within ${READY_MS / 1000} s.`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async #lost(what: string, code: number | null): Promise<void> {
    if (this.#stopping) return;
    const other = RUNNING.test(this.#said) ? /https?:\/\/\S+:\d+/.exec(this.#said)?.[0] : undefined;
    const reason = other
      ? `This folder's development server already runs at ${other}; use that one, or end it first.`
      : `${what} ended unexpectedly${code === null ? "" : ` with code ${code}`}.`;
    await this.fail(reason);
  }

  async fail(reason: string): Promise<void> {
    if (this.#stopping) return;
    process.stderr.write(`${reason}\n`);
    await this.stop(1);
  }

  /** npm may be killed without telling: then its script has another parent. */
  #endWithNpm(): void {
    if (!process.env.npm_lifecycle_event) return;
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && void this.stop(0), 1_000).unref();
  }

  async stop(code: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await Promise.all([this.#next && endChild(this.#next), this.#standIn?.stop(), this.#embeddings?.stop()]);
    process.exit(code);
  }
}

function endChild(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once("exit", () => done());
    setTimeout(() => child.kill("SIGKILL"), STOP_MS).unref();
    child.kill("SIGTERM");
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(READY_MS) });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

const BANNER =
  /^\s*- (?:Local|Network|Environments):|^\s*▲ Next|✓ (?:Starting|Ready in|Running next\.config)/;
const SHOW_CURSOR = "\u001b[?25h";

/** Next names the address, too; one line with it is enough. */
function withoutBanner(text: string): string {
  const lines = text.replaceAll(SHOW_CURSOR, "").split("\n");
  return lines
    .filter((line) => !BANNER.test(line))
    .join("\n")
    .replace(/^\n+$/, "");
}

/** What the environment and Next's own .env files say, in Next's order. */
function configured(mode: Mode): Partial<Project> {
  const kind = mode === "dev" ? "development" : "production";
  const files = [`.env.${kind}.local`, ".env.local", `.env.${kind}`, ".env"].map((file) =>
    resolve(root, file),
  );
  const read = files.filter((file) => existsSync(file)).map((file) => parseEnv(readFileSync(file, "utf8")));
  const values = [process.env, ...read];
  return Object.fromEntries(
    NAMES.map((name) => [name, values.find((value) => value[name] !== undefined)?.[name]?.trim()]),
  ) as Partial<Project>;
}

function parseOptions(): { port: number; dataFolder: string; urlOnly: boolean } {
  const { values } = parseArgs({
    options: { port: { type: "string" }, data: { type: "string" }, "url-only": { type: "boolean" } },
  });
  const port = Number(values.port ?? process.env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`${values.port ?? process.env.PORT} is not a port; give a number from 0 to 65535.`);
  }
  const dataFolder = resolve(root, values.data ?? process.env.COMMAND_CENTER_DATA ?? ".data");
  return { port, dataFolder, urlOnly: values["url-only"] ?? false };
}

export async function serve(mode: Mode): Promise<void> {
  const serving = new Serving();
  try {
    await serving.run(mode);
  } catch (error) {
    await serving.fail(error instanceof Error ? error.message : String(error));
  }
}

/** Starts the local model as a process of its own (server.ts), which ends with this one. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { USE_LITE } from "./use-lite.ts";

/** Sentences about different things have cosines of about this by the local model, and hardly ever twice this. */
const COSINE_FLOOR = 0.15;

export interface Embeddings {
  /** What an edge function's environment has to say to use it. */
  readonly secrets: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startEmbeddings(): Promise<Embeddings> {
  const key = randomBytes(24).toString("base64url");
  const child = spawn(process.execPath, [resolve(import.meta.dirname, "server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, EMBEDDINGS_KEY: key, EMBEDDINGS_WITH_PARENT: "1" },
  });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  const url = await new Promise<string>((found, failed) => {
    let said = "";
    child.stdout.on("data", (part: Buffer) => {
      said += part;
      const [, address] = /listening on (\S+)\n/.exec(said) ?? [];
      if (address) found(address);
    });
    child.once("error", failed);
    child.once("close", (code) => failed(new Error(`The local model did not start; it ended with ${code}.`)));
  });
  return {
    secrets: {
      EMBEDDINGS_URL: url,
      EMBEDDINGS_KEY: key,
      EMBEDDINGS_MODEL: USE_LITE,
      EMBEDDINGS_COSINE_FLOOR: String(COSINE_FLOOR),
    },
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

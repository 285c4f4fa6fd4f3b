/**
 * The local model as a server that speaks OpenAI's protocol: `POST /v1/embeddings {model, input}`. It listens on
 * 127.0.0.1, takes calls with the key in EMBEDDINGS_KEY only, prints one line with its address, and ends when the
 * process that started it does (its pipe to our stdin closes). The model is loaded by the first call.
 *
 * `EMBEDDINGS_KEY=… node scripts/embeddings/server.ts [port]` starts it by hand, beside a self-hosted project.
 */
import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { setPriority } from "node:os";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { embedWithUseLite, USE_LITE } from "./use-lite.ts";

const Call = z.object({
  model: z.literal(USE_LITE),
  input: z.union([z.string().transform((one) => [one]), z.array(z.string().max(20_000)).min(1).max(256)]),
});
const BODY_LIMIT = 4_000_000;

const key = process.env.EMBEDDINGS_KEY ?? "";
if (key.length < 16) throw new Error("EMBEDDINGS_KEY must be set, to at least 16 characters.");

function isAdmitted({ headers }: IncomingMessage): boolean {
  const given = Buffer.from(headers.authorization ?? "");
  const right = Buffer.from(`Bearer ${key}`);
  return given.length === right.length && timingSafeEqual(given, right);
}

async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const refuse = (status: number, message: string) => ({ status, body: { error: { message } } });
  if (!isAdmitted(request)) return refuse(401, "The key is not the right one.");
  if (request.method !== "POST" || request.url !== "/v1/embeddings")
    return refuse(404, "There is POST /v1/embeddings only.");
  if (Number(request.headers["content-length"] ?? 0) > BODY_LIMIT)
    return refuse(413, "The body is too large.");
  const call = Call.safeParse(parse(await text(request)));
  if (!call.success) return refuse(400, `A call has a model, ${USE_LITE}, and 1 to 256 texts as input.`);
  const vectors = await embedWithUseLite(call.data.input);
  const data = vectors.map((embedding, index) => ({ object: "embedding", index, embedding }));
  return { status: 200, body: { object: "list", model: USE_LITE, data } };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

// Pages and who types in them come first where processors are few.
setPriority(10);

const server = createServer((request, response) => {
  answer(request)
    .catch((error: unknown) => {
      console.error("embeddings:", error);
      return { status: 500, body: { error: { message: "No vectors could be made." } } };
    })
    .then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  process.stdout.write(`Embeddings listening on http://127.0.0.1:${port}/v1\n`);
});
// A pipe that closes is the end of who started it; a terminal or /dev/null is nobody.
if (process.env.EMBEDDINGS_WITH_PARENT) process.stdin.resume().once("end", () => process.exit(0));

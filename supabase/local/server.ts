/** Node's HTTP server in front of one fetch handler, on 127.0.0.1 only. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { ConnectionCut } from "./faults-answers.ts";
import { requestWith, wholeBodyOf } from "./whole-bodies.ts";

export type Handler = (request: Request) => Promise<Response>;

/** Larger bodies are refused with 413; hosted projects refuse them, too. */
const MAX_BODY_BYTES = 60 * 1024 * 1024;

export const HOST = "127.0.0.1";

class BodyTooLarge extends Error {}

/** Creates the server; it listens once `listen` was called. `handler` may be set later. */
export function createHttpServer(handler: Handler): Server {
  const server = createServer((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch((error) => fail(outgoing, error));
  });
  // Longer than a browser or undici keeps its side, so that it never sends into a closing socket.
  server.keepAliveTimeout = 75_000;
  return server;
}

/** Takes `wanted` or, when it is not free and not insisted upon, any free port. Resolves to the port. */
export async function listen(server: Server, wanted: number | undefined, insist: boolean): Promise<number> {
  try {
    return await bind(server, wanted ?? 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (insist) throw new Error(`Port ${wanted} is taken. Choose another with --port, or leave it out.`);
    return bind(server, 0);
  }
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const response = await handler(await toRequest(incoming));
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  const whole = wholeBodyOf(response);
  if (whole !== undefined) headers["content-length"] = String(Buffer.byteLength(whole));
  outgoing.writeHead(response.status, headers);
  if (whole !== undefined && incoming.method !== "HEAD") {
    outgoing.end(whole);
    return;
  }
  if (!response.body || incoming.method === "HEAD") {
    outgoing.end();
    return;
  }
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  body.on("error", () => outgoing.destroy());
  outgoing.on("close", () => body.destroy());
  body.pipe(outgoing);
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? "", incoming.rawHeaders[i + 1] ?? "");
  }
  const method = incoming.method ?? "GET";
  const body = method === "GET" || method === "HEAD" ? null : await readBody(incoming);
  const url = `http://${incoming.headers.host ?? HOST}${incoming.url ?? "/"}`;
  return requestWith(url, { method, headers }, body);
}

function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    incoming
      .on("data", (part: Buffer) => {
        size += part.length;
        if (size <= MAX_BODY_BYTES) return parts.push(part);
        incoming.removeAllListeners("data").resume();
        return reject(new BodyTooLarge(`The body is larger than ${MAX_BODY_BYTES} bytes.`));
      })
      .once("end", () => resolve(new Uint8Array(Buffer.concat(parts))))
      .once("error", reject)
      // Cut off in the middle: there is no end and no error then.
      .once("close", () => reject(new Error("The request was cut off.")));
  });
}

function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent || error instanceof ConnectionCut) {
    outgoing.destroy();
    return;
  }
  const tooLarge = error instanceof BodyTooLarge;
  if (!tooLarge) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  outgoing.writeHead(tooLarge ? 413 : 500, { "content-type": "application/json", connection: "close" });
  outgoing.end(JSON.stringify({ message: tooLarge ? (error as Error).message : "Internal server error" }));
}

/**
 * The edge function: `POST {documentId}` says that a document's log has grown. It answers 202 at once and works on.
 *
 * A caller proves itself with the secret key, or with a signature over time, number and document id that only the
 * database can make (private.kick_projection) and that counts once. Nothing but the id is taken from callers, and
 * even that only wakes: which jobs are due, the database says. `GET` answers 200, for health checks.
 */
import { isAdmitted } from "../_shared/admission.ts";
import { connect, readProject } from "../_shared/database.ts";
import { readModels } from "../_shared/embeddings.ts";
import { createWorker } from "./worker.ts";

declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

const BODY_LIMIT = 1_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const env = (name: string) => Deno.env.get(name);
const project = readProject(env);
const rpc = connect(project);
// At nine tenths of a limit. A job that is lost with its worker is taken again when its lease ends, 30 s later.
let isEnding = false;
addEventListener("beforeunload", () => {
  isEnding = true;
});
const wake = createWorker(rpc, { isEnding: () => isEnding, models: readModels(env) });

async function handle(request: Request): Promise<Response> {
  if (request.method === "GET" || request.method === "HEAD") return Response.json({ status: "ok" });
  if (request.method !== "POST") return Response.json({ message: "Only GET and POST." }, { status: 405 });
  const documentId = readDocumentId(await request.text());
  if (documentId === null) return Response.json({ message: "A document id is needed." }, { status: 400 });
  if (!(await isAdmitted({ headers: request.headers, project, rpc }, documentId)))
    return Response.json({ message: "This call is not signed." }, { status: 401 });
  const work = wake().catch((error: unknown) => console.error("process-block stopped:", error));
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
  return Response.json({ accepted: true }, { status: 202 });
}

function readDocumentId(body: string): string | null {
  if (body.length > BODY_LIMIT) return null;
  try {
    const { documentId } = JSON.parse(body) as { documentId?: unknown };
    return typeof documentId === "string" && UUID.test(documentId) ? documentId : null;
  } catch {
    return null;
  }
}

Deno.serve((request) =>
  handle(request).catch((error: unknown) => {
    console.error("process-block:", error);
    return Response.json({ message: "The call could not be answered." }, { status: 500 });
  }),
);

/**
 * The edge function: `POST` says that there may be files in Storage that no document holds. It answers 202 at once and
 * removes what the database names, through Storage, which alone may. Called by the database once an hour, signed for the
 * document of zeros, and when a workspace was deleted; or with the secret key. `GET` answers 200, for health checks.
 */
import { isAdmitted } from "../_shared/admission.ts";
import { connect, readProject } from "../_shared/database.ts";
import { createSweep } from "./sweep.ts";

declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

const NO_DOCUMENT = "00000000-0000-0000-0000-000000000000";

const project = readProject((name) => Deno.env.get(name));
const rpc = connect(project);
const sweep = createSweep(project, rpc);

async function handle(request: Request): Promise<Response> {
  if (request.method === "GET" || request.method === "HEAD") return Response.json({ status: "ok" });
  if (request.method !== "POST") return Response.json({ message: "Only GET and POST." }, { status: 405 });
  if (!(await isAdmitted({ headers: request.headers, project, rpc }, NO_DOCUMENT)))
    return Response.json({ message: "This call is not signed." }, { status: 401 });
  const work = sweep().catch((error: unknown) => console.error("sweep-files stopped:", error));
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
  return Response.json({ accepted: true }, { status: 202 });
}

Deno.serve((request) =>
  handle(request).catch((error: unknown) => {
    console.error("sweep-files:", error);
    return Response.json({ message: "The call could not be answered." }, { status: 500 });
  }),
);

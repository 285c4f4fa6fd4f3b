import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

const script = join(import.meta.dirname, "smoke-test.sh");
const anonymous = '{"authenticated":false,"user":null,"expiresAt":null}';
let server: Server | null = null;

/** Runs the script against a server that answers `METHOD path` as given, else 200 and the anonymous session. */
async function smoke(answers: Record<string, [number, string]> = {}) {
  const listening = createServer((request, response) => {
    const [status, body] = answers[`${request.method} ${request.url}`] ?? [200, anonymous];
    response.writeHead(status).end(request.method === "HEAD" ? undefined : body);
  });
  server = listening;
  await new Promise<void>((done) => listening.listen(0, "127.0.0.1", done));
  const { port } = listening.address() as AddressInfo;
  return new Promise<{ code: number; said: string }>((done) => {
    execFile("bash", [script, `http://127.0.0.1:${port}/`], (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

afterEach(() => server?.close());

describe("scripts/smoke-test.sh", () => {
  it("passes a deployment that is up", async () => {
    const { code, said } = await smoke();
    expect(said).toContain("All smoke tests passed");
    expect(code).toBe(0);
  });

  it.each([
    ["GET /api/health", "Health check: GET"],
    ["HEAD /api/health", "Health check (HEAD)"],
    ["GET /api/auth/session", "Auth endpoint"],
  ])("fails and says which check when %s answers 503", async (request, check) => {
    const { code, said } = await smoke({ [request]: [503, "{}"] });
    expect(said).toContain(`❌ ${check}`);
    expect(code).toBe(1);
  });

  it("fails when the anonymous are somebody", async () => {
    const { code } = await smoke({ "GET /api/auth/session": [200, '{"authenticated":true}'] });
    expect(code).toBe(1);
  });
});

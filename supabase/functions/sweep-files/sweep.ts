/** Removes unused files until there are none, one sweep at a time. What is not removed is named again the next time. */
import type { Project, Rpc } from "../_shared/database.ts";

/** Storage takes up to 1,000 names at once; asked again before each hundred, so that what is named meanwhile stays. */
const AT_ONCE = 100;
const LIFETIME_MS = 60_000;
const CALL_LIMIT_MS = 20_000;

/** Resolves to how many were removed. */
export function createSweep(
  project: Project,
  rpc: Rpc,
  send: typeof fetch = fetch,
  lifetimeMs = LIFETIME_MS,
): () => Promise<number> {
  let running: Promise<number> | null = null;
  const run = async () => {
    const until = performance.now() + lifetimeMs;
    let removed = 0;
    do {
      const names = await rpc<string[]>("list_unused_files", { p_limit: AT_ONCE });
      const count = names.length === 0 ? 0 : await remove(project, names, send);
      if (count > 0) await rpc("note_removed_files", { p_count: count });
      removed += count;
      // A batch that is not full is the last; one of which nothing went would come back for ever.
      if (names.length < AT_ONCE || count === 0) break;
    } while (performance.now() < until);
    return removed;
  };
  return () => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };
}

async function remove({ url, secretKey }: Project, names: readonly string[], send: typeof fetch) {
  const headers: Record<string, string> = { apikey: secretKey, "content-type": "application/json" };
  // As in database.ts: the new keys are no tokens.
  if (secretKey.startsWith("eyJ")) headers.authorization = `Bearer ${secretKey}`;
  const response = await send(`${url}/storage/v1/object/attachments`, {
    method: "DELETE",
    headers,
    body: JSON.stringify({ prefixes: names }),
    signal: AbortSignal.timeout(CALL_LIMIT_MS),
  });
  if (!response.ok)
    throw new Error(`Storage answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  return ((await response.json()) as unknown[]).length;
}

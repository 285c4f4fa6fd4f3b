/** Lets what is under way be answered before the process ends. */
import type { Server, ServerResponse } from "node:http";

/**
 * Watches the server's requests from now on. The function it returns resolves when each request that is under way
 * when it is called has its answer sent or has lost its connection, at the latest after `limitMs`.
 */
export function watchRequests(server: Server): (limitMs: number) => Promise<void> {
  const underWay = new Set<ServerResponse>();
  server.on("request", (_, response: ServerResponse) => {
    underWay.add(response);
    response.once("close", () => underWay.delete(response));
  });
  return async (limitMs) => {
    const closed = [...underWay].map((response) => new Promise((done) => response.once("close", done)));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    await Promise.race([Promise.all(closed), late]);
    clearTimeout(timer);
  };
}

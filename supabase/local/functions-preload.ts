/**
 * Runs in Deno before an edge function: what Supabase's own runtime offers beyond Deno. A task handed to
 * `EdgeRuntime.waitUntil` goes on after the answer; its failure is logged and does not end the function.
 */
Reflect.set(globalThis, "EdgeRuntime", {
  waitUntil<T>(task: Promise<T>): Promise<T> {
    Promise.resolve(task).catch((error: unknown) => console.error("waitUntil:", error));
    return task;
  },
});

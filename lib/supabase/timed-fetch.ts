/** The `fetch` of the server's clients: how long each call to Supabase took, by what it asked for. */
import { queries } from "../ops/instruments.ts";

export async function timedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const started = performance.now();
  const call = callName(input instanceof Request ? input.url : String(input));
  const note = (outcome: string) => queries.observe({ call, outcome }, (performance.now() - started) / 1000);
  try {
    const answer = await fetch(input, init);
    note(answer.status >= 500 ? "failed" : answer.ok ? "ok" : "refused");
    return answer;
  } catch (error) {
    note("failed");
    throw error;
  }
}

/** The table or function by its name, which our own code wrote; of the other services only which one. */
export function callName(url: string): string {
  const { pathname } = new URL(url);
  const named = /^\/rest\/v1\/(?:rpc\/)?([a-z_]{1,63})$/.exec(pathname)?.[1];
  return named ?? /^\/([a-z]{1,20})\/v1\//.exec(pathname)?.[1] ?? "other";
}

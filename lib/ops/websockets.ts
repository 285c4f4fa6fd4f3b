/**
 * Open connections to Realtime. Supabase tells them nowhere a client could ask: a hosted project shows them in its
 * dashboard, and Realtime's own `/tenant-metrics` has them for whoever runs it. REALTIME_METRICS_URL names that address,
 * REALTIME_METRICS_TOKEN the token it wants.
 */
const LIMIT_MS = 2_000;
const NAME = /^realtime_connections_connected(?:\{[^}]*\})? (\d+(?:\.\d+)?(?:e\+?\d+)?)/gim;

type Source = Readonly<Record<string, string | undefined>>;

/** Null where nobody can say. */
export async function findWebsockets(source: Source = process.env, send = fetch): Promise<number | null> {
  const url = source.REALTIME_METRICS_URL;
  if (!url) return null;
  const token = source.REALTIME_METRICS_TOKEN;
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  try {
    const answer = await send(url, { headers, cache: "no-store", signal: AbortSignal.timeout(LIMIT_MS) });
    return answer.ok ? sumOf(await answer.text()) : null;
  } catch {
    // Not reached, or too late: then it is not known.
    return null;
  }
}

function sumOf(text: string): number | null {
  const found = [...text.matchAll(NAME)].map((match) => Number(match[1]));
  return found.length > 0 ? found.reduce((sum, value) => sum + value, 0) : null;
}

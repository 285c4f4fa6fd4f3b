/** What is wrong with a server, as a sentence that names what to do. */

const NETWORK = new Set(["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EPIPE"]);
const CONNECTION = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
]);

/**
 * True when the server could not be reached or went away, by whatever layer said so. A function may raise the
 * same SQLSTATE; only the server itself ends a session with it.
 */
export function isConnectionLost(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  if (NETWORK.has(String(code)) || CONNECTION.has(String(code))) return true;
  return severity !== "ERROR" && /^(57P0[123]|08...)$/.test(String(code));
}

/** The password is never part of it. */
export function toSentence(error: unknown, url: string): Error {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const { host, pathname, username } = new URL(url);
  const user = decodeURIComponent(username) || "the user";
  const sentences: Record<string, string> = {
    ECONNREFUSED: `No Postgres listens at ${host}. Start it, or leave DATABASE_URL unset to run without a server.`,
    ENOTFOUND: `The host of the database URL, ${host}, is not known.`,
    EAI_AGAIN: `The host of the database URL, ${host}, is not known.`,
    CONNECT_TIMEOUT: `No Postgres answers at ${host}.`,
    "28P01": `The Postgres at ${host} refused the password of ${user}.`,
    "28000": `The Postgres at ${host} does not let ${user} in: ${message}.`,
    "3D000": `The Postgres at ${host} has no database ${decodeURIComponent(pathname.slice(1))}. Create it first.`,
    "53300": `The Postgres at ${host} has no connection left: ${message}.`,
    "57P03": `The Postgres at ${host} is still starting: ${message}.`,
  };
  const sentence = sentences[String(code)];
  if (sentence) return new Error(sentence, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

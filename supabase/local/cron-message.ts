/** What libpq says of an error: pg_cron writes its words into `return_message`. */

export interface PostgresError {
  readonly severity?: string | undefined;
  readonly message?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly where?: string | undefined;
  /** 1-based, in characters of the query. */
  readonly position?: string | undefined;
  readonly internalPosition?: string | undefined;
  readonly internalQuery?: string | undefined;
}

const SHOWN = 60;
const KEPT_AFTER = 10;

export function errorMessage(error: PostgresError, query: string): string {
  const { severity = "ERROR", message = "", detail, hint, internalQuery, where } = error;
  const place = error.position
    ? pointAt(query, Number(error.position))
    : error.internalPosition && internalQuery
      ? pointAt(internalQuery, Number(error.internalPosition))
      : "";
  const more = { DETAIL: detail, HINT: hint, QUERY: internalQuery, CONTEXT: where };
  const lines = Object.entries(more).flatMap(([name, text]) => (text ? [`${name}:  ${text}\n`] : []));
  return `${severity}:  ${message}\n${place}${lines.join("")}`;
}

/** The line of the error with a caret below, cut to 60 characters around it. */
function pointAt(query: string, position: number): string {
  const characters = [...query].map((one) => (one === "\t" ? " " : one));
  const at = Math.min(position - 1, characters.length);
  const before = characters.slice(0, at);
  const line = before.filter((one) => one === "\n").length + 1;
  let begin = before.lastIndexOf("\n") + 1;
  const nextBreak = characters.indexOf("\n", at);
  const lineEnd = nextBreak < 0 ? characters.length : nextBreak;
  let end = lineEnd;
  if (end - begin > SHOWN) {
    if (begin + SHOWN >= at + KEPT_AFTER) end = begin + SHOWN;
    else end = Math.min(end, at + KEPT_AFTER);
  }
  const isCutLeft = end - begin > SHOWN;
  if (isCutLeft) begin = end - SHOWN;
  const prefix = `LINE ${line}: ${isCutLeft ? "..." : ""}`;
  const text = characters.slice(begin, end).join("");
  return `${prefix}${text}${end < lineEnd ? "..." : ""}\n${" ".repeat(prefix.length + at - begin)}^\n`;
}

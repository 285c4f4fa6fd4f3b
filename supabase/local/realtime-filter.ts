/**
 * The filter text of a `postgres_changes` subscription: `column=op.value` conditions joined by commas, all of
 * which must hold. `not.` before the operator negates it. A value holding a comma, a bracket or a quote
 * stands in double quotes with `\` before quotes and backslashes. Throws hosted Realtime's sentence about what it
 * cannot read.
 */

export interface Condition {
  readonly column: string;
  readonly op: string;
  readonly negated: boolean;
  /** For `in`: the text of a Postgres array. */
  readonly value: string;
}

const OPERATORS = new Set("eq neq lt lte gt gte in like ilike match imatch is isdistinct".split(" "));

export function parseFilter(text: string): Condition[] {
  const trimmed = text.trim();
  return trimmed === "" ? [] : splitOutside(trimmed).map((part) => parseCondition(part.trim()));
}

function parseCondition(part: string): Condition {
  if (part === "") throw unreadable("filter must not contain empty segments (check for extra commas)");
  const [column = "", rest] = splitAt(part, "=");
  if (rest === undefined) throw unreadable(inspect([part]));
  const negated = rest.startsWith("not.");
  const [op = "", value] = splitAt(negated ? rest.slice(4) : rest, ".");
  if (value === undefined) throw unreadable(inspect([op]));
  if (!OPERATORS.has(op)) throw unreadable(inspect([op, value]));
  return { column, op, negated, value: op === "in" ? toArrayText(value) : unquote(value) };
}

/** As Elixir writes a list of texts, for the same complaint. */
const inspect = (parts: readonly string[]) => `[${parts.map((part) => JSON.stringify(part)).join(", ")}]`;

const unreadable = (reason: string) => new Error(`Error parsing \`filter\` params: ${reason}`);

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Splits at commas that stand outside quotes and brackets. A quote opens only where a value may begin. */
function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (isQuoted && char === "\\") {
      part += char + text.charAt(at + 1);
      at += 1;
      continue;
    }
    if (char === '"' && (isQuoted || ".(,".includes(text.charAt(at - 1)))) isQuoted = !isQuoted;
    if (!isQuoted && char === "(") depth += 1;
    if (!isQuoted && char === ")") depth = Math.max(0, depth - 1);
    if (char === "," && !isQuoted && depth === 0) {
      parts.push(part);
      part = "";
    } else part += char;
  }
  return [...parts, part];
}

function unquote(value: string): string {
  const inside = /^"((?:[^"\\]|\\.)*)"$/s.exec(value)?.[1];
  return inside === undefined ? value : inside.replace(/\\(.)/gs, "$1");
}

/** The list in brackets becomes Postgres' own array text, which knows the same quotes. */
function toArrayText(value: string): string {
  if (!value.startsWith("(") || !value.endsWith(")")) {
    throw unreadable("`in` filter value must be wrapped by parentheses");
  }
  return `{${value.slice(1, -1)}}`;
}

/**
 * The filter text of a `postgres_changes` subscription: `column=op.value` conditions joined by commas, all of
 * which must hold. `not.` before the operator negates it. A value holding a comma, a bracket or a quote
 * stands in double quotes with `\` before quotes and backslashes. Throws a sentence about what it cannot read.
 */

export interface Condition {
  readonly column: string;
  readonly op: string;
  readonly negated: boolean;
  /** For `in`: the text of a Postgres array. */
  readonly value: string;
}

const OPERATORS = new Set("eq neq lt lte gt gte in like ilike match imatch is isdistinct".split(" "));
const CONDITION = /^([^=]+)=(not\.)?([a-z]+)\.(.*)$/s;

export function parseFilter(text: string): Condition[] {
  if (text.trim() === "") return [];
  return splitOutside(text).map((part) => {
    const [, column = "", not, op = "", value = ""] = CONDITION.exec(part) ?? [];
    if (!OPERATORS.has(op)) throw new Error(`Error parsing \`filter\` params: ${JSON.stringify(part)}`);
    return {
      column: column.trim(),
      op,
      negated: not !== undefined,
      value: op === "in" ? toArrayText(value) : unquote(value),
    };
  });
}

/** Splits at commas that stand outside quotes and brackets. */
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
    if (char === '"') isQuoted = !isQuoted;
    if (!isQuoted && char === "(") depth += 1;
    if (!isQuoted && char === ")") depth -= 1;
    if (char === "," && !isQuoted && depth === 0) {
      parts.push(part);
      part = "";
    } else part += char;
  }
  return [...parts, part];
}

function unquote(value: string): string {
  const trimmed = value.trim();
  if (trimmed.length < 2 || !trimmed.startsWith('"') || !trimmed.endsWith('"')) return value;
  return trimmed.slice(1, -1).replace(/\\(.)/gs, "$1");
}

function toArrayText(value: string): string {
  const inside = /^\((.*)\)$/s.exec(value.trim())?.[1];
  if (inside === undefined) throw new Error(`Error parsing \`filter\` params: in needs (a,b), got ${value}`);
  const items = splitOutside(inside).map((item) => unquote(item.trim()));
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, "\\$&")}"`).join()}}`;
}

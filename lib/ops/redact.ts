/** Takes out of what is logged what opens something, names somebody, or is somebody's words. */
const GONE = "[redacted]";
const LONGEST = 2_000;
const DEEPEST = 4;

/** Names of facts that are never told. */
const CLOSED =
  /cookie|token|secret|password|authorization|api_?key|email|content|^text$|^title$|^body$|^html$|^data$|^query$/i;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // JSON Web Tokens, Supabase's keys
  [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, GONE],
  [/\bsb_(?:secret|publishable)_[\w-]+/g, GONE],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${GONE}`],
  // whole headers: what stands behind them on the line
  [/\b(set-cookie|cookie|authorization)\b(["']?\s*[:=]).*/gi, `$1$2 ${GONE}`],
  [/\bsb-[\w-]+-auth-token(?:\.\d+)?=[^;\s]*/g, GONE],
  [
    /\b(token_hash|access_token|refresh_token|token|password|secret|apikey|api_key)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
    `$1$2${GONE}`,
  ],
  [/([?&]code=)[^&\s"']+/g, `$1${GONE}`],
  [/(\/join\/)[^\s/?"']+/g, `$1${GONE}`],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, GONE],
  // Postgres repeats values: Key (a)=(b) already exists. Failing row contains (…). invalid input syntax for type x: "…"
  [/(\))=\(.*?\)(?=\s|\.|$)/g, `$1=(${GONE})`],
  [/(failing row contains ).*/gi, `$1${GONE}`],
  [/(invalid input (?:syntax|value) for [\w ]+: ).*/gi, `$1${GONE}`],
];

/** Keeps the shape. Errors become their message and the place they came from. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (value instanceof Error)
    return { name: value.name, message: redactText(value.message), stack: redactText(value.stack ?? "") };
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  if (depth >= DEEPEST) return GONE;
  if (Array.isArray(value)) return value.slice(0, 50).map((one) => redact(one, depth + 1));
  const entries = Object.entries(value).map(([name, one]) => [
    name,
    CLOSED.test(name) ? GONE : redact(one, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function redactText(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return PATTERNS.reduce((said, [pattern, instead]) => said.replace(pattern, instead), short);
}

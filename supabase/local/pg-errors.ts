/** Postgres errors as PostgREST answers them: {code, message, details, hint} with the HTTP status of the code. */
import { z } from "zod";

export interface PgError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

const exact: Readonly<Record<string, number>> = {
  "0L000": 403,
  "0P000": 403,
  "23503": 409,
  "23505": 409,
  // More than one row where one must be; pg-safeupdate's own use of it is told apart by its words.
  "21000": 500,
  "25006": 405,
  "42883": 404,
  "42P01": 404,
  "42P17": 500,
  "53400": 500,
  "57P01": 503,
  P0001: 400,
};

const byClass: Readonly<Record<string, number>> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "25": 500,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "53": 503,
  "54": 500,
  "55": 500,
  "57": 500,
  "58": 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
};

/** The HTTP status for a SQLSTATE. `role` decides whether a lack of rights is 401 (anon) or 403. */
export function statusOf(code: string, role: string, message = ""): number {
  const asked = /^PT(\d{3})$/.exec(code)?.[1];
  if (asked) return Number(asked) >= 200 && Number(asked) <= 599 ? Number(asked) : 500;
  if (code.startsWith("PT")) return 500;
  if (code === "42501") return role === "anon" ? 401 : 403;
  if (code === "21000" && message.endsWith("requires a WHERE clause")) return 400;
  if (code === "22023" && /^role .* does not exist$/.test(message)) return 401;
  return exact[code] ?? byClass[code.slice(0, 2)] ?? 400;
}

export function isPgError(error: unknown): error is PgError {
  return error instanceof Error && /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));
}

export function toErrorResponse(error: PgError, role: string): Response {
  if (error.code === "PGRST") return toRaisedResponse(error);
  const body = {
    code: error.code,
    details: error.detail ?? null,
    hint: error.hint ?? null,
    message: error.message,
  };
  return Response.json(body, { status: statusOf(error.code, role, error.message) });
}

const parseJson = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
};

const Raised = z.object({
  code: z.string(),
  message: z.string(),
  details: z.string().nullish(),
  hint: z.string().nullish(),
});
const RaisedDetail = z.object({
  status: z.number().int().min(200).max(599),
  status_text: z.string().optional(),
  headers: z.record(z.string(), z.string()),
});

/** `raise sqlstate 'PGRST'` describes its whole answer: body in the message, status and headers in the detail. */
function toRaisedResponse({ message, detail }: PgError): Response {
  const body = Raised.safeParse(parseJson(message));
  const wish = RaisedDetail.safeParse(parseJson(detail));
  if (!body.success || !wish.success) {
    const part = body.success ? `DETAIL: '${detail ?? ""}'` : `MESSAGE: '${message}'`;
    const refusal = {
      code: "PGRST121",
      details: `Invalid JSON value for ${part}`,
      hint: null,
      message: `Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error`,
    };
    return Response.json(refusal, { status: 500 });
  }
  const { code, message: said, details = null, hint = null } = body.data;
  const { status, status_text: statusText, headers } = wish.data;
  const answer = { status, headers, ...(statusText ? { statusText } : {}) };
  return Response.json({ code, details, hint, message: said }, answer);
}

/** Reading tables on the server: every row is parsed at this door, every refusal becomes an AppError. */
import "server-only";
import * as z from "zod";
import { AppError, fromServerError, type ServerError } from "../core/errors.ts";

export const Id = z.uuid();

/** PostgREST hands out at most this many rows at once. */
const PAGE = 1_000;

type Answer = { readonly data: unknown; readonly error: ServerError | null; readonly status: number };

export function parseAnswer<Shape extends z.ZodType>(shape: Shape, answer: Answer): z.infer<Shape> {
  if (answer.error !== null) throw fromServerError(answer.error, answer.status);
  const parsed = shape.safeParse(answer.data);
  if (parsed.success) return parsed.data;
  throw new AppError("internal", "The database answered in an unknown shape.", { cause: parsed.error });
}

/** All rows of a query in a stable order, page by page. */
export async function readAll<Shape extends z.ZodType>(
  row: Shape,
  readPage: (from: number, to: number) => PromiseLike<Answer>,
): Promise<z.infer<Shape>[]> {
  const rows: z.infer<Shape>[] = [];
  for (let from = 0; ; from += PAGE) {
    const page = parseAnswer(z.array(row), await readPage(from, from + PAGE - 1));
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

import { expect, test } from "vitest";
import { AppError, fromServerError, HTTP_STATUS, isRetryable, toAppError } from "./errors.ts";

test("ER1 our functions' PTxyz becomes the code of that status, with the server's word as reason", () => {
  const cases: [string, string, string][] = [
    ["PT404", "not_found", "not_found"],
    ["PT403", "session_not_yours", "forbidden"],
    ["PT409", "client_seq_reused", "conflict"],
    ["PT410", "invitation_used", "expired"],
    ["PT413", "update_too_large", "too_large"],
    ["PT429", "too_many", "too_many"],
    ["PT400", "invalid_input", "invalid_input"],
  ];
  for (const [code, message, expected] of cases) {
    const error = fromServerError(
      { code, message, details: "A sentence." },
      HTTP_STATUS[expected as "conflict"],
    );
    expect(error).toMatchObject({ code: expected, reason: message, message: "A sentence." });
  }
});

test("ER2 a missing function is not 'your document does not exist'", () => {
  expect(fromServerError({ code: "PGRST202", message: "Could not find the function" }, 404).code).toBe(
    "internal",
  );
});

test("ER3 what may pass is retryable, what will not pass is not", () => {
  const retry = [
    fromServerError({ message: "TypeError: fetch failed" }, 0),
    fromServerError({ code: "PGRST002", message: "no schema cache" }, 503),
    fromServerError({ code: "57P03", message: "the database system is starting up" }, 500),
    fromServerError({ code: "40P01", message: "deadlock detected" }, 500),
    fromServerError({ code: "PGRST303", message: "JWT expired" }, 401),
    fromServerError({ code: "42501", message: "permission denied for function" }, 401),
    fromServerError({}, 502),
  ];
  for (const error of retry) expect(isRetryable(error), error.message).toBe(true);
  const final = [
    fromServerError({ code: "42501", message: "permission denied" }, 403),
    fromServerError({ code: "PT409", message: "client_seq_reused" }, 409),
    fromServerError({ code: "22P02", message: "invalid uuid" }, 400),
  ];
  for (const error of final) expect(isRetryable(error), error.message).toBe(false);
});

test("ER4 anything thrown becomes an AppError that keeps its cause", () => {
  const own = new AppError("conflict", "x");
  expect(toAppError(own)).toBe(own);
  const cause = new TypeError("Failed to fetch");
  expect(toAppError(cause)).toMatchObject({ code: "unavailable", cause });
  expect(toAppError(new RangeError("boom")).code).toBe("internal");
  expect(toAppError("text")).toMatchObject({ code: "internal", message: "text" });
});

test("ER5 a pause that the server asks for comes with the error, a minute at most; another hint is none", () => {
  const pauseOf = (hint: string | null) =>
    fromServerError({ code: "PT429", message: "too_fast", hint }, 429).retryAfterMs;
  expect(pauseOf("retry after 1500 ms")).toBe(1_500);
  expect(pauseOf("retry after 99999999 ms")).toBe(60_000);
  for (const hint of [null, "", "retry after -5 ms", "retry after soon", "do not retry after 5 ms"])
    expect(pauseOf(hint)).toBe(0);
});

import { describe, expect, it } from "vitest";
import { readUploadAnswer, unshownSentence } from "./storage-answers.ts";

const answer = (statusCode: string) => JSON.stringify({ statusCode, error: "x", message: "y" });

describe("what Storage answers to an upload", () => {
  it("is stored once, also when the first answer was lost", () => {
    expect(readUploadAnswer(200, '{"Key":"attachments/a"}')).toEqual({ kind: "stored" });
    expect(readUploadAnswer(400, answer("409"))).toEqual({ kind: "stored" });
  });

  it.each([0, 408, 429, 500, 503, 544])("%i is no answer: it is tried again", (status) => {
    expect(readUploadAnswer(status, "")).toEqual({ kind: "unreachable" });
  });

  it.each([
    [400, answer("413"), false],
    [413, "<html>too large</html>", false],
    [400, answer("415"), false],
    [400, answer("403"), true],
    [400, answer("404"), true],
    [401, "", true],
    [400, "[]", true],
    [400, "null", true],
  ])("%i %s is refused with what is safe", (status, body, canRetry) => {
    const sentence = expect.stringMatching(/Nothing was changed|text is safe/);
    expect(readUploadAnswer(status, body)).toEqual({ kind: "refused", canRetry, sentence });
  });

  it("a picture that does not come says whether it is safe or not to be seen", () => {
    expect(unshownSentence(null)).toContain("safe");
    expect(unshownSentence(503)).toContain("safe");
    expect(unshownSentence(401)).toContain("signed out");
    for (const status of [400, 403, 404]) expect(unshownSentence(status)).toContain("may not see");
  });
});

/** What Storage answered to an upload or a download, as a sentence that says what is safe. */
import type { Sent } from "../../../lib/editor/uploads.ts";

const refused = (sentence: string, canRetry: boolean): Sent => ({ kind: "refused", sentence, canRetry });

/** @param status of HTTP, 0 when there was no answer. Storage says its own code in the body. */
export function readUploadAnswer(status: number, body: string): Sent {
  if (status >= 200 && status < 300) return { kind: "stored" };
  const code = codeIn(body) ?? status;
  // the name is a new uuid: who has it already is this upload, whose answer was lost
  if (code === 409) return { kind: "stored" };
  if (status === 0 || code === 408 || code === 429 || code >= 500) return { kind: "unreachable" };
  if (code === 413) return refused("The server takes no file of this size. Nothing was changed.", false);
  if (code === 415) return refused("The server takes no files of this kind. Nothing was changed.", false);
  if (code === 401)
    return refused(
      "You are signed out. The file was not added; the text is safe. Sign in, then try again.",
      true,
    );
  if (code === 403 || code === 404)
    return refused("You may not add files to this document. The file was not added; the text is safe.", true);
  return refused("The server refused the file. It was not added; the text is safe.", true);
}

/** Storage answers 400 and says in its body what it means. */
function codeIn(body: string): number | null {
  try {
    const { statusCode } = JSON.parse(body) as { statusCode?: unknown };
    const code = Number(statusCode);
    return Number.isInteger(code) && code >= 400 ? code : null;
  } catch {
    return null; // a proxy's page: the status says all
  }
}

/** Why a picture is not shown. @param status of HTTP; null when there was no answer. */
export function unshownSentence(status: number | null): string {
  if (status === null || status >= 500)
    return "This picture could not be loaded: the server does not answer. It is safe there.";
  if (status === 401) return "This picture could not be loaded: you are signed out.";
  return "This picture is not there, or you may not see it.";
}

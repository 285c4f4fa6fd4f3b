/** Attachments in Storage, by this person's own rights: sending with progress, fetching, downloading. Browser only. */
import { type Attachment, type AttachmentKey, BUCKET } from "../../../lib/core/attachment.ts";
import type { Sent } from "../../../lib/editor/uploads.ts";
import { browserConfig, browserSupabase } from "../../../lib/supabase/browser.ts";
import { readUploadAnswer, unshownSentence } from "./storage-answers.ts";

const files = async () => (await browserSupabase()).storage.from(BUCKET);

/** A request of its own, as the client's upload tells nothing before its end. */
export async function sendFile(
  key: AttachmentKey,
  blob: Blob,
  onPart: (part: number) => void,
  signal: AbortSignal,
): Promise<Sent> {
  if (!navigator.onLine) return { kind: "unreachable" };
  const { url, publishableKey } = browserConfig();
  const { data } = await (await browserSupabase()).auth.getSession();
  if (!data.session) return readUploadAnswer(401, "");
  const request = new XMLHttpRequest();
  request.open("POST", new URL(`/storage/v1/object/${BUCKET}/${key}`, url));
  request.setRequestHeader("authorization", `Bearer ${data.session.access_token}`);
  request.setRequestHeader("apikey", publishableKey);
  request.setRequestHeader("content-type", blob.type);
  request.upload.onprogress = ({ loaded, total }) => onPart(total > 0 ? loaded / total : 0);
  return new Promise((resolve) => {
    const end = () => resolve(readUploadAnswer(request.status, request.responseText));
    request.onload = end;
    request.onerror = end;
    request.onabort = end;
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) resolve({ kind: "unreachable" });
    else request.send(blob);
  });
}

/** What was stored for nothing goes; should it stay, nothing shows it. */
export async function removeFile(key: AttachmentKey): Promise<void> {
  await (await files()).remove([key]);
}

/** False when this person may not read the one or not write the other. */
export async function copyFile(from: AttachmentKey, to: AttachmentKey): Promise<boolean> {
  return (await (await files()).copy(from, to)).error === null;
}

/** Rejects with a sentence. */
export async function fetchPicture(key: AttachmentKey): Promise<Blob> {
  const { data, error } = await (await files()).download(key);
  if (data) return data;
  const { status } = error as { status?: unknown };
  throw new Error(unshownSentence(typeof status === "number" ? status : null), { cause: error });
}

const SECONDS = 60;

/** The browser saves it: the answer says "attachment", so that the page stays. Rejects with a sentence. */
export async function downloadFile({ key, name }: Attachment): Promise<void> {
  const asked = key && (await (await files()).createSignedUrl(key, SECONDS, { download: name || true }));
  if (!asked?.data) throw new Error("This file is not there, or you may not download it.");
  const link = document.createElement("a");
  link.href = asked.data.signedUrl;
  link.rel = "noreferrer";
  link.click();
}

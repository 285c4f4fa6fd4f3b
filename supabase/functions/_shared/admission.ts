/**
 * Whether a call of a function came from who may: the holder of the secret key, or the database, which signs time, number
 * and document id; each signature counts once.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Project, Rpc } from "./database.ts";

export type Call = { readonly headers: Headers; readonly project: Project; readonly rpc: Rpc };

export async function isAdmitted({ headers, project, rpc }: Call, documentId: string): Promise<boolean> {
  const token = headers.get("authorization")?.replace(/^Bearer /, "");
  if ([headers.get("apikey"), token].some((key) => key && isSame(key, project.secretKey))) return true;
  const [time, nonce, signature] = ["x-timestamp", "x-nonce", "x-signature"].map((name) => headers.get(name));
  if (!time || !nonce || !signature) return false;
  return await rpc<boolean>("admit_function_call", {
    p_timestamp: time,
    p_nonce: nonce,
    p_signature: signature,
    p_document_id: documentId,
  });
}

/** Compared as sums, so that the time taken says nothing about the key. */
function isSame(given: string, right: string): boolean {
  const sum = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(sum(given), sum(right));
}

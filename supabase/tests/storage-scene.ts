/** Two buckets to try Storage on: one that is private and takes little, one that is public. */
import { randomUUID } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type Project, service, startProject } from "./stand-in.ts";

export interface StorageScene {
  readonly project: Project;
  /** Acts as service_role. */
  readonly admin: SupabaseClient;
  /** Private; at most 1,000 bytes a file, plain text and images. */
  readonly small: string;
  /** Public, without limits of its own. */
  readonly open: string;
  /** A request past the client, with the secret key unless other headers are given. */
  raw(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export const text = { contentType: "text/plain" };

/** The error of a call, with the fields that a test may ask for, or null. */
export async function refused(
  asked: PromiseLike<{ error: unknown }>,
): Promise<Record<string, unknown> | null> {
  const { error } = await asked;
  return error as Record<string, unknown> | null;
}

export async function openStorage(): Promise<StorageScene> {
  const project = await startProject();
  const admin = service(project);
  const small = `small-${randomUUID()}`;
  const open = `open-${randomUUID()}`;
  const limits = { fileSizeLimit: 1000, allowedMimeTypes: ["text/plain", "image/*"] };
  for (const { error } of [
    await admin.storage.createBucket(small, { public: false, ...limits }),
    await admin.storage.createBucket(open, { public: true }),
  ]) {
    if (error) throw error;
  }
  const headers = { apikey: project.secretKey, authorization: `Bearer ${project.secretKey}` };
  return {
    project,
    admin,
    small,
    open,
    raw: (path, init = {}) => fetch(`${project.url}/storage/v1${path}`, { headers, ...init }),
    async close() {
      for (const id of [small, open]) {
        await admin.storage.emptyBucket(id);
        await admin.storage.deleteBucket(id);
      }
      await project.stop();
    },
  };
}

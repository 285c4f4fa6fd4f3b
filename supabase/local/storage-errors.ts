/**
 * What Storage refuses, in hosted Storage's words: HTTP status 400 (500 for its own faults) with the true one
 * in `statusCode`, an old name in `error`, and a code.
 */
import { isPgError } from "./pg-errors.ts";

export class StorageError extends Error {
  readonly code: string;
  readonly statusCode: number;
  /** The older name of the error, which stays beside `code`. */
  readonly error: string;
  /** The HTTP status of the answer. */
  readonly status: number;

  constructor(statusCode: number, code: string, message: string, error = code, status = 0) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
    this.error = error;
    this.status = status || (statusCode >= 500 ? statusCode : 400);
  }

  toResponse(): Response {
    const { statusCode, error, message, code } = this;
    return Response.json(
      { statusCode: String(statusCode), error, message, code },
      { status: this.status, headers: { "cache-control": "no-store" } },
    );
  }
}

export const noSuchBucket = () =>
  new StorageError(404, "NoSuchBucket", "Bucket not found", "Bucket not found");
export const noSuchKey = () => new StorageError(404, "NoSuchKey", "Object not found", "not_found");
/** The row is there and its file is not. */
export const noSuchFile = () => new StorageError(404, "NoSuchKey", "The resource was not found", "Not found");
export const accessDenied = (message: string) =>
  new StorageError(403, "AccessDenied", message, "Unauthorized");
export const invalidKey = (key: string) => new StorageError(400, "InvalidKey", `Invalid key: ${key}`);
export const invalidBucketName = () =>
  new StorageError(400, "InvalidBucketName", "Bucket name invalid", "Invalid Input");
export const invalidJwt = (message: string) => new StorageError(400, "InvalidJWT", message);
export const invalidSignature = () => new StorageError(400, "InvalidSignature", "Invalid signature");
export const tooLarge = () =>
  new StorageError(
    413,
    "EntityTooLarge",
    "The object exceeded the maximum allowed size",
    "Payload too large",
  );
export const invalidMimeType = (type: string) =>
  new StorageError(415, "InvalidMimeType", `mime type ${type} is not supported`, "invalid_mime_type");
export const noContent = () => new StorageError(400, "InvalidRequest", "No content provided");
/** What does not fit the route: a missing header, a body of another form. */
export const malformed = (message: string) => new StorageError(400, "InvalidRequest", message, "Error");
export const bucketNotEmpty = () =>
  new StorageError(409, "ResourceNotEmpty", "The bucket you tried to delete is not empty");
export const invalidRange = () =>
  new StorageError(416, "InvalidRange", "The requested range is not satisfiable", "invalid_range");
/** Paid features, S3, TUS: as a project whose plan has none of them. */
export const notEnabled = () =>
  new StorageError(403, "FeatureNotEnabled", "feature not enabled for this tenant", "FeatureNotEnabled", 403);

/** What Postgres said, as Storage says it; null for what is no error of Postgres. */
function fromPostgres(error: unknown): StorageError | null {
  // A database that is away or stopping is the gateway's to explain.
  if (!isPgError(error) || /^(08|53|57)/.test(error.code)) return null;
  switch (error.code) {
    case "42501":
      return accessDenied(
        error.message.includes("row-level security")
          ? "new row violates row-level security policy"
          : error.message,
      );
    case "23505":
      return new StorageError(409, "ResourceAlreadyExists", "The resource already exists", "Duplicate");
    case "23503":
      return new StorageError(404, "InvalidRequest", "The related resource does not exist");
    case "22P02":
      return new StorageError(400, "InvalidParameter", error.message);
    default:
      return new StorageError(500, "DatabaseError", `database error, code: ${error.code}`);
  }
}

/** The answer to an error of Storage or of Postgres; others are passed on to the gateway. */
export function toErrorResponse(error: unknown): Response {
  const refused = error instanceof StorageError ? error : fromPostgres(error);
  if (!refused) throw error;
  if (refused.code === "DatabaseError") {
    process.stderr.write(`storage: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
  return refused.toResponse();
}

/** What `operations_report` says of the database. */
import * as z from "zod";

const Queue = z.object({
  waiting: z.number(),
  leased: z.number(),
  dead: z.number(),
  oldestSeconds: z.coerce.number(),
});

export const OperationsReport = z.object({
  time: z.string(),
  database: z.object({
    version: z.string(),
    startedAt: z.string(),
    bytes: z.number(),
    maxConnections: z.number(),
    deadlocks: z.number(),
    cacheHitRatio: z.number(),
    oldestTransactionSeconds: z.number(),
  }),
  connections: z.record(z.string(), z.number()),
  tables: z.array(
    z.object({
      name: z.string(),
      liveRows: z.number(),
      deadRows: z.number(),
      tableBytes: z.number(),
      indexBytes: z.number(),
    }),
  ),
  indexes: z.array(
    z.object({
      name: z.string(),
      table: z.string(),
      method: z.string(),
      bytes: z.number(),
      scans: z.number(),
      isValid: z.boolean(),
    }),
  ),
  queues: z.object({ projection: Queue, embedding: Queue }),
  jobs: z.array(
    z.object({
      job: z.string(),
      schedule: z.string(),
      lastSucceeded: z.string().nullable(),
      lastStatus: z.string().nullable(),
      failures: z.number(),
      isLate: z.boolean(),
    }),
  ),
  /** Null where pg_stat_statements is not available. */
  slowQueries: z
    .array(z.object({ query: z.string(), calls: z.number(), meanMs: z.number(), maxMs: z.number() }))
    .nullable(),
});
export type OperationsReport = z.infer<typeof OperationsReport>;

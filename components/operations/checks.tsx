import { Check, TriangleAlert } from "lucide-react";

type Part = { status: "ok" | "degraded" | "down"; latencyMs: number; oldestSeconds?: number | null };
export type ChecksProps = {
  checks: Readonly<Record<"database" | "auth" | "realtime" | "functions" | "queue" | "embedding", Part>>;
  backup: Date | null;
};

const NAMES = {
  database: "Database",
  auth: "Auth",
  realtime: "Realtime",
  functions: "Functions",
  queue: "Queue",
  embedding: "Vectors",
} as const;

const time = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

/** Each part in one line, and when the last backup was made. */
export function Checks({ checks, backup }: ChecksProps) {
  const parts = Object.entries(NAMES) as [keyof typeof NAMES, string][];
  return (
    <ul className="checks" aria-label="Checks">
      {parts.map(([part, name]) => {
        const { status, latencyMs, oldestSeconds } = checks[part];
        const Icon = status === "ok" ? Check : TriangleAlert;
        const words = oldestSeconds === undefined ? `${latencyMs} ms` : `${oldestSeconds ?? "?"} s behind`;
        return (
          <li key={part} className={status === "ok" ? "" : "warn"}>
            <Icon className="i" aria-hidden />
            <b>{name}</b> <span className="num">{status === "ok" ? words : status}</span>
          </li>
        );
      })}
      <li>
        <b>Backup</b>
        <span className="num">{backup ? `${time.format(backup)} UTC` : "not known here"}</span>
      </li>
    </ul>
  );
}

import type { Metadata } from "next";
import Link from "next/link";
import { notFound, redirect } from "next/navigation";
import { withNext } from "../../components/auth/next-path.ts";
import { Checks } from "../../components/operations/checks.tsx";
import { Pairs, Sizes, SlowQueries } from "../../components/operations/figures.tsx";
import { Metric } from "../../components/operations/metric.tsx";
import { Refresh } from "../../components/operations/refresh.tsx";
import { Troubles } from "../../components/operations/troubles.tsx";
import { Empty } from "../../components/ui/empty.tsx";
import { Mark } from "../../components/ui/mark.tsx";
import { findCurrentUser, isOperator } from "../../lib/auth/current-user.ts";
import { connectionPairs, jobPairs, queuePairs, verdict } from "./pairs.ts";
import { readOperations } from "./reading.ts";

export const metadata: Metadata = { title: "Operations" };

/** For operators alone; to anybody else there is nothing here. */
export default async function OperationsPage() {
  if ((await findCurrentUser()) === null) redirect(withNext("/sign-in", "/ops"));
  if (!(await isOperator())) notFound();
  const { health, report, metrics, troubles, backup, isSocketsKnown } = await readOperations();
  return (
    <div className="ops work">
      <header className="bar">
        <Link className="mark" href="/">
          <Mark>Command Center</Mark>
        </Link>
        <span className="crumbs quiet wide">Operations</span>
        <Refresh time={new Date().toISOString().slice(11, 19)} />
      </header>
      <main className="column" id="main">
        <div className="ops-head">
          <h1>{verdict(troubles.length)}</h1>
        </div>
        <Checks checks={health.checks} backup={backup} />
        <Troubles troubles={troubles} />
        <div className="metrics">
          {metrics.map(({ play, ...metric }) => (
            <Metric key={play} {...metric} />
          ))}
        </div>
        <p className="note">
          Figures are of this process since it began, at most a day; “now” is the last five minutes.
          {isSocketsKnown
            ? ""
            : " Connections to Realtime are not available here: Supabase tells them in its dashboard (Reports, Realtime), a Realtime of your own by REALTIME_METRICS_URL."}
        </p>
        {report === null ? (
          <Empty
            title="The database does not tell its state"
            text="It did not answer, or is older than this program. What people type is kept in their browsers."
          />
        ) : (
          <div className="ops-grid">
            <div>
              <SlowQueries queries={report.slowQueries} />
              <Sizes tables={report.tables} indexes={report.indexes} />
            </div>
            <div>
              <Pairs id="queue" title="Queues" pairs={queuePairs(report)} />
              <Pairs id="conn" title="Connections" pairs={connectionPairs(report)} />
              <Pairs id="jobs" title="Scheduled jobs" pairs={jobPairs(report)} />
            </div>
          </div>
        )}
      </main>
    </div>
  );
}

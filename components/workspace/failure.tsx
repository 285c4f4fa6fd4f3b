"use client";
import { useEffect, useState, useSyncExternalStore, useTransition } from "react";
import { Empty } from "../ui/empty.tsx";
import { isAnswering } from "../ui/go.tsx";

/** As Next gives them; `retry` asks the server again, which drawing again what it answered would not. */
export type FailureProps = { error: Error & { digest?: string }; retry: () => void };

/** A page that could not be shown. What people wrote is not touched by that. */
export function Failure({ error, retry }: FailureProps) {
  useEffect(() => console.error(error), [error]);
  const [isTrying, start] = useTransition();
  const [isSilent, setSilent] = useState(false);
  const tryAgain = () =>
    start(async () => {
      // without an answer the browser would leave for an error page of its own
      const answers = await isAnswering();
      start(() => {
        setSilent(!answers);
        if (answers) retry();
      });
    });
  return (
    <main className="column" id="main">
      <Empty
        heading="h1"
        title="This page could not be shown"
        text="The server did not answer as it should. What you wrote is kept: on the server once it said “Saved”, else on this device."
      >
        <button
          type="button"
          className="button"
          aria-disabled={isTrying}
          onClick={isTrying ? undefined : tryAgain}
        >
          {isTrying ? "Trying again…" : "Try again"}
        </button>
        {/* A full load, in case that the page's own code is what failed. */}
        <a className="button plain" href="/">
          Back to your pages
        </a>
      </Empty>
      <p className="note" role="status">
        {isSilent && !isTrying ? "The server cannot be reached just now." : null}
      </p>
      <Traces digest={error.digest} />
    </main>
  );
}

/** What operators find this failure by in the server's log. */
function Traces({ digest }: { digest: string | undefined }) {
  const request = useSyncExternalStore(never, requestId, () => null);
  const traces = [digest, request ? `request ${request}` : null].filter(Boolean);
  return traces.length > 0 ? <p className="note">For those who look into it: {traces.join(", ")}</p> : null;
}

const never = () => () => undefined;

/** Of the request that this page came with: the answer's header, as far as browsers let scripts read headers. */
function requestId(): string | null {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return page?.serverTiming.find(({ name }) => name === "request")?.description ?? null;
}

"use client";
import { startTransition, useEffect } from "react";
import { Empty } from "../ui/empty.tsx";

type FailureProps = { error: Error & { digest?: string }; reset: () => void };

/** A page that could not be shown. What people wrote is not touched by that. */
export function Failure({ error, reset }: FailureProps) {
  useEffect(() => console.error(error), [error]);
  return (
    <main className="column" id="main">
      <Empty
        heading="h1"
        title="This page could not be shown"
        text="The server did not answer as it should. What you wrote is kept: on the server once it said “Saved”, else on this device."
      >
        <button type="button" className="button" onClick={() => startTransition(reset)}>
          Try again
        </button>
        {/* A full load, in case that the page's own code is what failed. */}
        <a className="button plain" href="/">
          Back to your pages
        </a>
      </Empty>
      {error.digest ? <p className="note">For those who look into it: {error.digest}</p> : null}
    </main>
  );
}

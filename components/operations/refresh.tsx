"use client";
import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useTransition } from "react";

const STEP_MS = 30_000;

/** Asks for the page anew twice a minute while somebody looks at it, and when it is pressed. */
export function Refresh({ time }: { time: string }) {
  const router = useRouter();
  const [busy, start] = useTransition();
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && router.refresh(), STEP_MS);
    return () => clearInterval(timer);
  }, [router]);
  return (
    <button
      type="button"
      className="button plain"
      aria-disabled={busy}
      aria-description={`Updated at ${time} UTC`}
      onClick={() => start(() => router.refresh())}
    >
      <RefreshCw className="i" aria-hidden />
      Refresh
    </button>
  );
}

"use client";
import "./globals.css";
import { Failure } from "../components/workspace/failure.tsx";

/** In the place of the whole page, when even its frame could not be shown. */
export default function GlobalError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Command Center</title>
        <Failure {...props} />
      </body>
    </html>
  );
}

"use client";
import "./globals.css";
import { Failure, type FailureProps } from "../components/workspace/failure.tsx";

/** In the place of the whole page, when even its frame could not be shown. */
export default function GlobalError({ error }: FailureProps) {
  return (
    <html lang="en">
      <body>
        <title>Command Center</title>
        {/* its frame is the server's, too: only a page that is loaded anew has one */}
        <Failure error={error} retry={() => window.location.reload()} />
      </body>
    </html>
  );
}

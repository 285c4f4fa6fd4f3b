import type { Metadata } from "next";
import Link from "next/link";
import { Empty } from "../components/ui/empty.tsx";

export const metadata: Metadata = { title: "Not found" };

/** The same for what is not there and for what belongs to others. */
export default function NotFound() {
  return (
    <main className="column" id="main">
      <Empty
        heading="h1"
        title="There is no page here for you"
        text="Not found: it may have been deleted, or it was never shared with you. Its owner can restore or share it."
      >
        <Link className="button" href="/">
          Back to your pages
        </Link>
      </Empty>
    </main>
  );
}

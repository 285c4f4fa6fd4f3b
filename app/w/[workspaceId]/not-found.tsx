import type { Metadata } from "next";
import Link from "next/link";
import { Empty } from "../../../components/ui/empty.tsx";
import { Bar } from "../../../components/workspace/bar.tsx";
import { findCurrentUser } from "../../../lib/auth/current-user.ts";

export const metadata: Metadata = { title: "Not found" };

export default async function DocumentNotFound() {
  const user = await findCurrentUser();
  return (
    <>
      <Bar title="Not found" />
      <main className="column" id="main">
        <Empty
          heading="h1"
          title="There is no page here for you"
          text={`Not found: it may have been deleted, or it was never shared with ${user?.email ?? "you"}. Its owner can restore or share it.`}
        >
          <Link className="button" href="/">
            Back to your pages
          </Link>
        </Empty>
      </main>
    </>
  );
}

import type { Metadata } from "next";
import { Empty } from "../../../components/ui/empty.tsx";
import { PageLink } from "../../../components/ui/page-link.tsx";
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
          <PageLink className="button" href="/">
            Back to your pages
          </PageLink>
        </Empty>
      </main>
    </>
  );
}

import type { Metadata } from "next";
import { Bar } from "../../../../../components/workspace/bar.tsx";
import { DeleteAccount } from "../../../../../components/workspace/delete-account.tsx";
import { OwnDataSection } from "../../../../../components/workspace/own-data.tsx";
import { previewDeletion } from "../../../../../lib/data/account.ts";
import { getViewer } from "../../viewer.ts";
import { deleteAccount, readOwnData } from "./actions.ts";

export const metadata: Metadata = { title: "Your account" };

type Props = { params: Promise<{ workspaceId: string }> };

export default async function AccountPage({ params }: Props) {
  const { workspaceId } = await params;
  const { user } = await getViewer(workspaceId, `/w/${workspaceId}/account`);
  return (
    <>
      <Bar title="Your account" />
      <main className="column settings" id="main">
        <header>
          <h1>Your account</h1>
          <p>{`Signed in as ${user.email ?? "somebody without an address"}.`}</p>
        </header>
        <OwnDataSection userId={user.id} readOwnData={readOwnData} />
        <DeleteAccount
          userId={user.id}
          email={user.email ?? ""}
          fates={await previewDeletion()}
          deleteAccount={deleteAccount}
        />
      </main>
    </>
  );
}
